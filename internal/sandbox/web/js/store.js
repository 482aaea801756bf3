// What the page knows, and who is told when it changes.

import { post } from './net.js';

/** world is the sandbox's state as this page has it. */
export const world = {
  ready: false,
  online: true,
  boot: '',
  bot: { name: '', username: '' },
  about: {},
  people: [],
  languages: [],
  chats: new Map(), // id → {id, type, title, started, members, messages: Map, typing}
  menus: {},
  clock: { skew: 0, offset: 300, morning: 0 },
  rates: 'ok',
  modes: [],
  calls: [],
};

/** view is what this page looks at. */
export const view = { me: 0, chat: 0 };

const listeners = new Map();

/** on calls f whenever a topic changes: people, chats, messages, clock, rates, calls, view, online, menus, words. */
export function on(topics, f) {
  for (const topic of topics.split(' ')) {
    if (!listeners.has(topic)) listeners.set(topic, []);
    listeners.get(topic).push(f);
  }
}

/** changed tells the listeners of a topic. */
export function changed(topic, detail) {
  for (const f of listeners.get(topic) ?? []) f(detail);
}

const typingTimers = new Map();
const TYPING_MS = 5000; // Telegram shows an action for five seconds

function chatOf(v) {
  return { ...v, typing: '', messages: new Map(v.messages.map((m) => [m.id, m])) };
}

/** load takes the whole state. */
export function load(state) {
  world.boot = state.boot;
  world.bot = state.bot;
  world.about = state.about;
  world.people = state.people;
  world.languages = state.languages;
  world.menus = state.menus;
  world.rates = state.rates;
  world.modes = state.modes;
  world.calls = state.calls;
  world.chats = new Map(state.chats.map((c) => [c.id, chatOf(c)]));
  setClock(state.clock);
  world.ready = true;
  loadRead();
  changed('loaded');
}

function setClock(c) {
  world.clock = { skew: c.now - Date.now(), offset: c.offset, morning: c.morning };
}

/** now is the sandbox's clock, in Unix milliseconds. */
export const now = () => Date.now() + world.clock.skew;

/** apply takes one event. */
export function apply({ type, data }) {
  switch (type) {
    case 'message':
    case 'edit':
      put(data, type);
      break;
    case 'delete': {
      const chat = world.chats.get(data.chat);
      if (chat?.messages.delete(data.message)) changed('messages', { kind: 'delete', chat: data.chat, id: data.message });
      break;
    }
    case 'typing':
      setTyping(data.chat, data.text);
      break;
    case 'chat':
      world.chats.set(data.id, chatOf(data));
      changed('chats');
      changed('messages', { kind: 'all', chat: data.id });
      break;
    case 'people':
      world.people = data.people;
      world.menus = data.menus;
      world.about = data.about;
      changed('people');
      changed('menus');
      break;
    case 'clock':
      setClock(data);
      changed('clock');
      break;
    case 'rates':
      world.rates = data.mode;
      changed('rates');
      break;
    case 'call':
      world.calls.push(data);
      if (world.calls.length > 200) world.calls.splice(0, 50);
      changed('calls', data);
      break;
    case 'published':
      changed('published', data);
      break;
    default:
      console.warn('unknown event', type);
  }
}

/** put adds or replaces a message. */
export function put(m, kind) {
  const chat = world.chats.get(m.chat);
  if (!chat) return;
  const known = chat.messages.has(m.id);
  if (known && kind === 'answer') return; // the event came before the answer and is newer
  chat.messages.set(m.id, m);
  if (!known && m.from.id === m.chat) chat.started = true;
  if (m.from.id === world.bot.id) setTyping(m.chat, '');
  if (m.from.id === view.me) markRead(m.chat, view.me);
  changed('messages', { kind: known ? 'edit' : 'message', chat: m.chat, id: m.id });
}

function setTyping(id, action) {
  const chat = world.chats.get(id);
  if (!chat) return;
  clearTimeout(typingTimers.get(id));
  if (action) typingTimers.set(id, setTimeout(() => setTyping(id, ''), TYPING_MS));
  if (chat.typing === action) return;
  chat.typing = action;
  changed('typing', { chat: id });
}

/** me is the person that the page is now. */
export const me = () => world.people.find((p) => p.id === view.me) ?? world.people[0];

/** fullName is a person's name. */
export const fullName = (p) => (p.last_name ? `${p.first_name} ${p.last_name}` : p.first_name);

/** chatsOf are the chats in a person's list, the one with the newest message first. */
export function chatsOf(personId) {
  const mine = [...world.chats.values()].filter((c) => c.type !== 'private' || c.id === personId);
  const when = (c) => last(c)?.date ?? Infinity; // what was never begun stands first
  return mine.sort((a, b) => (when(b) === when(a) ? b.id - a.id : when(b) - when(a)));
}

/** ordered are a chat's messages by number. */
export const ordered = (chat) => [...chat.messages.values()].sort((a, b) => a.id - b.id);

/** last is a chat's newest message. */
export function last(chat) {
  let best;
  for (const m of chat.messages.values()) if (!best || m.id > best.id) best = m;
  return best;
}

/** titleOf is a chat's name in a person's list: a private chat is named after the bot. */
export const titleOf = (chat) => (chat.type === 'private' ? world.bot.name : chat.title);

// What each person has read. It outlives a reload, and not a run of the sandbox.
let read = {};

function loadRead() {
  try {
    const kept = JSON.parse(localStorage.getItem('newsbot.read') ?? '{}');
    read = kept.boot === world.boot ? kept.read : {};
  } catch {
    read = {};
  }
}

/** unread counts what a person has not seen in a chat. */
export function unread(chat, personId) {
  const upTo = read[`${personId}:${chat.id}`] ?? 0;
  let n = 0;
  for (const m of chat.messages.values()) if (m.id > upTo && m.from.id !== personId && !m.service) n++;
  return n;
}

/** markRead notes that a person has seen all of a chat. */
export function markRead(chatId, personId) {
  const chat = world.chats.get(chatId);
  const newest = chat && last(chat)?.id;
  const key = `${personId}:${chatId}`;
  if (!newest || read[key] === newest) return;
  read[key] = newest;
  localStorage.setItem('newsbot.read', JSON.stringify({ boot: world.boot, read }));
  changed('read');
}

/** look opens a chat as a person. The address keeps it, so Back and reload work. chat 0 is the list. */
export function look(personId, chatId) {
  const hash = chatId ? `#/${personId}/${chatId}` : `#/${personId}`;
  if (location.hash === hash) readHash();
  else location.hash = hash;
}

/** readHash takes the view from the address. */
export function readHash() {
  const [, person, chat] = location.hash.split('/').map(Number);
  const p = world.people.find((x) => x.id === person) ?? world.people[0];
  if (!p) return;
  view.me = p.id;
  view.chat = chatsOf(p.id).some((c) => c.id === chat) ? chat : 0;
  if (!view.chat && !isNarrow()) view.chat = p.id;
  changed('view');
}

/** isNarrow tells whether the list and the chat have no room beside each other. */
export const isNarrow = () => matchMedia('(max-width: 719px)').matches;

/** say sends a text as the person that the page is now. */
export async function say(text, more = {}) {
  const m = await post('/api/say', { as: view.me, chat: view.chat, text, ...more });
  put(m, 'answer');
  return m;
}
