// Talking with the sandbox: requests, and the stream of what happens.

/** Refused is an answer that says no. code is a word the page can translate. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function answer(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Refused('offline', `status ${response.status}`);
  }
  if (!response.ok) throw new Refused(body.code ?? 'failed', body.error ?? '');
  return body;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    throw new Refused('offline', String(e));
  }
  return answer(response);
}

/** get reads JSON. */
export const get = (path) => ask(path, { cache: 'no-store' });

/** post does something. */
export const post = (path, body) => ask(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body ?? {}),
});

/**
 * follow keeps a page up to date for ever: it loads all, then follows the
 * events. A lost connection is taken up where it broke off; where that is no
 * longer possible, or the sandbox was restarted, all is loaded anew.
 */
export async function follow({ onState, onEvent, onOnline }) {
  for (;;) {
    try {
      const state = await get('/api/state');
      onState(state);
      await events(state, onEvent, onOnline);
    } catch (e) {
      if (!(e instanceof Refused)) console.error(e);
      onOnline(false);
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}

function events(state, onEvent, onOnline) {
  return new Promise((done) => {
    const source = new EventSource(`/api/events?since=${state.seq}&boot=${encodeURIComponent(state.boot)}`);
    const leave = () => {
      source.close();
      done();
    };
    source.onopen = () => onOnline(true);
    source.onerror = () => {
      onOnline(false);
      if (source.readyState === EventSource.CLOSED) leave();
    };
    source.onmessage = (e) => {
      const event = JSON.parse(e.data);
      if (event.type === 'reset') leave();
      else onEvent(event);
    };
  });
}
