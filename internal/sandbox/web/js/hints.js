// What to try first: four steps, each with a button that does it.

import { el, fill, icon } from './dom.js';
import { complain } from './overlay.js';
import { post } from './net.js';
import { look, on, say, view, world } from './store.js';
import { t } from './words.js';

const KEY = 'newsbot.tried';
const PATIENCE = 3000; // ms to wait for the bot's greeting

function tried() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return kept.boot === world.boot ? kept : { boot: world.boot, done: [] };
  } catch {
    return { boot: world.boot, done: [] };
  }
}

function keep(change) {
  localStorage.setItem(KEY, JSON.stringify({ ...tried(), ...change }));
}

/** hints draws the card of first steps. */
export function hints(root) {
  const reader = () => world.people.find((p) => p.role === 'reader');
  const editor = () => world.people.find((p) => p.role === 'editor');

  /** as opens a person's chat with the bot and says something there. */
  async function as(p, text) {
    const current = world.people.find((x) => x.id === view.me);
    const who = p.role === 'editor' || current?.role !== 'reader' ? p : current;
    look(who.id, who.id);
    await new Promise((done) => setTimeout(done)); // the address changes first
    const chat = world.chats.get(who.id);
    if (chat && !chat.started) {
      const { id } = await say('/start');
      await answered(chat.id, id);
    }
    await say(text);
  }

  // A person would wait for the greeting before going on.
  const answered = (chatId, id) => new Promise((done) => {
    const until = Date.now() + PATIENCE;
    (function look() {
      const known = [...(world.chats.get(chatId)?.messages.values() ?? [])];
      if (Date.now() > until || known.some((m) => m.id > id && m.from.id === world.bot.id)) setTimeout(done, 250);
      else setTimeout(look, 50);
    }());
  });

  const steps = [
    { id: 'read', icon: 'news', acts: [['/news', () => as(reader(), '/news')]] },
    { id: 'rates', icon: 'list', acts: [['/rates', () => as(reader(), '/rates')]] },
    { id: 'digest', icon: 'clock', acts: [['/digest', () => as(reader(), '/digest')], [() => t('moveTo8'), () => post('/api/clock', { morning: true })]] },
    { id: 'broadcast', icon: 'send', acts: [['/broadcast', () => as(editor(), `/broadcast ${t('sample')}`)]] },
  ];

  function draw() {
    if (!world.ready) return;
    const { done, hidden } = tried();
    root.hidden = hidden === true;
    const [title] = [t('tryFirst')];
    fill(root, el('section.hints', { 'aria-label': title, 'data-testid': 'hints' },
      el('header', null, el('h2', null, title),
        el('button.round.small', { type: 'button', 'aria-label': t('hide'), title: t('hide'), 'data-testid': 'hide-hints', onclick: () => { keep({ hidden: true }); draw(); } }, icon('close'))),
      el('ol', null, steps.map((step) => {
        const [name, how] = t(`steps.${step.id}`);
        const is = done.includes(step.id);
        return el(`li${is ? '.done' : ''}`, null,
          el('span.disc', null, icon(is ? 'check' : step.icon)),
          el('span.words', null, el('strong', null, name), el('small', null, how)),
          el('span.acts', null, step.acts.map(([label, act], i) => el('button.pill', {
            type: 'button', 'data-testid': `try-${step.id}${i || ''}`,
            onclick: async () => {
              keep({ done: [...new Set([...tried().done, step.id])] });
              draw();
              try {
                await act();
              } catch (e) {
                complain(e);
              }
            },
          }, typeof label === 'function' ? label() : label))));
      }))));
  }

  on('loaded words', draw);
}
