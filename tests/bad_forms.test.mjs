// The same actions by the forms of the pages, without script: bad values get the page back with the error at its field
// and nothing written; good ones get 303; a stale form gets 409; pressing twice does it once.
import { equal, fail, match, ok, oneOf, show, status, within } from './lib/assert.mjs';
import { findForm, load, press } from './lib/webform.mjs';
import { forms, hidden, links } from './lib/html.mjs';
import { localText, minutesOf } from './lib/calendar.mjs';
import { PASSWORD } from './lib/server.mjs';
import { Client } from './lib/http.mjs';
import { items, matter } from './lib/world.mjs';

export const limit = 240000;
const LONG = '长'.repeat(60000);
const INVALID = Buffer.concat([Buffer.from('正文'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('够长的一段文字')]);

const FORMS = {
  ask: { as: 'disp', state: 'submitted', texts: ['items'], to: 'submitted' },
  supply: { as: 'ent1', state: 'handling', texts: ['text'], to: 'handling' },
  answer_now: { as: 'disp', state: 'submitted', consult: true, texts: ['text', 'basis'], to: 'replied' },
  refuse: { as: 'disp', state: 'submitted', texts: ['route'], choices: ['reason'], to: 'submitted' },
  contest: { as: 'ent1', state: 'not_accepted', texts: ['text'], to: 'submitted' },
  dispatch: { as: 'disp', state: 'submitted', choices: ['lead'], to: 'dispatched' },
  sign: { as: 'hand', state: 'dispatched', to: 'handling' },
  object: { as: 'hand', state: 'dispatched', texts: ['reason'], to: 'objected' },
  decide_objection: { as: 'super', state: 'objected', texts: ['reason'], to: 'dispatched', values: { upheld: ['false', '0', 'no'] } },
  assign: { as: 'head', state: 'handling', choices: ['handler'], to: 'handling' },
  contact: { as: 'hand', state: 'handling', texts: ['whom'], dates: ['at'], to: 'handling' },
  not_contacted: { as: 'ent1', state: 'handling', contacted: true, to: 'handling' },
  plan: { as: 'hand', state: 'handling', texts: ['text'], to: 'handling' },
  note: { as: 'hand', state: 'handling', texts: ['text'], to: 'handling' },
  extend: { as: 'hand', state: 'handling', texts: ['reason'], dates: ['by'], to: 'handling' },
  urge: { as: 'ent1', state: 'handling', to: 'handling' },
  acknowledge: { as: 'hand', role: 'handler', state: 'handling', to: 'handling' },
  escalate: { as: 'super', state: 'handling', texts: ['reason'], to: 'handling' },
  answer_escalation: { as: 'head', role: 'head', state: 'handling', texts: ['text'], dates: ['by'], to: 'handling' },
  reply: { as: 'hand', state: 'handling', texts: ['text', 'call'], choices: ['outcome'], to: 'replied' },
  evaluate: { as: 'ent1', state: 'replied', choices: ['solved', 'satisfied'], to: 'closed' },
  withdraw: { as: 'ent1', state: 'handling', choices: ['reason'], to: 'withdrawn' },
  reopen: { as: 'ent1', state: 'closed', texts: ['reason'], to: 'handling' }
};

// Fills a form with right values: the API's body by the names of the fields, fitted to the kind of control.
export function fit(form, body) {
  const out = {};
  for (const f of form.fields) {
    if (f.type === 'hidden' || f.type === 'file' || out[f.name] !== undefined) continue;
    const choices = f.type === 'radio' || f.type === 'checkbox' ? form.fields.filter(x => x.name === f.name).map(x => x.value) : f.type === 'select' ? f.options.map(o => o.value) : null;
    let v = body[f.name];
    if (v === undefined) continue;
    if (choices) {
      const wanted = v === true ? ['true', '1', 'yes', 'on'] : v === false ? ['false', '0', 'no', ''] : [String(v)];
      const hit = choices.find(c => wanted.includes(c)) ?? (f.name === 'lead' ? choices.find(c => c) : undefined); // the page suggests the duty department
      if (hit === undefined && !(v === false && f.type === 'checkbox')) fail(`the field ${f.name} of the form ${form.target} offers ${show(choices)}, expected one of ${show(wanted)}`);
      out[f.name] = hit ?? null;
    } else if (f.type === 'datetime-local') { out[f.name] = f.value || localText(minutesOf(v)); } else if (f.type === 'date') out[f.name] = String(v).slice(0, 10);
    else out[f.name] = Array.isArray(v) ? v.join('\n') : String(v);
  }
  return out;
}
// What is wrong with the page that answers bad values, or null.
const heading = text => (/<h1[^>]*>([^<]*)/.exec(text) || [])[1];
function judge(r, field, form, bytesBroken) {
  const fine = bytesBroken ? [400, 413, 422] : [413, 422];
  if (!fine.includes(r.status)) return `expected 422, got ${r.status}${r.status === 303 ? ` to ${r.headers.location}` : ''} ${show(r.text.slice(0, 120))}`;
  if (!/^text\/html/.test(r.headers['content-type'] || '')) return `expected a page, got ${show(r.headers['content-type'])}`;
  if (r.status !== 422) return null;
  const again = forms(r.text).flatMap(f => f.fields).filter(f => f.name === field);
  const marked = again.some(f => f.attrs['aria-invalid'] === 'true');
  const linked = links(r.text).some(l => again.some(f => f.id && l.href.endsWith(`#${f.id}`)) || l.href.endsWith(`#${field}`));
  if (!marked && !linked) return `the page of the error neither links to ${field} nor marks it aria-invalid`;
  return null;
}

async function sweep(w, action) {
  const b = FORMS[action], wrong = [];
  let c, body, rev;
  const renew = async () => {
    c = await w.make(b.state, { class: b.consult ? w.consult : w.plain, contacted: !!b.contacted });
    if (b.role) await c.prepare(action, b.role);
    body = await c.body(action);
    rev = (await c.read()).rev;
  };
  await renew();
  const who = await w.as(b.as);
  const all = [...(b.texts || []), ...(b.choices || []), ...(b.dates || [])];
  let name; // of the page that holds the form: an error shows the same page
  const fresh = async () => { const { page, form } = await findForm(who, c.id, action, all); name = page.path.endsWith(`/${c.id}`) ? null : heading(page.text); return form; };
  const first = await fresh();
  if (first.fields.every(f => f.name !== 'csrf')) wrong.push(`the form of ${action} has no field csrf`);
  for (const field of all) {
    const at = first.fields.find(f => f.name === field);
    if (!at) { wrong.push(`the form of ${action} has no field ${field}; it has ${first.fields.map(f => f.name)}`); continue; }
    const tries = (b.texts || []).includes(field)
      ? [['empty', ''], ['blanks only', ' \r\n '], ['full-width blanks only', '　　'], ['too long', LONG], ['invalid UTF-8', INVALID, true], ['NUL', '正文\u0000够长的一段文字', true], ['control', '正文\u0001够长的一段文字'], ['bidi', '正文\u202e够长的一段文字']]
      : (b.dates || []).includes(field) ? [['no date', 'tomorrow'], ['30 February', '2026-02-30'], ['NUL', '2026\u0000', true]]
        : [['no such choice', 'no_such_choice'], ['left out', null], ['NUL', '1\u0000', true]];
    for (const [what, value, broken] of tries) {
      const form = await fresh();
      const r = await press(who, form, { ...fit(form, body), [field]: value });
      const bad = judge(r, field, form, broken);
      if (bad) wrong.push(`${field} ${what}: ${bad}`);
      if (r.status === 422 && name && heading(r.text) !== name) wrong.push(`${field} ${what}: the error is shown on the page ${show(heading(r.text))}, expected ${show(name)}`);
      if (r.status === 422) { // what was typed into the other fields is kept
        const other = (b.texts || []).find(n => n !== field);
        if (other && !forms(r.text).some(f => f.fields.some(x => x.name === other && String(x.value).replace(/\r\n/g, '\n').trim() === String(fit(form, body)[other]).trim()))) wrong.push(`${field} ${what}: the page of the error lost what was typed into ${other}`);
      }
      const now = (await c.read()).rev;
      if (now !== rev) { wrong.push(`${field} ${what}: something was written (rev ${rev} -> ${now})`); await renew(); }
    }
  }
  {
    const form = await fresh();
    const none = await press(who, form, { ...fit(form, body), csrf: 'wrong' });
    if (![400, 403].includes(none.status)) wrong.push(`a wrong csrf: expected 403, got ${none.status}`);
    const right = await fresh();
    const r = await press(who, right, fit(right, body));
    if (r.status !== 303) wrong.push(`right values ${show(fit(right, body))}: expected 303, got ${r.status} ${show(r.text.slice(0, 300))}`);
    else {
      const rec = await c.read();
      if (rec.state !== b.to) wrong.push(`state afterwards: expected ${b.to}, got ${rec.state}`);
      const n = (await c.events()).length;
      const twice = await press(who, right, fit(right, body));
      if (twice.status !== 303) wrong.push(`pressing twice: expected 303 to the first's result, got ${twice.status}`);
      if ((await c.events()).length !== n) wrong.push('pressing twice wrote twice');
    }
  }
  if (wrong.length) fail(`form of ${action}:\n${wrong.join('\n')}`);
}

export const tests = {};
for (const a of Object.keys(FORMS)) tests[`form_of_${a}`] = async t => sweep(t.w, a);

async function newForm(client) {
  const home = await load(client, '/');
  const way = home.links.find(l => /我要吹哨/.test(l.text))?.target || '/whistles/new';
  const page = await load(client, way);
  const form = page?.forms.find(f => f.method === 'post' && f.fields.some(x => x.name === 'text'));
  return ok(form, `the page ${way} as ${client.as} has no form with a field text`);
}
const newValues = (form, m) => fit(form, { ...m, visibility: 'normal', urgent: false });
for (const [name, who] of [['enterprise', 'ent1'], ['visitor', null]]) {
  tests[`form_of_a_new_whistle_${name}`] = async t => {
    const w = t.w, client = who ? await w.as(who) : w.visitor(), wrong = [];
    const newest = async () => items(await (await w.as('disp')).read('/whistles?limit=1'))[0]?.id;
    const before = await newest();
    const first = await newForm(client);
    for (const field of ['title', 'text', 'wish', 'contact_name', 'contact_phone', 'class', 'visibility', 'urgent', 'enterprise', 'against'].filter(n => first.fields.some(f => f.name === n))) {
      const kind = first.fields.find(f => f.name === field).type;
      const text = ['text', 'textarea', 'tel'].includes(kind);
      for (const [what, value, broken] of text ? [...(field === 'text' ? [['empty', '']] : []), ['too long', LONG], ['invalid UTF-8', INVALID, true], ['NUL', 'a\u0000b', true], ['control', '正文\u0001够长的一段文字'], ['bidi', '正文\u202e够长的一段文字']] : [['no such choice', 'no_such_choice'], ['NUL', '1\u0000', true]]) {
        const form = await newForm(client);
        const r = await press(client, form, { ...newValues(form, matter()), [field]: value });
        const bad = judge(r, field, form, broken);
        if (bad) wrong.push(`${field} ${what}: ${bad}`);
      }
    }
    equal(await newest(), before, 'newest whistle after refused forms');
    const form = await newForm(client), m = matter();
    const r = await press(client, form, newValues(form, m));
    if (r.status !== 303) wrong.push(`right values: expected 303, got ${r.status} ${show(r.text.slice(0, 300))}`);
    else {
      const page = status(await client.get(r.headers.location), 200, 'page after sending');
      match(page.text, /W\d{6}-\d{4}-\d/, 'page after sending: number');
      within(page.text, '查询码', 'page after sending');
      const twice = await press(client, form, newValues(form, m));
      if (twice.status !== 303) wrong.push(`pressing twice: expected 303, got ${twice.status}`);
      equal(items(await (await w.as('disp')).read('/whistles?limit=50')).filter(x => (x.title || '').includes(m.title)).length, 1, 'whistles written by pressing twice');
    }
    if (wrong.length) fail(wrong.join('\n'));
  };
}
tests.draft_by_the_form = async t => {
  const client = await t.w.as('ent1'), form = await newForm(client), m = matter();
  const button = form.buttons.find(b => b.name === 'draft');
  ok(button, `the form has no button named draft: ${show(form.buttons.map(b => b.name))}`);
  const r = status(await press(client, form, newValues(form, m), button), 303, 'keep as a draft');
  const list = items(await client.read('/whistles?state=draft&limit=10'));
  ok(list.some(x => x.state === 'draft' && ((x.title || '').startsWith(m.text.slice(0, 8)) || x.title === m.title || x.text === m.text)), `the list of drafts does not hold the new one (went to ${r.headers.location}): ${show(list.map(x => x.title))}`);
};
tests.stale_form_answers_409_and_keeps_the_text = async t => {
  const w = t.w, c = await w.make('handling'), hand = await w.as('hand');
  const { form } = await findForm(hand, c.id, 'reply', ['text', 'outcome']);
  await c.do('head', 'reply', await c.body('reply'), 'replied');
  const mine = '我写的另一份答复，内容要能复制。';
  const r = await press(hand, form, fit(form, { outcome: 'solved', text: mine, call: '值班室' }));
  status(r, 409, 'a form of a case that went on');
  match(r.headers['content-type'], /^text\/html/, 'content type');
  within(r.text, mine, 'the page of the conflict keeps what was typed');
};
tests.decide_by_the_inbox = async t => {
  const w = t.w, c = await w.make('handling');
  const q = await c.ask2('hand', 'extend', await c.body('extend'));
  const head = await w.as('head');
  const find = async () => {
    const page = await load(head, '/requests');
    const inPage = page.forms.filter(f => f.method === 'post' && f.target.includes(q.id));
    if (inPage.length) return inPage;
    const way = page.links.find(l => l.target && l.target.includes(q.id));
    ok(way, `the inbox of the head has no form and no link for request ${q.id}`);
    return (await load(head, way.target)).forms.filter(f => f.method === 'post' && f.target.includes(q.id));
  };
  const all = await find();
  ok(all.length, 'no form to decide the request');
  const no = all.map(f => [f, f.buttons.find(b => /不同意/.test(b.text))]).find(([, b]) => b);
  ok(no, `no button 不同意: ${show(all.flatMap(f => f.buttons.map(b => b.text.trim())))}`);
  const empty = await press(head, no[0], { reason: '' }, no[1]);
  oneOf(empty.status, [422], 'declining without a reason');
  const again = (await find()).map(f => [f, f.buttons.find(b => /同意/.test(b.text) && !/不同意/.test(b.text))]).find(([, b]) => b);
  status(await press(head, again[0], { reason: '情况属实' }, again[1]), 303, 'agree');
  equal((await c.read()).requests.find(x => x.id === q.id).state, 'agreed', 'state of the request');
};
tests.login_form_takes_odd_input = async t => {
  const wrong = [];
  for (const [k, v] of [['username', 'x'.repeat(100000)], ['username', Buffer.from([0xff, 0xfe])], ['username', 'a\u0000b'], ['username', '<script>alert(1)</script>'], ['username', "' or 1=1 --"], ['username', '\u202eent1'], ['password', 'x'.repeat(100000)], ['password', Buffer.from([0xff])], ['password', ''], ['username', ''], ['csrf', 'wrong'], ['csrf', '']]) {
    const c = new Client(t.server, 'nobody', null);
    const page = await c.get('/login');
    const { urlencode } = await import('./lib/html.mjs');
    const values = { username: `nobody-${wrong.length}`, password: 'wrong-password-1', csrf: hidden(page.text, 'csrf'), [k]: v };
    const r = await c.request('POST', '/login', { form: urlencode(Object.entries(values)), patient: false });
    if (r.status < 400 || r.status >= 500) wrong.push(`${k} ${show(String(v).slice(0, 30))}: expected 4xx, got ${r.status}`);
    if (r.text.includes('<script>alert(1)')) wrong.push(`${k}: unescaped HTML`);
    c.close();
  }
  if (wrong.length) fail(wrong.join('\n'));
  status(await (await t.w.as('ent1')).read('/me'), 200, 'afterwards');
};
tests.open_redirects_stay_here = async t => {
  const wrong = [];
  for (const to of ['//evil.test/', 'https://evil.test/', '/\\evil.test', '/\t/evil.test', '\\\\evil.test', 'javascript:alert(1)', '%2F%2Fevil.test', '/%09/evil.test', '///evil.test', 'http:evil.test', '/.evil.test//..//evil.test', '@evil.test', '/\r\n/evil.test']) for (const name of ['next', 'to', 'return', 'back']) {
    const c = new Client(t.server, 'ent1', PASSWORD);
    const page = await c.get(`/login?${name}=${encodeURIComponent(to)}`);
    const r = await c.request('POST', `/login?${name}=${encodeURIComponent(to)}`, { form: { username: 'ent1', password: PASSWORD, csrf: hidden(page.text, 'csrf') ?? '', [name]: to } });
    const l = r.headers.location || '/';
    const url = new URL(l.replace(/[\t\r\n]/g, '').replace(/\\/g, '/'), t.server.url);
    if (url.origin !== t.server.url) wrong.push(`${name}=${show(to)}: leaves to ${l}`);
    c.close();
    if (name === 'next' && wrong.length > 5) break;
  }
  if (wrong.length) fail(wrong.join('\n'));
};
