// The left side: who one is, the chats of that person, and what to try first.

import { avatar, el, fill, icon } from './dom.js';
import { shortStamp } from './format.js';
import { gist } from './message.js';
import { hints } from './hints.js';
import { changed, chatsOf, fullName, isNarrow, last, look, me, on, titleOf, unread, view, world } from './store.js';
import { LANGUAGES, language, languageName, setLanguage, t } from './words.js';

const THEMES = ['auto', 'light', 'dark'];
const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };

/** sidePane fills the left side and keeps it right. */
export function sidePane(root) {
  const top = el('div.side-head');
  const people = el('div.people', { role: 'radiogroup' });
  const list = el('div.chats', { role: 'list' });
  const hint = el('div.hint-place');
  root.append(top, people, list, hint);
  hints(hint);

  function drawTop() {
    const theme = document.documentElement.dataset.theme ?? 'auto';
    root.setAttribute('aria-label', t('chats'));
    fill(top,
      el('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), el('h1', null, 'Newsbot', el('small', null, 'sandbox')),
      el('select.ui-language', { 'aria-label': t('pageLanguage'), title: t('pageLanguage'), 'data-testid': 'ui-language', onchange: (e) => { setLanguage(e.target.value); changed('words'); } },
        LANGUAGES.map((l) => el('option', { value: l, selected: l === language() }, l.toUpperCase()))),
      el('button.round', { type: 'button', 'data-testid': 'theme', 'aria-label': t(`theme.${theme}`), title: t(`theme.${theme}`), onclick: nextTheme }, icon(THEME_ICONS[theme])),
      isNarrow() && el('button.round', { type: 'button', 'data-testid': 'panel-toggle-side', 'aria-label': t('panel'), title: t('panel'), onclick: () => changed('panel') }, icon('sliders')));
    document.documentElement.lang = language();
  }

  function nextTheme() {
    const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % THEMES.length];
    setTheme(theme);
    drawTop();
  }

  function drawPeople() {
    people.setAttribute('aria-label', t('whoAmI'));
    const again = people.contains(document.activeElement);
    fill(people, world.people.map((p) => {
      const n = chatsOf(p.id).reduce((sum, c) => sum + unread(c, p.id), 0);
      const mine = p.id === view.me;
      return el(`button.person${mine ? '.me' : ''}`, {
        type: 'button', role: 'radio', 'aria-checked': String(mine), tabindex: mine ? '0' : '-1', 'data-testid': `person-${p.id}`,
        title: `${fullName(p)}, ${t(p.role)}, ${languageName(p.language) || t('noLanguage')}`,
        onclick: () => choose(p),
      },
      el('span.face', null, avatar(p.id, fullName(p)), n > 0 && !mine && el('span.count', null, n > 99 ? '99+' : n)),
      el('span.name', null, p.first_name),
      el('small', null, t(p.role)));
    }));
    if (again) people.querySelector('.me')?.focus();
  }

  // As someone else one stays in the group, and otherwise is in one's own chat.
  function choose(p) {
    const shared = view.chat < 0 ? view.chat : p.id;
    look(p.id, isNarrow() && !view.chat ? 0 : shared);
  }

  people.addEventListener('keydown', (e) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const at = world.people.findIndex((p) => p.id === view.me);
    choose(world.people[(at + step + world.people.length) % world.people.length]);
  });

  function drawChats() {
    const p = me();
    if (!p) return;
    fill(list, chatsOf(p.id).map((c) => {
      const m = last(c);
      const n = unread(c, p.id);
      const open = c.id === view.chat;
      return el('div', { role: 'listitem' }, el(`button.chat-item${open ? '.open' : ''}`, {
        type: 'button', 'data-testid': `chat-${c.id}`, 'aria-current': open ? 'true' : null, onclick: () => look(p.id, c.id),
      },
      avatar(c.id, titleOf(c), c.type === 'private' ? 'bot' : 'group'),
      el('span.chat-words', null,
        el('span.chat-top', null, el('strong', null, titleOf(c)), m && el('time', null, shortStamp(m.date))),
        el('span.chat-bottom', null, c.typing
          ? el('span.gist.live', null, `${t('typing')}…`)
          : el('span.gist', null, m ? [said(m, c, p), gist(m)] : t('noMessages')),
        n > 0 && el('span.count', { 'data-testid': 'unread' }, n)))));
    }));
  }

  function said(m, c, p) {
    if (m.service) return null;
    if (m.from.id === p.id) return el('span.who', null, `${t('you')}: `);
    return c.type === 'private' ? null : el('span.who', null, `${m.from.name.split(' ')[0]}: `);
  }

  const all = () => {
    drawTop();
    drawPeople();
    drawChats();
  };
  on('loaded view words people', all);
  on('messages typing read chats', () => {
    drawPeople();
    drawChats();
  });
  matchMedia('(max-width: 719px)').addEventListener('change', all);
}

/** setTheme puts on a theme and keeps it. */
export function setTheme(theme) {
  document.documentElement.dataset.theme = THEMES.includes(theme) ? theme : 'auto';
  localStorage.setItem('newsbot.theme', document.documentElement.dataset.theme);
}
