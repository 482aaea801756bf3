// The open chat: its head, its messages, and what to do where there are none.

import { avatar, el, fill, icon } from './dom.js';
import { dayOf, dayWords } from './format.js';
import { bubble, lastPress } from './message.js';
import { complain } from './overlay.js';
import { composer } from './composer.js';
import { changed, look, markRead, me, on, ordered, say, titleOf, unread, view, world } from './store.js';
import { t } from './words.js';

const SHOWN = 300; // messages drawn at once; a sandbox seldom has more
const NEAR = 80; // px from the bottom that still count as the bottom
const PRESS_MS = 15000; // an edit so soon after a press is its outcome

/** chatPane fills the middle of the page and keeps it right. */
export function chatPane(root) {
  const head = el('header.chat-head');
  const track = el('div.track', { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' });
  const list = el('div.messages', { tabindex: '0', 'data-testid': 'messages' }, track);
  const down = el('button.round.to-bottom', { type: 'button', 'data-testid': 'to-bottom', onclick: () => toBottom(true) }, icon('down'), el('span.count'));
  const offline = el('div.offline', { role: 'status', 'data-testid': 'offline' });
  const typing = el('div.typing-row', { 'aria-hidden': 'true' }, el('span.dots', null, el('i'), el('i'), el('i')));
  const entry = composer({ jumpDown: () => toBottom(false) });
  root.append(head, offline, el('div.scene', null, list, down), entry.node);

  let nodes = new Map(); // message id → its node
  let shown = 0; // the chat that is drawn
  let stick = true; // stay at the bottom when something comes

  const chat = () => world.chats.get(view.chat);
  const act = {
    // In a group a command is addressed, as there may be other bots.
    command: (c) => say(chat().type === 'private' || c.includes('@') ? c : `${c}@${world.bot.username}`).then(() => toBottom(true)).catch(complain),
    mention: (name) => entry.insert(`${name} `),
    reply: (m) => entry.replyTo(m),
    find: (id) => chat()?.messages.get(id),
    jump: (id) => flash(nodes.get(id)),
  };

  function drawHead() {
    const c = chat();
    if (!c) {
      fill(head, el('h1', null, t('pickChat')));
      return;
    }
    const status = c.typing
      ? el('span.status.live', { 'data-testid': 'typing' }, t('typing'), el('span.dots', null, el('i'), el('i'), el('i')))
      : el('span.status', null, c.type === 'private' ? `${t('bot')} · @${world.bot.username}` : t('members', c.members));
    fill(head,
      el('button.round.back', { type: 'button', 'aria-label': t('back'), 'data-testid': 'back', onclick: () => look(view.me, 0) }, icon('back')),
      avatar(c.id, titleOf(c), c.type === 'private' ? 'bot' : 'group'),
      el('div.names', null, el('h1', null, titleOf(c)), status),
      el('button.round.panel-toggle', { type: 'button', 'aria-label': t('panel'), title: t('panel'), 'data-testid': 'panel-toggle', onclick: () => changed('panel') }, icon('sliders')));
  }

  /** drawAll draws the chat anew. */
  function drawAll() {
    const c = chat();
    shown = view.chat;
    nodes = new Map();
    // A reader of the screen is told what comes, not all that was there.
    track.setAttribute('aria-live', 'off');
    requestAnimationFrame(() => track.setAttribute('aria-live', 'polite'));
    track.replaceChildren();
    root.classList.toggle('none', !c);
    if (!c) return;
    const all = ordered(c).slice(-SHOWN);
    if (!all.length) track.append(nothing(c));
    for (const m of all) place(m, c);
    runs();
    drawTyping();
    toBottom(false);
    seen();
  }

  function nothing(c) {
    if (c.type !== 'private') return el('div.empty', null, el('p', null, t('freshGroup')));
    const about = world.about[me()?.language] || world.about[''] || world.about.en;
    return el('div.empty', { 'data-testid': 'empty' },
      avatar(0, '', 'bot'), el('h2', null, world.bot.name),
      about ? [el('strong', null, t('about')), el('p', null, about)] : el('p', null, t('freshChat')));
  }

  /** place puts a message's node where it belongs. */
  function place(m, c) {
    const node = bubble(m, c, act);
    const old = nodes.get(m.id);
    nodes.set(m.id, node);
    if (old) {
      old.replaceWith(node);
      return node;
    }
    track.querySelector('.empty')?.remove();
    const day = dayOf(m.date);
    let section = track.querySelector(`section[data-day="${day}"]`);
    if (!section) {
      section = el('section.day', { 'data-day': day }, el('div.date', null, el('span', null, dayWords(m.date))));
      const later = [...track.querySelectorAll('section')].find((s) => Number(s.dataset.day) > day);
      track.insertBefore(section, later ?? (typing.parentNode === track ? typing : null));
    }
    const after = [...section.children].find((n) => Number(n.dataset.messageId) > m.id);
    section.insertBefore(node, after ?? null);
    return node;
  }

  /** runs marks where one sender's row of messages begins and ends. */
  function runs() {
    for (const section of track.querySelectorAll('section')) {
      const rows = [...section.querySelectorAll(':scope > .message, :scope > .service')];
      rows.forEach((row, i) => {
        const from = row.dataset.from;
        row.classList.toggle('first', rows[i - 1]?.dataset.from !== from);
        row.classList.toggle('last', rows[i + 1]?.dataset.from !== from);
      });
    }
  }

  function drawTyping() {
    const c = chat();
    if (c?.typing && c.messages.size) track.append(typing);
    else typing.remove();
    if (stick) toBottom(false);
  }

  const atBottom = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;

  function toBottom(smooth) {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    list.scrollTo({ top: list.scrollHeight, behavior: smooth && !calm ? 'smooth' : 'instant' });
    stick = true;
    drawDown();
  }

  function drawDown() {
    const c = chat();
    const n = c && !stick ? unread(c, view.me) : 0;
    down.classList.toggle('shown', !stick);
    down.tabIndex = stick ? -1 : 0;
    down.setAttribute('aria-label', t('toBottom'));
    down.querySelector('.count').textContent = n || '';
  }

  function seen() {
    if (chat() && stick && document.visibilityState === 'visible') markRead(view.chat, view.me);
    drawDown();
  }

  function flash(node) {
    if (!node) return;
    node.scrollIntoView({ block: 'center', behavior: 'smooth' });
    node.classList.add('flash');
    setTimeout(() => node.classList.remove('flash'), 1400);
  }

  /** onMessage draws one change without moving what is being read. */
  function onMessage(change) {
    if (change.chat !== shown) return;
    const c = chat();
    const m = c?.messages.get(change.id);
    if (change.kind === 'all' || !c) {
      drawAll();
      return;
    }
    const old = nodes.get(change.id);
    if (!m) {
      nodes.delete(change.id);
      const section = old?.parentNode;
      const above = old && old.offsetTop + old.offsetHeight <= list.scrollTop;
      const height = list.scrollHeight;
      old?.remove();
      if (section && section.childElementCount === 1) section.remove();
      if (!c.messages.size) track.append(nothing(c));
      if (above) list.scrollTop -= height - list.scrollHeight;
    } else if (!old && change.kind === 'edit') {
      return; // older than what is drawn
    } else if (nodes.size > 2 * SHOWN && stick) {
      drawAll();
      return;
    } else {
      const focused = old?.contains(document.activeElement) ? document.activeElement.dataset?.press : undefined;
      const height = list.scrollHeight;
      const above = old && old.getBoundingClientRect().bottom < list.getBoundingClientRect().top;
      const node = place(m, c);
      if (!old) node.classList.add('coming');
      if (focused) refocus(node, focused);
      if (old && !stick && above) list.scrollTop += list.scrollHeight - height;
      if (old && pressed(m)) {
        runs();
        settle(node);
        seen();
        return;
      }
    }
    runs();
    if (typing.parentNode) track.append(typing);
    if (stick || (m && m.from.id === view.me && change.kind === 'message')) toBottom(change.kind === 'message' && nodes.size < SHOWN);
    seen();
  }

  const pressed = (m) => lastPress.chat === m.chat && lastPress.id === m.id && Date.now() - lastPress.at < PRESS_MS;

  /** settle shows the outcome of a press: what fits stays at the bottom, a long text begins at its top. */
  function settle(node) {
    const room = list.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    if (box.height > room.height - 16) list.scrollTop += box.top - room.top - 44;
    else if (stick) list.scrollTop = list.scrollHeight;
    else if (box.bottom > room.bottom) list.scrollTop += box.bottom - room.bottom + 8;
    else if (box.top < room.top) list.scrollTop += box.top - room.top - 44;
    stick = atBottom();
  }

  function refocus(node, id) {
    const same = [...node.querySelectorAll('.key')].find((k) => k.dataset.press === id);
    (same ?? node.querySelector('.key') ?? node).focus({ preventScroll: true });
  }

  // The date of what is read stands above it while one scrolls, and is in the way otherwise.
  let still;
  function drawDates() {
    const top = list.getBoundingClientRect().top;
    for (const date of track.querySelectorAll('.date')) {
      date.classList.toggle('stuck', date.parentNode.getBoundingClientRect().top < top - 4);
    }
    list.classList.add('scrolling');
    clearTimeout(still);
    still = setTimeout(() => list.classList.remove('scrolling'), 900);
  }

  list.addEventListener('scroll', () => {
    stick = atBottom();
    drawDates();
    seen();
  }, { passive: true });
  const grown = new ResizeObserver(() => stick && toBottom(false));
  grown.observe(list);
  grown.observe(track);
  document.addEventListener('visibilitychange', seen);

  const all = () => {
    drawHead();
    drawAll();
    entry.draw();
  };
  on('loaded view words', all);
  on('messages', (change) => {
    onMessage(change);
    if (change.chat === view.chat) entry.draw();
  });
  on('typing', (change) => {
    if (change.chat !== view.chat) return;
    drawHead();
    drawTyping();
  });
  on('people menus chats', () => {
    drawHead();
    entry.draw();
    const c = chat();
    if (c && !c.messages.size) drawAll(); // the bot's words of itself may be new
  });
  // A new day changes what "today" is.
  on('clock', () => {
    for (const s of track.querySelectorAll('section')) s.querySelector('.date span').textContent = dayWords(Number(s.dataset.day) * 86400000 - world.clock.offset * 60000);
  });
  on('online', () => {
    offline.textContent = world.online ? '' : t('offline');
    offline.classList.toggle('shown', !world.online);
  });
}
