// Small helpers to build DOM. Text only ever becomes text: nothing here or
// elsewhere on the page sets innerHTML.

const SVG = 'http://www.w3.org/2000/svg';

/** el builds an element: el('button.primary', {onclick, 'data-testid': 'x'}, 'text', child). */
export function el(spec, props, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'value' || key === 'checked' || key === 'disabled' || key === 'hidden') node[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(node, child);
    else node.append(child);
  }
}

/** fill replaces what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  add(node, children);
  return node;
}

const PATHS = {
  send: 'M3.4 20.4 21 12 3.4 3.6 3.4 10.1 15 12 3.4 13.9z',
  back: 'M15.5 4.5 8 12l7.5 7.5',
  down: 'M5 9l7 7 7-7',
  close: 'M6 6l12 12M18 6 6 18',
  reply: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  clip: 'M19.5 11.5l-7.8 7.8a5 5 0 0 1-7.1-7.1l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8',
  sliders: 'M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20M17.5 7a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM11.5 17a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  auto: 'M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM12 3.5v17M12 8h7.5M12 12h8.5M12 16h7.5',
  out: 'M8 16 16 8M9.5 8H16v6.5',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M4.5 12.5l5 5 10-11',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  news: 'M4 5h13v13a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM17 9h3v9a2 2 0 0 1-2 2M7.5 9h6M7.5 12.5h6M7.5 16h4',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  list: 'M4 6h16M4 12h16M4 18h16',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  pin: 'M9 3h6l-1 6 3 3v2H7v-2l3-3zM12 14v7',
  group: 'M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3 19a6 6 0 0 1 12 0M16 5.5a3 3 0 0 1 0 5.5M17 13.5a6 6 0 0 1 4 5.5',
};
const SOLID = new Set(['send']);

/** icon draws one of a few line icons. It says nothing to a screen reader: its button does. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', SOLID.has(name) ? 'icon solid' : 'icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** avatar is a round picture: initials on a colour of the id's own, or the bot's mark. */
export function avatar(id, name, kind) {
  if (kind === 'bot') {
    return el('span.avatar', { 'aria-hidden': 'true' }, el('img', { src: 'icon.svg', alt: '', draggable: 'false' }));
  }
  const letters = [...name.trim()].length ? name.trim().split(/\s+/).slice(0, 2).map((w) => [...w][0]).join('') : '?';
  return el(`span.avatar.tone${hue(id)}`, { 'aria-hidden': 'true' }, kind === 'group' ? icon('group') : letters.toUpperCase());
}

/** hue is one of seven tones, always the same for an id. */
export function hue(id) {
  return Math.abs(Number(id)) % 7;
}
