// The control panel: the clock, the newsroom, the person, and the bot's calls.

import { el, fill, icon } from './dom.js';
import { dayOf, forInput, fromInput, hm, hms, longDate } from './format.js';
import { complain, toast } from './overlay.js';
import { post } from './net.js';
import { fullName, me, now, on, world } from './store.js';
import { languageName, t } from './words.js';

const SHOWN = 120; // calls in the list

/** panelPane fills the right side and keeps it right. */
export function panelPane(root) {
  const app = document.getElementById('app');
  const time = el('time.big', { 'data-testid': 'clock' });
  const date = el('div.date-words');
  const when = el('input', { type: 'datetime-local', 'data-testid': 'clock-input' });
  const calls = el('ol.calls', { 'data-testid': 'calls' });
  const sum = el('span.sum', { 'data-testid': 'violations' });
  const head = el('header.panel-head');
  const clock = el('section');
  const news = el('section');
  const person = el('section');
  const log = el('section.log');
  root.append(head, el('div.panel-body', null, clock, news, person, log));

  const wide = matchMedia('(min-width: 1100px)');
  const open = (is) => {
    app.classList.toggle('panel-open', is);
    root.inert = !is;
    if (wide.matches) localStorage.setItem('newsbot.panel', is ? 'open' : 'closed');
  };
  open(wide.matches && localStorage.getItem('newsbot.panel') !== 'closed');
  wide.addEventListener('change', () => open(wide.matches && localStorage.getItem('newsbot.panel') !== 'closed'));
  on('panel', () => {
    open(!app.classList.contains('panel-open'));
    if (app.classList.contains('panel-open') && !wide.matches) root.querySelector('button')?.focus();
  });
  addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && !wide.matches && app.classList.contains('panel-open')) open(false);
  });
  document.getElementById('chat').addEventListener('pointerdown', (e) => {
    if (!wide.matches && app.classList.contains('panel-open') && !e.target.closest('.panel-toggle')) open(false);
  });

  /** does makes a button that asks the sandbox for something and waits for it. */
  function does(spec, props, act, ...children) {
    const button = el(spec, { type: 'button', ...props }, children);
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await act();
      } catch (e) {
        complain(e);
      } finally {
        button.disabled = false;
      }
    });
    return button;
  }

  async function move(request) {
    await post('/api/clock', request);
    toast(t('moved', `${longDate(now())}, ${hm(now())}`), 'clock');
  }

  function drawHead() {
    root.setAttribute('aria-label', t('panel'));
    fill(head, el('h2', null, t('panel')),
      el('button.round', { type: 'button', 'aria-label': t('close'), 'data-testid': 'panel-close', onclick: () => open(false) }, icon('close')));
  }

  function drawClock() {
    const today = dayOf(world.clock.morning) === dayOf(now());
    when.setAttribute('aria-label', t('setTime'));
    if (document.activeElement !== when) when.value = forInput(world.clock.morning);
    fill(clock, title('clock', t('clock')), time, date,
      el('div.buttons', null,
        does('button.pill.primary', { 'data-testid': 'clock-morning' }, () => move({ morning: true }), t(today ? 'todayAt8' : 'tomorrowAt8')),
        does('button.pill', { 'data-testid': 'clock-10m' }, () => move({ by: 600000 }), t('plus10')),
        does('button.pill', { 'data-testid': 'clock-1h' }, () => move({ by: 3600000 }), t('plus60'))),
      el('div.field', null, when, does('button.pill', { 'data-testid': 'clock-set', 'aria-label': t('setTime'), title: t('setTime') }, () => move({ to: fromInput(when.value) || 0 }), icon('check'))),
      el('p.note', null, t('clockNote')));
  }

  function tick() {
    if (!world.ready) return;
    time.textContent = hms(now());
    date.textContent = longDate(now());
    // Past eight the next morning is another one.
    if (now() >= world.clock.morning) {
      world.clock.morning += 86400000;
      drawClock();
    }
  }

  function drawNews() {
    const id = 'rates-mode';
    fill(news, title('news', t('newsroom')),
      does('button.pill.primary.full', { 'data-testid': 'publish' }, publish, t('publish')),
      el('label', { for: id }, t('rates')),
      el('select', { id, 'data-testid': id, onchange: (e) => post('/api/rates', { mode: e.target.value }).catch(complain) },
        world.modes.map((m) => el('option', { value: m, selected: m === world.rates }, t(`modes.${m}`)))));
  }

  async function publish() {
    const { ok } = await post('/api/publish');
    if (!ok) toast(t('allPublished'));
  }

  function drawPerson() {
    const p = me();
    if (!p) return;
    const id = 'person-language';
    fill(person, title('person', fullName(p)),
      el('label', { for: id }, t('language')),
      el('select', { id, 'data-testid': 'language', onchange: (e) => post('/api/person', { id: p.id, language: e.target.value }).catch(complain) },
        world.languages.map((l) => el('option', { value: l, selected: l === p.language }, l ? `${languageName(l)} (${l})` : t('noLanguage')))),
      el('label.switch', null,
        el('input', { type: 'checkbox', role: 'switch', 'data-testid': 'block', checked: p.blocked, onchange: (e) => post('/api/person', { id: p.id, blocked: e.target.checked }).catch(complain) }),
        el('span', null, t('block'))));
  }

  function drawLog() {
    fill(log, el('div.log-head', null, title('list', t('calls')), sum), el('p.note', null, t('callsNote')), calls);
    fill(calls, world.calls.length ? world.calls.slice(-SHOWN).reverse().map(call) : el('li.none', null, t('noCalls')));
    drawSum();
  }

  function drawSum() {
    const n = world.calls.reduce((k, c) => k + (c.violations?.length ?? 0), 0);
    sum.textContent = n ? t('violations', n) : t('noViolations');
    sum.classList.toggle('bad', n > 0);
  }

  function call(c) {
    const wrong = c.violations?.length > 0;
    const state = c.ok ? 'ok' : 'failed';
    return el(`li${wrong ? '.wrong' : ''}`, { 'data-testid': 'call', 'data-method': c.method },
      el('details', null,
        el('summary', null,
          el('time', null, hms(Date.parse(c.time))),
          el('b', null, c.method),
          el(`span.code.${state}`, null, c.status || '×'),
          el('span.took', null, `${c.duration_ms < 10 ? c.duration_ms.toFixed(1) : Math.round(c.duration_ms)} ${t('ms')}`)),
        c.description && el('p.bad', null, c.description),
        wrong && el('ul.bad', null, c.violations.map((v) => el('li', null, v))),
        el('dl', null, Object.entries(c.params ?? {}).map(([k, v]) => [el('dt', null, k), el('dd', null, v)]))));
  }

  on('calls', (c) => {
    calls.querySelector('.none')?.remove();
    calls.prepend(call(c));
    while (calls.childElementCount > SHOWN) calls.lastChild.remove();
    drawSum();
  });
  on('loaded words', () => {
    drawHead();
    drawClock();
    drawNews();
    drawLog();
    tick();
  });
  on('loaded words view people', drawPerson);
  on('clock', () => {
    drawClock();
    tick();
  });
  on('rates', drawNews);
  on('published', ({ title: name }) => toast(t('published', name)));
  setInterval(tick, 1000);

}

function title(name, text) {
  return el('h3', null, icon(name), text);
}
