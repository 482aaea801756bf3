// What lies above the page for a while: toasts, alerts, a picture, a menu.

import { el, icon } from './dom.js';
import { Refused } from './net.js';
import { t } from './words.js';

const MOST = 3; // toasts at once

/** toast shows a short text for some seconds. Of a kind 'clock' there is one at a time. */
export function toast(text, kind = '') {
  const node = el(`div.toast${kind && `.${kind}`}`, { 'data-testid': 'toast' }, text);
  const all = document.getElementById('toasts');
  if (kind === 'clock') all.querySelectorAll('.clock').forEach((old) => old.remove());
  while (all.childElementCount >= MOST) all.firstChild.remove();
  all.append(node);
  const gone = () => {
    node.classList.add('leaving');
    setTimeout(() => node.remove(), 200);
  };
  node.addEventListener('click', gone);
  setTimeout(gone, Math.min(8000, 2500 + text.length * 50));
}

/** complain tells of an error in the page's words. */
export function complain(e) {
  if (!(e instanceof Refused)) console.error(e);
  const code = e instanceof Refused ? e.code : 'failed';
  const detail = code === 'offline' || !e.message ? '' : `: ${e.message}`;
  toast(t(`errors.${code}`) + detail, 'bad');
}

function dialog(kind, ...children) {
  const box = el(`dialog.${kind}`, { 'data-testid': kind }, children);
  box.addEventListener('close', () => box.remove());
  box.addEventListener('click', (e) => e.target === box && box.close());
  document.body.append(box);
  box.showModal();
  return box;
}

/** alertBox shows a text that one must close. */
export function alertBox(title, text) {
  const ok = el('button.primary', { type: 'button', autofocus: true, onclick: () => box.close() }, t('ok'));
  const box = dialog('alert', el('h2', null, title), el('p', null, text), el('div.actions', null, ok));
}

/** lightbox shows a picture as large as the window allows. */
export function lightbox(src) {
  const box = dialog('lightbox',
    el('button.round', { type: 'button', 'aria-label': t('close'), onclick: () => box.close() }, icon('close')),
    el('img', { src, alt: '', onclick: () => box.close() }));
}

let openMenu;

/** menuAt opens a small menu at a point: items are [label, icon, action]. */
export function menuAt(x, y, items) {
  openMenu?.();
  const back = document.activeElement;
  const menu = el('div.popmenu', { role: 'menu', 'data-testid': 'message-menu' }, items.map(([label, name, act]) => el('button', {
    type: 'button', role: 'menuitem', onclick: () => { close(); act(); },
  }, icon(name), label)));
  document.body.append(menu);
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
  const away = (e) => !menu.contains(e.target) && close();
  const keys = (e) => {
    const all = [...menu.children];
    const at = all.indexOf(document.activeElement);
    if (e.key === 'Escape') close();
    else if (e.key === 'ArrowDown') all[(at + 1) % all.length].focus();
    else if (e.key === 'ArrowUp') all[(at + all.length - 1) % all.length].focus();
    else return;
    e.preventDefault();
  };
  function close() {
    menu.remove();
    removeEventListener('pointerdown', away, true);
    removeEventListener('keydown', keys, true);
    openMenu = undefined;
    back?.focus?.();
  }
  openMenu = close;
  addEventListener('pointerdown', away, true);
  addEventListener('keydown', keys, true);
  menu.firstChild.focus();
}
