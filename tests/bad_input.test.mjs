// Every field of every body of the API with what no field may take: a clear refusal that names the field, nothing written.
import { equal, fail, ok, show, status } from './lib/assert.mjs';
import { items, matter } from './lib/world.mjs';

export const limit = 240000;

// ---- what each body holds --------------------------------------------------
// kind: text (many lines), line (one line), bool, code (a choice), id, day, instant, level, texts (list of texts), ids; ! is required
const BODIES = {
  create: { as: 'ent1', fields: { title: 'line!', text: 'text!', class: 'code', enterprise: 'id', contact_name: 'line', contact_phone: 'phone', anonymous: 'bool', visibility: 'code', urgent: 'bool', wish: 'text', against: 'id', draft: 'bool' } },
  public_create: { as: 'public', fields: { title: 'line!', text: 'text!', class: 'code', contact_name: 'line', contact_phone: 'phone!', anonymous: 'bool', visibility: 'code', urgent: 'bool', wish: 'text', against: 'id' } },
  save: { as: 'ent1', state: 'draft', fields: { title: 'line', text: 'text', class: 'code', contact_name: 'line', contact_phone: 'phone', anonymous: 'bool', visibility: 'code', urgent: 'bool', wish: 'text', against: 'id' } },
  ask: { as: 'disp', state: 'submitted', fields: { items: 'texts!' } },
  supply: { as: 'ent1', state: 'handling', fields: { text: 'text!' } },
  answer_now: { as: 'disp', state: 'submitted', consult: true, fields: { text: 'text!', basis: 'text!' } },
  refuse: { as: 'disp', state: 'submitted', fields: { reason: 'code!', route: 'text!' } },
  contest: { as: 'ent1', state: 'not_accepted', fields: { text: 'text!' } },
  dispatch: { as: 'disp', state: 'submitted', fields: { lead: 'id!', supporting: 'ids', class: 'code', urgent: 'bool', urgent_reason: 'text' } },
  object: { as: 'hand', state: 'dispatched', fields: { reason: 'text!', duty: 'text', better: 'id' } },
  decide_objection: { as: 'super', state: 'objected', fields: { upheld: 'bool!', lead: 'id', reason: 'text!' }, with: { upheld: true }, lead: true },
  assign: { as: 'head', state: 'handling', fields: { handler: 'id!', deputy: 'id' } },
  hand_over: { as: 'head', state: 'handling', fields: { handler: 'id!' } },
  contact: { as: 'hand', state: 'handling', fields: { how: 'how!', whom: 'line!', at: 'instant!' } },
  plan: { as: 'hand', state: 'handling', fields: { text: 'text!', by: 'anyday' } },
  note: { as: 'hand', state: 'handling', fields: { text: 'text!', open: 'bool' } },
  extend: { as: 'hand', state: 'handling', fields: { by: 'day!', reason: 'text!' } },
  urge: { as: 'ent1', state: 'handling', fields: { text: 'text' } },
  escalate: { as: 'super', state: 'handling', fields: { level: 'level!', reason: 'text!' } },
  answer_escalation: { as: 'super', role: 'supervisor', state: 'handling', fields: { decision: 'code!', text: 'text!', by: 'day!', lead: 'id' }, with: { decision: 'change_lead' }, lead: true },
  reply: { as: 'hand', state: 'handling', fields: { outcome: 'code!', text: 'text!', call: 'line!' } },
  evaluate: { as: 'ent1', state: 'replied', fields: { solved: 'bool!', satisfied: 'code!', words: 'text' } },
  withdraw: { as: 'ent1', state: 'submitted', fields: { reason: 'code!', text: 'text' } },
  reopen: { as: 'ent1', state: 'closed', fields: { reason: 'text!' } }
};

const LONG = '长'.repeat(120000);
const RAW = b => ({ raw: Buffer.from(b) });
const TYPES = { // wrong types and values by kind, as JSON
  text: [12345, true, ['a'], { a: 1 }], line: [12345, true, ['a'], { a: 1 }], phone: [13800001234, true, ['13800001234'], 'abc', '138', '１３８００００１２３４x', '138000012345678901234'],
  how: [5, ['phone'], { a: 1 }],
  bool: ['yes', 2, -1, [], {}, 'true '], code: ['no_such_choice', 5, true, [], {}],
  id: ['abc', '-1', '0', '99999999999999999999', '9223372036854775807', RAW('99999999999999999999'), 1.5, true, [], {}, '1 or 1=1'],
  ids: ['abc', 5, [5], [[]], ['abc'], ['0'], ['99999999999999999999'], {}, [null]],
  texts: [5, true, {}, [5], [[]], [{}], [''], [null], Array(500).fill('项')],
  day: ['tomorrow', '2026-02-30', '2026-13-01', '0000-00-00', '9999-99-99', '2026-1-1', 20260101, true, [], {}, '1990-01-01', '99999-01-01'],
  anyday: ['tomorrow', '2026-02-30', '2026-13-01', '0000-00-00', '9999-99-99', 20260101, true, [], {}, '99999-01-01'],
  instant: ['now', '2026-02-30T10:00:00+08:00', '2026-01-05', '2026-01-05T25:00:00+08:00', '2026-01-05T10:00:00+99:00', 1e15, true, [], {}, '2999-01-01T00:00:00+08:00', '0001-01-01T00:00:00Z'],
  level: [0, 4, -1, 1.5, 99999999999, 'x', true, [], {}, RAW('1e999'), RAW('99999999999999999999999'), RAW('NaN')]
};
const INVALID = [[0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe4, 0xb8]];
const TEXTUAL = ['text', 'line', 'phone', 'how', 'code', 'id', 'day', 'anyday', 'instant'];

// [name, value, {statuses, unnamed: the body as a whole may be unreadable}]
function bads(kind, required) {
  const out = [];
  if (required) {
    out.push(['missing', undefined]);
    out.push(['null', null]);
    if (TEXTUAL.includes(kind)) { out.push(['empty', '']); out.push(['blanks only', ' \t\n ']); out.push(['full-width blanks only', '　　']); }
    if (kind === 'texts') out.push(['empty list', []]);
  }
  for (const v of TYPES[kind] || []) out.push([`value ${show(v.raw ? String(v.raw) : v).slice(0, 40)}`, v, { unnamed: !!v.raw }]);
  if (TEXTUAL.includes(kind)) out.push(['too long', LONG, { also: [413] }]);
  if (kind === 'texts') out.push(['too long', [LONG], { also: [413] }]);
  if (TEXTUAL.includes(kind)) {
    for (const b of INVALID) out.push([`invalid UTF-8 ${Buffer.from(b).toString('hex')}`, { raw: Buffer.concat([Buffer.from('"正文'), Buffer.from(b), Buffer.from('够长的一段文字"')]) }, { unnamed: true }]);
    out.push(['NUL', '正文\u0000够长的一段文字', { unnamed: true }]);
    for (const c of ['\u0001', '\u0008', '\u001b[31m', '\u001f']) out.push([`control ${show(c)}`, `正文${c}够长的一段文字`]);
    out.push(['lone surrogate', { raw: Buffer.from('"正文\\ud800够长的一段文字"') }, { unnamed: true }]);
    if (!['code', 'id', 'day', 'anyday', 'instant', 'phone', 'how'].includes(kind)) for (const c of ['\u202e', '\u2066', '\u202a', '\u2069']) out.push([`bidi U+${c.charCodeAt(0).toString(16)}`, `正文${c}够长的一段文字`]);
  }
  if (kind === 'line') out.push(['line break', '第一行\n第二行够长了']);
  return out;
}

// A body as bytes in which one field has the given value (undefined leaves it out, {raw} goes in as it stands).
export function bytes(body, field, value) {
  const all = { ...body };
  delete all[field];
  const parts = Object.entries(all).map(([k, v]) => Buffer.from(`${JSON.stringify(k)}:${JSON.stringify(v)}`));
  if (value !== undefined) parts.push(Buffer.concat([Buffer.from(`${JSON.stringify(field)}:`), value?.raw || Buffer.from(JSON.stringify(value))]));
  return Buffer.concat([Buffer.from('{'), ...parts.flatMap((p, i) => (i ? [Buffer.from(','), p] : [p])), Buffer.from('}')]);
}
// What is wrong with an answer to bad input, or null.
export function judge(r, field, { also = [], unnamed = false } = {}) {
  if (![400, 422, ...also].includes(r.status)) return `expected 422${unnamed ? ' or 400' : ''}, got ${r.status} ${show(r.text.slice(0, 160))}`;
  if (r.status === 400 && !unnamed) return `expected 422 that names ${field}, got 400 ${show(r.text.slice(0, 160))}`;
  if (!/^application\/problem\+json/.test(r.headers['content-type'] || '')) return `expected application/problem+json, got ${show(r.headers['content-type'])}`;
  if (r.status !== 422) return null;
  const errors = Array.isArray(r.json?.errors) ? r.json.errors : [];
  const hit = errors.find(e => e.field === field || String(e.field).startsWith(`${field}[`) || String(e.field).startsWith(`${field}.`));
  if (!hit) return `expected errors to name ${field}, got ${show(r.json)}`;
  if (!hit.expected) return `the error of ${field} does not say what is expected: ${show(hit)}`;
  return null;
}

async function subject(w, name, b) {
  if (name === 'create') return { send: async (body, headers = {}) => (await w.as('ent1')).request('POST', '/api/v1/whistles', { body, type: 'application/json', headers }), right: matter(), watch: async () => items(await (await w.as('ent1')).read('/whistles?limit=1'))[0]?.id };
  if (name === 'public_create') return { send: body => w.visitor().request('POST', '/api/v1/public/whistles', { body, type: 'application/json' }), right: matter(), watch: async () => items(await (await w.as('disp')).read('/whistles?limit=1'))[0]?.id };
  const c = await w.make(b.state, { class: b.consult ? w.consult : w.plain, contacted: false });
  if (b.role) await c.prepare(name, b.role);
  const method = name === 'save' ? 'PATCH' : 'POST', path = `/api/v1/whistles/${c.id}${name === 'save' ? '' : `/${name}`}`;
  const seer = b.state === 'draft' ? 'ent1' : 'super';
  return {
    case: c,
    send: async (body, headers = {}) => (await w.as(b.as)).request(method, path, { body, type: 'application/json', headers }),
    right: { ...(await c.body(name)), ...(b.with || {}), ...(b.lead ? { lead: w.d2 } : {}) },
    watch: async () => { const rec = await c.read(seer); return `${rec.state} rev ${rec.rev} requests ${(rec.requests || []).length}`; }
  };
}

async function sweep(w, name) {
  const b = BODIES[name], wrong = [];
  let n = 0, s = await subject(w, name, b), before = await s.watch();
  for (const [field, type] of Object.entries(b.fields)) {
    const kind = type.replace('!', ''), required = type.endsWith('!');
    const list = bads(kind, required);
    if (field === 'visibility') list.push(['discipline (later)', 'discipline']);
    if (field === 'outcome') list.push(['lapsed', 'lapsed']);
    if (kind === 'id' || kind === 'ids') for (const v of await foreign(w, field)) list.push([v[0], kind === 'ids' ? [v[1]] : v[1], { also: field === 'enterprise' ? [403, 404] : [] }]);
    for (const [what, value, o] of list) {
      const r = await s.send(bytes(s.right, field, value));
      n++;
      let bad = judge(r, field, o);
      const after = await s.watch();
      if (after !== before) { bad = `${bad || `refused with ${r.status}`}; and something was written: ${before} -> ${after}`; s = await subject(w, name, b); before = await s.watch(); }
      if (bad) wrong.push(`${name}.${field} ${what}: ${bad}`);
    }
  }
  if (wrong.length) fail(`${wrong.length} of ${n} bad values:\n${wrong.slice(0, 60).join('\n')}${wrong.length > 60 ? `\n… ${wrong.length - 60} more` : ''}`);
}
// Ids of things that are there, but not for this field.
async function foreign(w, field) {
  if (['lead', 'supporting', 'better', 'against'].includes(field)) return [['department of another site', items(await (await w.as('dispx')).read('/departments'))[0].id], ['id of an enterprise', w.e1]];
  if (field === 'enterprise') return [['enterprise of another site', (await w.me('entx')).enterprises[0].id], ['id of a department', w.d1]];
  if (['handler', 'deputy'].includes(field)) {
    const id = v => String(v && typeof v === 'object' ? v.id : v);
    return [['account of another site', id((await w.me('dispx')).account)], ['account of another department', id((await w.me('hand2')).account)], ['an enterprise’s account', id((await w.me('ent1')).account)]];
  }
  return [];
}

export const tests = {};
for (const name of Object.keys(BODIES)) tests[`body_of_${name}`] = async t => sweep(t.w, name);

tests.body_of_call_back = async t => {
  const w = await t.alone();
  await w.startClock();
  const c = await w.make('replied');
  const { clock } = await import('./lib/world.mjs');
  await w.after(clock(await c.read(), 'evaluate').due_at, 30);
  await c.until(r => (r.clocks || []).some(k => k.clock === 'callback' && !k.ended_at), 'callback to start');
  const right = await c.body('call_back'), k = await w.as('call'), wrong = [];
  const { textOf } = await import('./lib/calendar.mjs');
  right.at = textOf(w.at - 5);
  const fields = { at: 'instant!', result: 'code!', solved: 'bool!', satisfied: 'code!', words: 'text' };
  for (const [field, type] of Object.entries(fields)) for (const [what, value, o] of bads(type.replace('!', ''), type.endsWith('!'))) {
    const rev = (await c.read()).rev;
    const r = await k.request('POST', `/api/v1/whistles/${c.id}/call_back`, { body: bytes(right, field, value), type: 'application/json' });
    const bad = judge(r, field, o);
    if (bad) wrong.push(`call_back.${field} ${what}: ${bad}`);
    if ((await c.read()).rev !== rev) { wrong.push(`call_back.${field} ${what}: something was written`); break; }
  }
  if (wrong.length) fail(wrong.slice(0, 60).join('\n'));
};
tests.body_of_decide = async t => {
  let c, q;
  const again = async () => { c = await t.w.make('handling'); q = await c.ask2('hand', 'extend', await c.body('extend')); };
  await again();
  const head = await t.w.as('head'), wrong = [];
  for (const [field, type] of [['agree', 'bool!'], ['reason', 'text!']]) for (const [what, value, o] of bads(type.replace('!', ''), true)) {
    const r = await head.request('POST', `/api/v1/requests/${q.id}/decide`, { body: bytes({ agree: false, reason: '先用备用设备' }, field, value), type: 'application/json' });
    const bad = judge(r, field, o);
    const now = (await c.read()).requests.find(x => x.id === q.id).state;
    if (bad || now !== 'open') wrong.push(`decide.${field} ${what}: ${bad || `refused with ${r.status}`}; the request is ${now}`);
    if (now !== 'open') await again();
  }
  if (wrong.length) fail(wrong.slice(0, 60).join('\n'));
};

// HTML is legal text: stored as it is, escaped on every page.
const SHORT = '<i onload=x>"\'&amp;</i>';
const HTML = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;<b>粗</b></textarea></title>';
tests.html_is_stored_as_it_is_and_escaped_on_pages = async t => {
  const w = t.w, wrong = [];
  const c = await w.submit({ title: `标题${HTML}`, text: `正文${HTML}`, wish: `愿望${HTML}`, contact_name: `联系${SHORT}` });
  const rec = await c.read('ent1');
  equal(rec.title, `标题${HTML}`, 'title read back');
  equal(rec.text, `正文${HTML}`, 'text read back');
  await c.do('disp', 'ask', { items: [`材料${HTML}`] });
  await c.do('ent1', 'supply', { text: `补充${HTML}` });
  await c.do('disp', 'dispatch', { lead: w.d1, urgent: true, urgent_reason: `急${HTML}` });
  await c.do('hand', 'sign');
  await c.do('hand', 'contact', { ...(await c.body('contact')), whom: `谁${SHORT}` });
  await c.do('hand', 'plan', { text: `计划${HTML}` });
  await c.do('hand', 'note', { text: `备注${HTML}`, open: true });
  await c.do('ent1', 'urge', { text: `催${HTML}` });
  await c.ask2('hand', 'extend', { ...(await c.body('extend')), reason: `延${HTML}` });
  await c.do('super', 'escalate', { level: 1, reason: `提${HTML}` });
  const look = async (who, path) => {
    const r = await (who ? await w.as(who) : w.visitor()).get(path);
    if (r.status >= 500) wrong.push(`${path} as ${who}: ${r.status}`);
    for (const s of ['<script>alert(1)', '<img src=x onerror', '<b>粗</b>', '<i onload', 'onerror=alert(2)>"']) if (r.text.includes(s)) wrong.push(`${path} as ${who}: unescaped ${s}`);
    return r;
  };
  for (const who of ['ent1', 'disp', 'hand', 'head', 'super', 'leader', 'audit']) for (const p of [`/whistles/${c.id}`, '/whistles', '/', '/requests', '/notices']) await look(who, p);
  await look('hand', `/whistles/${c.id}/reply`);
  await look('super', `/whistles?q=${encodeURIComponent(HTML)}`);
  await look(null, `/q?number=${encodeURIComponent(HTML)}&code=${encodeURIComponent(HTML)}`);
  await look('ent1', `/no-such-page${encodeURIComponent(HTML)}`);
  await c.do('hand', 'reply', { outcome: 'solved', text: `答复${HTML}`, call: `电话${SHORT}` });
  await c.do('ent1', 'evaluate', { solved: true, satisfied: 'yes', words: `评价${HTML}` });
  for (const who of ['ent1', 'disp', 'hand', 'super']) await look(who, `/whistles/${c.id}`);
  if (wrong.length) fail(wrong.join('\n'));
};
tests.unusual_but_legal_text_is_kept = async t => {
  const w = t.w;
  for (const s of ['带 emoji 😀 和罕用字 𠮷𡃁 的一段文字', '零宽\u200b空格与不换行\u00a0空格的一段文字', 'e\u0301 组合附加符与 é 并存的文字', '全角ＡＢＣ１２３与 “引号” ‘单引号’ 的文字', '多行\n\n    缩进\t制表符\n结尾的一段文字', `'; drop table whistle; -- 的一段文字`, '%s%n%x ${7*7} {{7*7}} 的一段文字', '回车换行\r\n第二行的一段文字']) {
    const c = await w.submit({ text: s });
    const rec = await c.read('ent1');
    if (s.includes('\r')) ok([s, s.replaceAll('\r\n', '\n')].includes(rec.text), `text read back: expected ${show(s)}, got ${show(rec.text)}`);
    else equal(rec.text, s, 'text read back');
  }
};
tests.queries_and_headers = async t => {
  const disp = await t.w.as('disp'), wrong = [];
  const odd = ['%00', '%ff%fe', '%C0%80', '..%2f..%2fetc%2fpasswd', '%0d%0aX-Evil:%201', "'%20or%20'1'='1", '%E2%80%AE', '9'.repeat(400), '%F0%9F%98%80', '<script>'.replace(/[<>]/g, encodeURIComponent)];
  for (const v of odd) for (const p of [`/api/v1/whistles?state=${v}`, `/api/v1/whistles?after=${v}`, `/api/v1/whistles?sort=${v}`, `/api/v1/whistles?limit=${v}`, `/api/v1/whistles?${v}=1`, `/api/v1/events?whistle=${v}`, `/api/v1/accounts?department=${v}`, `/api/v1/whistles/${v}`, `/api/v1/${v}`, `/whistles/${v}`, `/whistles?q=${v}`, `/whistles?class=${v}`, `/${v}`, `/static/${v}`, `/q?number=${v}`, `/api/v1/public/whistles/${v}?code=${v}`]) {
    const r = await disp.get(p);
    if (r.status >= 500) wrong.push(`GET ${p}: ${r.status}`);
    if (r.headers['x-evil']) wrong.push(`GET ${p}: a header was injected`);
    if (/root:.*:0:0:/.test(r.text)) wrong.push(`GET ${p}: a foreign file`);
  }
  for (const h of [{ 'Accept-Language': '\u00ff\u00fe'.repeat(50) }, { Accept: 'x'.repeat(4000) }, { 'If-None-Match': '"'.repeat(200) }, { 'X-Forwarded-For': 'a,b,,"' }, { 'Idempotency-Key': 'x'.repeat(5000) }, { Cookie: 'session=' + '%'.repeat(500) }, { Authorization: 'Bearer ' + 'A'.repeat(3000) }, { Range: 'bytes=5-1' }, { 'Content-Type': ';;;' }]) {
    const r = await disp.api('GET', '/me', undefined, h, { fresh: false });
    if (r.status >= 500) wrong.push(`GET /api/v1/me with ${show(h).slice(0, 80)}: ${r.status}`);
  }
  status(await disp.read('/me'), 200, 'afterwards');
  if (wrong.length) fail(wrong.slice(0, 40).join('\n'));
};
tests.long_keys_and_many_fields = async t => {
  const ent = await t.w.as('ent1');
  const before = items(await ent.read('/whistles?limit=1'))[0]?.id;
  for (const body of [Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, i])), { ['k'.repeat(100000)]: 1 }, { __proto__x: 1, constructor: 2 }]) {
    const r = await ent.api('POST', '/whistles', body);
    ok([400, 413, 422].includes(r.status), `a body of odd keys: expected 400, 413 or 422, got ${r.status}`);
  }
  const deep = await ent.request('POST', '/api/v1/whistles', { body: Buffer.from('{"title":'.repeat(3000) + '1' + '}'.repeat(3000)), type: 'application/json' });
  ok([400, 413, 422].includes(deep.status), `a deeply nested body: expected 400, 413 or 422, got ${deep.status}`);
  equal(items(await ent.read('/whistles?limit=1'))[0]?.id, before, 'newest whistle afterwards');
};
