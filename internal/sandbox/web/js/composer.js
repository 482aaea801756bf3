// Where one writes: text, commands, a photo, an answer, the bot's keyboard.

import { el, fill, icon } from './dom.js';
import { typed } from './entities.js';
import { gist } from './message.js';
import { complain, toast } from './overlay.js';
import { post } from './net.js';
import { me, ordered, say, view, world } from './store.js';
import { t } from './words.js';

const MAX_PHOTO = 10 << 20;

/** composer makes the foot of the chat. */
export function composer({ jumpDown }) {
  const drafts = new Map(); // "person:chat" → what was begun
  const input = el('textarea', { rows: 1, 'data-testid': 'composer', autocomplete: 'off', enterkeyhint: 'send', maxlength: 4096 });
  const send = el('button.round.send', { type: 'button', 'data-testid': 'send', onclick: submit }, icon('send'));
  const picker = el('input', { type: 'file', accept: 'image/*', hidden: true, 'data-testid': 'photo-input' });
  const attach = el('button.round', { type: 'button', onclick: () => picker.click() }, icon('clip'));
  const menu = el('button.menu', { type: 'button', 'data-testid': 'menu', 'aria-haspopup': 'listbox', onclick: () => toggleMenu() });
  const keys = el('button.round', { type: 'button', hidden: true, onclick: () => { folded = !folded; draw(); } }, icon('list'));
  const commands = el('div.commands', { role: 'listbox', 'data-testid': 'commands', hidden: true });
  const above = el('div.above', { hidden: true });
  const bar = el('div.bar', null, menu, attach, picker, input, keys, send);
  const only = el('div.only', { hidden: true });
  const board = el('div.board', { 'data-testid': 'reply-keyboard', hidden: true });
  const node = el('footer.composer', null, commands, above, bar, only, board);

  let answering = null; // the message that is answered
  let picture = null; // {data (base64), url}
  let browsing = false; // the menu was opened by its button
  let chosen = 0; // the line of the menu
  let shown = '';
  let folded = false; // the bot's keyboard is put away
  let usedUp = 0; // the message whose one-time keyboard was used

  const place = () => `${view.me}:${view.chat}`;
  const chat = () => world.chats.get(view.chat);
  const list = () => world.menus[place()] ?? [];

  function draw() {
    const c = chat();
    node.hidden = !c;
    if (!c) return;
    if (shown !== place()) {
      if (shown) drafts.set(shown, input.value);
      shown = place();
      input.value = drafts.get(shown) ?? '';
      answering = picture = null;
      browsing = false;
      drawAbove();
      grow();
    }
    input.placeholder = t('write');
    input.setAttribute('aria-label', t('write'));
    input.title = t('formatting');
    for (const [button, word] of [[send, 'send'], [attach, 'attach'], [keys, 'keyboard'], [menu, 'commands']]) {
      button.setAttribute('aria-label', t(word));
      button.title = t(word);
    }
    fill(menu, el('b', { 'aria-hidden': 'true' }, '/'), el('span', null, t('menu')));
    const p = me();
    const closed = c.type === 'private' && p && (p.blocked || !c.started);
    bar.hidden = closed;
    only.hidden = !closed;
    if (closed) drawOnly(p);
    drawBoard(c, closed);
    drawCommands();
    send.disabled = !input.value.trim() && !picture;
  }

  function drawOnly(p) {
    const button = p.blocked
      ? el('button.primary.big', { type: 'button', 'data-testid': 'unblock', onclick: () => post('/api/person', { id: p.id, blocked: false }).catch(complain) }, t('unblock'))
      : el('button.primary.big', { type: 'button', 'data-testid': 'start', onclick: (e) => start(e.currentTarget) }, t('start'));
    fill(only, p.blocked && el('small', null, t('blockedNow')), button);
  }

  async function start(button) {
    button.disabled = true;
    try {
      await say('/start');
      input.focus();
    } catch (e) {
      complain(e);
    } finally {
      button.disabled = false;
    }
  }

  // The newest message that gives or takes away a keyboard decides.
  function drawBoard(c, closed) {
    const m = ordered(c).findLast((x) => x.reply_keyboard || x.remove_keyboard);
    const has = !closed && m?.reply_keyboard && usedUp !== m.id;
    keys.hidden = !has;
    board.hidden = !has || folded;
    if (!has) return;
    if (m.reply_keyboard.placeholder) input.placeholder = m.reply_keyboard.placeholder;
    fill(board, m.reply_keyboard.rows.map((row) => el('div.row', null, row.map((text) => el('button', {
      type: 'button', 'data-testid': 'reply-button',
      onclick: () => {
        if (m.reply_keyboard.one_time) usedUp = m.id;
        say(text).then(jumpDown).catch(complain);
        draw();
      },
    }, text)))));
  }

  function matching() {
    const word = input.value;
    if (/^\/[a-z0-9_]*$/i.test(word)) return list().filter((c) => c.command.startsWith(word.slice(1).toLowerCase()));
    return browsing && !word ? list() : [];
  }

  function drawCommands() {
    const all = matching();
    menu.setAttribute('aria-expanded', String(all.length > 0));
    menu.classList.toggle('open', browsing);
    commands.hidden = !all.length && !(browsing && !input.value);
    if (commands.hidden) return;
    chosen = Math.min(chosen, Math.max(0, all.length - 1));
    commands.setAttribute('aria-label', t('commands'));
    fill(commands, all.length ? all.map((c, i) => el('button', {
      type: 'button', role: 'option', 'aria-selected': String(i === chosen), 'data-testid': `command-${c.command}`,
      onclick: () => run(c),
    }, el('b', null, `/${c.command}`), el('span', null, c.description))) : el('p', null, t('noCommands')));
    commands.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  function toggleMenu() {
    browsing = !browsing;
    chosen = 0;
    draw();
    if (browsing) input.focus({ preventScroll: true });
  }

  // In a group a command is addressed, as there may be other bots.
  const addressed = (c) => (chat().type === 'private' ? `/${c.command}` : `/${c.command}@${world.bot.username}`);

  function run(c) {
    browsing = false;
    input.value = '';
    grow();
    say(addressed(c)).then(jumpDown).catch(complain);
    draw();
    input.focus({ preventScroll: true });
  }

  async function submit() {
    if (!input.value.trim() && !picture) return;
    const kept = { value: input.value, answering, picture, place: place() };
    const { text, entities } = typed(kept.value.trim());
    input.value = '';
    drafts.delete(place());
    answering = picture = null;
    browsing = false;
    drawAbove();
    grow();
    draw();
    try {
      await say(text, {
        entities: entities.length ? entities : undefined,
        reply_to: kept.answering?.id,
        photo: kept.picture?.data,
      });
      jumpDown();
    } catch (e) {
      if (kept.place === place() && !input.value) {
        ({ answering, picture } = kept);
        input.value = kept.value;
        drawAbove();
        grow();
        draw();
      }
      complain(e);
    }
    input.focus({ preventScroll: true });
  }

  function drawAbove() {
    above.hidden = !answering && !picture;
    fill(above,
      picture ? el('img', { src: picture.url, alt: '' }) : icon('reply'),
      el('div.words', null,
        el('strong', null, picture ? t('photo') : `${t('replyTo')} ${answering?.from.name ?? ''}`),
        el('span', null, answering ? gist(answering) : '')),
      el('button.round', { type: 'button', 'aria-label': t('cancel'), 'data-testid': 'cancel-reply', onclick: dropAbove }, icon('close')));
  }

  function dropAbove() {
    answering = picture = null;
    drawAbove();
    draw();
    input.focus();
  }

  function grow() {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  }

  async function take(f) {
    if (!f) return;
    if (f.size > MAX_PHOTO) {
      toast(t('errors.too_big'), 'bad');
      return;
    }
    const url = await new Promise((done, fail) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.onerror = () => fail(reader.error);
      reader.readAsDataURL(f);
    });
    picture = { url, data: url.slice(url.indexOf(',') + 1) };
    drawAbove();
    draw();
    input.focus();
  }

  function mark(sign) {
    const { selectionStart: a, selectionEnd: b, value } = input;
    input.setRangeText(sign + value.slice(a, b) + sign, a, b, 'select');
    input.setSelectionRange(a + sign.length, b + sign.length);
  }

  input.addEventListener('input', () => {
    browsing = false;
    chosen = 0;
    grow();
    drawCommands();
    send.disabled = !input.value.trim() && !picture;
  });
  input.addEventListener('keydown', (e) => {
    const all = commands.hidden ? [] : matching();
    const ctrl = e.ctrlKey || e.metaKey;
    if (all.length && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      chosen = (chosen + (e.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length;
      drawCommands();
    } else if (all.length && e.key === 'Tab') {
      input.value = `/${all[chosen].command} `;
      draw();
    } else if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
      if (all.length) run(all[chosen]);
      else submit();
    } else if (e.key === 'Escape' && (browsing || all.length || answering || picture)) {
      if (browsing || all.length) {
        browsing = false;
        commands.hidden = true;
      } else dropAbove();
    } else if (ctrl && e.key === 'b') mark('**');
    else if (ctrl && e.key === 'i') mark('__');
    else return;
    e.preventDefault();
  });
  input.addEventListener('paste', (e) => {
    const f = [...(e.clipboardData?.files ?? [])].find((x) => x.type.startsWith('image/'));
    if (!f) return;
    e.preventDefault();
    take(f).catch(complain);
  });
  picker.addEventListener('change', () => {
    take(picker.files[0]).catch(complain);
    picker.value = '';
  });

  return {
    node,
    draw,
    replyTo(m) {
      if (bar.hidden) return;
      answering = m;
      drawAbove();
      draw();
      input.focus();
    },
    insert(text) {
      input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end');
      draw();
      input.focus();
    },
  };
}
