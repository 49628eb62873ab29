// A handful of assertions whose messages say what was expected and what came.
export class Failure extends Error {}
export class Skip extends Error {}

export const show = v => {
  const s = typeof v === 'string' ? JSON.stringify(v) : JSON.stringify(v, (_, x) => (x instanceof RegExp ? String(x) : x));
  return s === undefined ? String(v) : s.length > 900 ? s.slice(0, 900) + '…' : s;
};
export const fail = message => { throw new Failure(message); };
export const ok = (value, message) => { if (!value) fail(message); return value; };
export const equal = (got, wanted, what = 'value') => {
  if (!Object.is(got, wanted)) fail(`${what}: expected ${show(wanted)}, got ${show(got)}`);
};
export const same = (got, wanted, what = 'value') => {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) fail(`${what}: expected ${show(wanted)}, got ${show(got)}`);
};
export const oneOf = (got, list, what = 'value') => {
  if (!list.includes(got)) fail(`${what}: expected one of ${show(list)}, got ${show(got)}`);
};
export const match = (got, re, what = 'text') => {
  if (!re.test(String(got))) fail(`${what}: expected ${re}, got ${show(got)}`);
};
export const has = (list, item, what = 'list') => {
  if (!Array.isArray(list) || !list.includes(item)) fail(`${what}: expected to hold ${show(item)}, got ${show(list)}`);
};
export const lacks = (list, item, what = 'list') => {
  if (!Array.isArray(list) || list.includes(item)) fail(`${what}: expected not to hold ${show(item)}, got ${show(list)}`);
};
export const without = (text, part, what = 'text') => {
  const s = typeof text === 'string' ? text : JSON.stringify(text);
  const at = s.indexOf(part);
  if (at >= 0) fail(`${what}: must not hold ${show(part)}, but reads …${s.slice(Math.max(0, at - 80), at + part.length + 40)}…`);
};
export const within = (text, part, what = 'text') => {
  const s = typeof text === 'string' ? text : JSON.stringify(text);
  if (!s.includes(part)) fail(`${what}: expected to hold ${show(part)}, got ${show(s)}`);
};

// The answer of a request: its status must be one of `wanted`; tells the request and what came instead.
export const status = (r, wanted, what = '') => {
  const list = Array.isArray(wanted) ? wanted : [wanted];
  if (!list.includes(r.status)) {
    fail(`${what ? what + ': ' : ''}${r.method} ${r.path}${r.sent ? ' ' + show(r.sent) : ''} as ${r.as}: expected ${list.join(' or ')}, got ${r.status} ${show(r.text.slice(0, 600))}`);
  }
  return r;
};
// A refusal in RFC 9457 form; `field` names the wrong field (by its API name) when given.
export const problem = (r, wanted, field = null, what = '') => {
  status(r, wanted, what);
  const where = `${what ? what + ': ' : ''}${r.method} ${r.path}${r.sent ? ' ' + show(r.sent) : ''}`;
  if (!/^application\/problem\+json/.test(r.headers['content-type'] || '')) {
    fail(`${where}: expected content type application/problem+json, got ${show(r.headers['content-type'])} ${show(r.text.slice(0, 200))}`);
  }
  if (!r.json || typeof r.json !== 'object') fail(`${where}: the problem is not a JSON object: ${show(r.text.slice(0, 200))}`);
  if (r.json.status !== undefined && r.json.status !== r.status) fail(`${where}: problem says status ${r.json.status}, answer was ${r.status}`);
  if (!r.json.title) fail(`${where}: the problem has no title: ${show(r.json)}`);
  if (field) {
    const errors = Array.isArray(r.json.errors) ? r.json.errors : [];
    const hit = errors.find(e => e && (e.field === field || String(e.field).startsWith(field + '[') || String(e.field).startsWith(field + '.')));
    if (!hit) fail(`${where}: expected errors to name field ${show(field)}, got ${show(r.json)}`);
    if (typeof hit.expected !== 'string' || !hit.expected) fail(`${where}: the error of ${field} does not say what is expected: ${show(hit)}`);
  }
  return r;
};
// Waits until fn answers something true; the last value or error is told when time is over.
export const until = async (fn, what, ms = 15000) => {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try { last = await fn(); if (last) return last; } catch (e) { if (!(e instanceof Failure)) throw e; last = e.message; }
    if (Date.now() > end) fail(`waited ${ms} ms for ${what}; last: ${show(last)}`);
    await new Promise(r => setTimeout(r, 60));
  }
};
