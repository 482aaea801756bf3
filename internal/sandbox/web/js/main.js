// Newsbot's chat page. It shows what happens on the sandbox's Bot API server
// and lets one act as its people; it knows nothing of the bot.

import { chatPane } from './chat.js';
import { complain } from './overlay.js';
import { follow } from './net.js';
import { panelPane } from './panel.js';
import { setTheme, sidePane } from './side.js';
import { apply, changed, load, me, on, readHash, titleOf, unread, chatsOf, view, world } from './store.js';

setTheme(localStorage.getItem('newsbot.theme') ?? 'auto');

const app = document.getElementById('app');
sidePane(document.getElementById('side'));
chatPane(document.getElementById('chat'));
panelPane(document.getElementById('panel'));

function title() {
  const p = me();
  const chat = world.chats.get(view.chat);
  const n = p ? chatsOf(p.id).reduce((sum, c) => sum + unread(c, p.id), 0) : 0;
  document.title = `${n ? `(${n}) ` : ''}${chat ? titleOf(chat) : 'Newsbot'} · sandbox`;
}

on('view', () => {
  app.classList.toggle('in-chat', view.chat !== 0);
  app.dataset.me = view.me;
});
on('view read messages loaded', title);
addEventListener('hashchange', readHash);
matchMedia('(max-width: 719px)').addEventListener('change', readHash);

follow({
  onState(state) {
    load(state);
    readHash();
    app.dataset.ready = 'true';
  },
  onEvent(event) {
    try {
      apply(event);
    } catch (e) {
      complain(e);
    }
  },
  onOnline(is) {
    if (world.online === is) return;
    world.online = is;
    changed('online');
  },
});
