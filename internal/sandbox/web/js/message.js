// One message as a bubble.

import { avatar, el, hue, icon } from './dom.js';
import { hm, longDate, size } from './format.js';
import { rich } from './entities.js';
import { alertBox, complain, lightbox, menuAt, toast } from './overlay.js';
import { post } from './net.js';
import { view, world } from './store.js';
import { t } from './words.js';

/** bubble draws a message. act: {command, mention, reply, jump(id), find(id)}. */
export function bubble(m, chat, act) {
  if (m.service) return service(m);
  const mine = m.from.id === view.me;
  const group = chat.type !== 'private';
  const picture = m.photo ?? (m.card?.image && m.card.large ? m.card : null);
  const body = el('div.bubble', null,
    group && !mine && el(`div.sender.tone${hue(m.from.id)}`, null, m.from.name, m.from.bot && el('span.badge', null, t('bot'))),
    m.forwarded && el('div.forwarded', null, `↪ ${m.forwarded}`),
    m.reply_to && quoted(m, act),
    m.photo && !m.above && photo(m.photo),
    m.card?.above && card(m.card),
    content(m, act),
    m.photo && m.above && photo(m.photo),
    m.card && !m.card.above && card(m.card),
    m.document && file(m.document),
    meta(m));
  if (picture) body.classList.add('wide');
  if (m.photo && !m.text) body.classList.add('bare');
  const row = el(`div.message.${mine ? 'out' : 'in'}`, { 'data-testid': 'message', 'data-message-id': m.id, 'data-from': m.from.bot ? 'bot' : m.from.id, tabindex: '-1' },
    group && !mine && avatar(m.from.id, m.from.name, m.from.bot ? 'bot' : ''),
    el('div.stack', null,
      el('div.line', null, body, el('button.round.replyto', { type: 'button', 'aria-label': t('reply'), title: t('reply'), onclick: () => act.reply(m) }, icon('reply'))),
      keyboard(m)));
  body.addEventListener('dblclick', (e) => {
    if (e.target.closest('a, button, .spoiler, img')) return;
    getSelection()?.removeAllRanges();
    act.reply(m);
  });
  body.addEventListener('contextmenu', (e) => {
    if (e.target.closest('a') || String(getSelection())) return;
    e.preventDefault();
    menuAt(e.clientX, e.clientY, [
      [t('reply'), 'reply', () => act.reply(m)],
      m.text && [t('copy'), 'copy', () => copyText(m.text)],
    ].filter(Boolean));
  });
  return row;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('copied'));
  } catch (e) {
    complain(e);
  }
}

function service(m) {
  return el('div.service', { 'data-testid': 'message', 'data-message-id': m.id }, el('span', null, m.text || serviceWords(m)));
}

const serviceWords = (m) => t(`services.${m.service}`, m.from.name, world.bot.name);

function content(m, act) {
  if (!m.text) return null;
  const node = el('div.text', { dir: 'auto', 'data-testid': 'text' }, rich(m.text, m.entities, act));
  if (onlyEmoji(m)) node.classList.add('jumbo');
  return node;
}

const EMOJI = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s?){1,3}$/u;
const onlyEmoji = (m) => !m.entities?.length && !m.keyboard && EMOJI.test(m.text);

function meta(m) {
  return el('span.meta', null,
    m.pinned && el('span.pinned', { title: t('pinned') }, icon('pin')),
    m.edited && el('span', { 'data-testid': 'edited' }, t('edited')),
    el('time', { datetime: new Date(m.date).toISOString(), title: `${longDate(m.date)}, ${hm(m.date)}` }, hm(m.date)));
}

function quoted(m, act) {
  const of = act.find(m.reply_to);
  return el('button.quoted', { type: 'button', onclick: () => act.jump(m.reply_to) },
    el('strong', null, of?.from.name ?? '…'),
    el('span', null, m.quote || (of ? gist(of) : '')));
}

/** gist is a message in one line. */
export function gist(m) {
  const text = m.text.replace(/\s+/g, ' ').trim();
  if (m.service) return serviceWords(m);
  if (text) return text.slice(0, 160);
  return t(m.photo ? 'photo' : 'document');
}

function sized(src, w, h) {
  const img = el('img', { src, width: w, height: h, alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' });
  img.style.aspectRatio = `${w} / ${h}`;
  img.addEventListener('load', () => img.classList.add('loaded'));
  img.addEventListener('error', () => img.classList.add('failed'));
  return img;
}

function photo(p) {
  const node = el('button.photo', { type: 'button', 'aria-label': t('openPicture'), 'data-testid': 'photo' }, sized(p.url, p.w || 1280, p.h || 720));
  if (p.spoiler) node.classList.add('hidden');
  node.addEventListener('click', () => (node.classList.contains('hidden') ? node.classList.remove('hidden') : lightbox(p.url)));
  return node;
}

/** card is a link preview: a large picture, or a page with title and text. */
function card(c) {
  const anchor = (spec, ...children) => el(spec, { href: c.url, target: '_blank', rel: 'noopener noreferrer' }, children);
  const big = c.image && c.large;
  if (!c.title) {
    return el('button.photo', { type: 'button', 'aria-label': t('openPicture'), 'data-testid': 'photo', onclick: () => lightbox(c.image) }, sized(c.image, c.w, c.h));
  }
  return anchor(`a.card${big ? '.big' : ''}${c.above ? '.above' : ''}`,
    c.image && sized(c.image, c.w, c.h),
    el('span.words', null, c.site && el('span.site', null, c.site), el('strong', null, c.title), c.text && el('span.about', null, c.text)));
}

function file(d) {
  return el('a.file', { href: d.url, download: d.name }, el('span.disc', null, icon('file')),
    el('span', null, el('strong', null, d.name), el('small', null, size(d.size))));
}

function keyboard(m) {
  if (!m.keyboard?.length) return null;
  return el('div.keyboard', { 'data-testid': 'keyboard' }, m.keyboard.map((row) => el('div.row', null, row.map((b) => key(m, b)))));
}

function key(m, b) {
  const style = ['danger', 'success', 'primary'].includes(b.style) ? `.${b.style}` : '';
  const props = { title: b.text, 'data-testid': 'inline-button' };
  if (b.url && /^https?:/i.test(b.url)) {
    return el(`a.key${style}`, { ...props, href: b.url, target: '_blank', rel: 'noopener noreferrer' }, el('span', null, b.text), icon('out'));
  }
  if (b.copy) return el(`button.key${style}`, { ...props, type: 'button', onclick: () => copyText(b.copy) }, el('span', null, b.text), icon('copy'));
  const node = el(`button.key${style}`, { ...props, type: 'button', disabled: !b.data }, el('span', null, b.text));
  const id = `${m.chat}/${m.id}/${b.data}`;
  if (waiting.has(id)) node.classList.add('busy');
  node.dataset.press = id;
  node.addEventListener('click', () => press(m, b, id));
  return node;
}

// Presses that the bot has not answered. An edit may come before the answer
// and draw the button anew, so this is kept outside the button.
const waiting = new Set();

/** lastPress is the message whose button was pressed last, and when. */
export const lastPress = { chat: 0, id: 0, at: 0 };

async function press(m, b, id) {
  if (waiting.has(id)) return;
  waiting.add(id);
  Object.assign(lastPress, { chat: m.chat, id: m.id, at: Date.now() });
  busy(id, true);
  try {
    const a = await post('/api/press', { as: view.me, chat: m.chat, message: m.id, data: b.data });
    if (a.text && a.alert) alertBox(world.bot.name, a.text);
    else if (a.text) toast(a.text);
    if (a.url && /^https?:/i.test(a.url)) open(a.url, '_blank', 'noopener,noreferrer');
  } catch (e) {
    complain(e);
  } finally {
    waiting.delete(id);
    busy(id, false);
  }
}

function busy(id, is) {
  for (const node of document.querySelectorAll('button.key.busy, button.key[data-press]')) {
    if (node.dataset.press !== id) continue;
    node.classList.toggle('busy', is);
    node.setAttribute('aria-busy', String(is));
  }
}
