// Telegram's formatting: from text and entities to DOM, and from what people
// type to entities. Offsets are UTF-16 units, as in JavaScript's own strings.

import { el } from './dom.js';
import { t } from './words.js';

const TAGS = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code' };
const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);

/** rich turns text and entities into nodes. act.command is called when a command is clicked. */
export function rich(text, entities, act) {
  const list = (entities ?? [])
    .filter((e) => e.offset >= 0 && e.length > 0 && e.offset + e.length <= text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nest(text, 0, text.length, list, act);
}

function nest(text, from, to, list, act) {
  const out = [];
  let at = from;
  let i = 0;
  while (i < list.length) {
    const e = list[i++];
    const start = Math.max(e.offset, at);
    const end = Math.min(e.offset + e.length, to);
    if (end <= start) continue;
    if (start > at) out.push(text.slice(at, start));
    const inner = [];
    while (i < list.length && list[i].offset < end) inner.push(list[i++]);
    out.push(wrap(e, text.slice(start, end), nest(text, start, end, inner, act), act));
    at = end;
    // A block ends its line by itself.
    if (BLOCKS.has(e.type) && text[at] === '\n' && at < to) at++;
  }
  if (at < to) out.push(text.slice(at, to));
  return out;
}

function wrap(e, text, children, act) {
  switch (e.type) {
    case 'bold': case 'italic': case 'underline': case 'strikethrough': case 'code':
      return el(TAGS[e.type], null, children);
    case 'pre':
      return el('pre', null, e.language && el('span.lang', null, e.language), el('code', null, children));
    case 'blockquote':
      return el('blockquote', null, children);
    case 'expandable_blockquote':
      return expandable(children);
    case 'spoiler':
      return spoiler(children);
    case 'text_link':
      return link(e.url, children);
    case 'url':
      return link(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `http://${text}`, children);
    case 'email':
      return link(`mailto:${text}`, children);
    case 'bot_command':
      return el('button.link', { type: 'button', 'data-testid': 'command-link', onclick: () => act.command(text) }, children);
    case 'mention':
      return el('button.link', { type: 'button', onclick: () => act.mention(text) }, children);
    case 'hashtag': case 'cashtag': case 'phone_number': case 'text_mention':
      return el('span.tag', null, children);
    default:
      return el('span', null, children);
  }
}

/** link is an anchor for an address that a browser may follow, and plain text otherwise. */
export function link(href, children) {
  let url;
  try {
    url = new URL(href);
  } catch {
    return el('span', null, children);
  }
  if (!['http:', 'https:', 'mailto:', 'tg:'].includes(url.protocol)) return el('span', null, children);
  return el('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer', title: url.href }, children);
}

function spoiler(children) {
  const node = el('span.spoiler', { role: 'button', tabindex: '0', 'aria-label': t('spoiler') }, el('span', null, children));
  const open = (event) => {
    if (node.classList.contains('open')) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add('open');
    node.removeAttribute('role');
    node.removeAttribute('tabindex');
    node.removeAttribute('aria-label');
  };
  node.addEventListener('click', open, true);
  node.addEventListener('keydown', (event) => (event.key === 'Enter' || event.key === ' ') && open(event));
  return node;
}

function expandable(children) {
  const button = el('button.fold', { type: 'button', 'aria-expanded': 'false' }, t('expand'));
  const node = el('blockquote.expandable', null, el('div.body', null, children), button);
  button.addEventListener('click', () => {
    const open = node.classList.toggle('open');
    button.setAttribute('aria-expanded', String(open));
    button.textContent = t(open ? 'collapse' : 'expand');
  });
  return node;
}

const MARKS = [['**', 'bold'], ['__', 'italic'], ['~~', 'strikethrough'], ['||', 'spoiler']];

/** typed reads the marks that Telegram's apps know while one types: **bold** and the like. */
export function typed(source) {
  let text = '';
  const entities = [];
  const open = [];
  let i = 0;
  const raw = (mark, type) => {
    const end = source.indexOf(mark, i + mark.length);
    if (!source.startsWith(mark, i) || end <= i + mark.length) return false;
    const body = source.slice(i + mark.length, end).replace(/^\n|\n$/g, type === 'pre' ? '' : '$&');
    if (!body.trim()) return false;
    entities.push({ type, offset: text.length, length: body.length });
    text += body;
    i = end + mark.length;
    return true;
  };
  while (i < source.length) {
    if (raw('```', 'pre') || raw('`', 'code')) continue;
    const mark = MARKS.find(([m]) => source.startsWith(m, i));
    if (mark) {
      const [sign, type] = mark;
      const k = open.findIndex((o) => o.type === type);
      if (k >= 0) {
        const [o] = open.splice(k, 1);
        if (text.length > o.offset) entities.push({ type, offset: o.offset, length: text.length - o.offset });
        i += sign.length;
        continue;
      }
      const close = source.indexOf(sign, i + sign.length);
      if (close > i + sign.length && source.slice(i + sign.length, close).trim()) {
        open.push({ type, offset: text.length });
        i += sign.length;
        continue;
      }
    }
    text += source[i++];
  }
  entities.sort((a, b) => a.offset - b.offset || b.length - a.length);
  return { text, entities };
}
