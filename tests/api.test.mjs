// The ground of the API: signing in, tokens, lists, problem details, ETag, idempotency, description, languages.
import { equal, fail, has, match, ok, problem, same, show, status, without } from './lib/assert.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { Client } from './lib/http.mjs';
import { PASSWORD, ROOT, command } from './lib/server.mjs';
import { hidden } from './lib/html.mjs';
import { ACCOUNT, items, matter } from './lib/world.mjs';

export const tests = {
  async login_answers_303_and_sets_a_guarded_cookie(t) {
    const c = new Client(t.server, 'ent1', PASSWORD);
    const page = status(await c.get('/login'), 200);
    match(page.headers['content-type'], /^text\/html; ?charset=utf-8/i, 'content type of /login');
    ok(hidden(page.text, 'csrf') !== null, '/login: expected <input name="csrf">');
    for (const f of ['username', 'password']) match(page.text, new RegExp(`<input[^>]*name="${f}"`), `field of /login`);
    const r = await c.request('POST', '/login', { form: { username: 'ent1', password: PASSWORD, csrf: hidden(page.text, 'csrf') } });
    status(r, 303);
    const cookie = (r.headers['set-cookie'] || []).join('\n');
    match(cookie, /HttpOnly/i, 'session cookie');
    match(cookie, /SameSite=(Lax|Strict)/i, 'session cookie');
    c.close();
  },
  async wrong_password_and_unknown_account_look_alike(t) {
    const bodies = [];
    for (const who of ['ent2', 'nobody-here']) {
      const c = new Client(t.server, who, null);
      const page = await c.get('/login');
      const r = await c.request('POST', '/login', { form: { username: who, password: 'wrong-password-1', csrf: hidden(page.text, 'csrf') } });
      ok([401, 403, 422].includes(r.status), `sign-in of ${who} with a wrong password: expected 401, 403 or 422, got ${r.status}`);
      const me = await c.api('GET', '/me');
      equal(me.status, 401, `GET /api/v1/me after a refused sign-in of ${who}`);
      bodies.push(`${r.status} ${r.text.replaceAll(who, 'NAME').replace(/value="[^"]*"/g, '').replace(/[0-9A-Fa-f-]{8,}|\d\d:\d\d(:\d\d)?/g, '')}`);
      c.close();
    }
    equal(bodies[0], bodies[1], 'answers to a wrong password and to an unknown account');
  },
  async without_a_session_the_api_answers_401(t) {
    for (const p of ['/me', '/whistles', '/departments', '/enterprises', '/accounts', '/events?whistle=1', '/whistles/1']) problem(await t.w.visitor().read(p), 401);
    const c = t.w.visitor();
    c.token = 'not-a-token';
    problem(await c.read('/me'), 401);
  },
  async json_with_a_cookie_needs_the_csrf_token(t) {
    const c = await t.w.as('ent1');
    const before = items(await c.read('/whistles?limit=1'))[0]?.id;
    for (const h of [{ 'X-CSRF-Token': null }, { 'X-CSRF-Token': 'wrong' }, { 'X-CSRF-Token': '' }]) problem(await c.api('POST', '/whistles', matter(), h, { fresh: false }), 403, null, `X-CSRF-Token ${show(h['X-CSRF-Token'])}`);
    equal(items(await c.read('/whistles?limit=1'))[0]?.id, before, 'newest whistle after the refused posts');
    const form = await c.request('POST', '/api/v1/whistles', { form: 'title=a&text=b', headers: { 'X-CSRF-Token': c.csrf } });
    ok([400, 415].includes(form.status), `a form body to the API: expected 400 or 415, got ${form.status}`);
  },
  async bearer_token_of_the_command_line_works(t) {
    const c = await t.server.bearer('hand');
    const me = status(await c.read('/me'), 200);
    equal(me.json.role, 'handler', 'role of hand');
    const k = await t.w.make('dispatched');
    status(await c.act(k.id, 'sign'), 200, 'an action with a bearer token needs no CSRF token');
  },
  async me_names_account_role_departments_enterprises(t) {
    const roles = { ent1: 'enterprise', disp: 'dispatcher', call: 'callback', hand: 'handler', head: 'head', super: 'supervisor', leader: 'leader', audit: 'auditor' };
    for (const [name, role] of Object.entries(roles)) {
      const me = await t.w.me(name);
      equal(me.role, role, `role of ${name}`);
      ok(me.account, `/me of ${name}: account is missing: ${show(me)}`);
      ok(Array.isArray(me.departments) && Array.isArray(me.enterprises), `/me of ${name}: departments and enterprises must be lists: ${show(me)}`);
    }
    const hand = await t.w.me('hand'), ent = await t.w.me('ent1');
    for (const k of ['id', 'code', 'name']) equal(typeof hand.departments[0][k], 'string', `departments[0].${k}`);
    for (const k of ['id', 'name']) equal(typeof ent.enterprises[0][k], 'string', `enterprises[0].${k}`);
  },
  async ids_are_strings_and_instants_carry_the_offset(t) {
    const c = await t.w.make('replied');
    const rec = await c.read();
    equal(typeof rec.id, 'string', 'id');
    for (const k of rec.clocks) for (const f of ['started_at', 'due_at', 'warn_at', 'ended_at']) if (k[f]) match(k[f], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00$/, `clocks.${k.clock}.${f}`);
    for (const e of await c.events()) { match(e.at, /\+08:00$/, 'event.at'); equal(typeof e.id, 'string', 'event.id'); equal(String(e.whistle), c.id, 'event.whistle'); }
    ok(Number.isInteger(Number(rec.rev)), `rev: expected a number, got ${show(rec.rev)}`);
  },
  async create_answers_201_with_record_and_location(t) {
    const m = matter();
    const r = status(await (await t.w.as('ent1')).api('POST', '/whistles', { ...m, class: t.w.plain, wish: '说定日期', urgent: true }), 201);
    match(r.headers.location, new RegExp(`/api/v1/whistles/${r.json.id}$`), 'Location');
    ok(r.headers.etag, 'a create must answer with an ETag');
    equal(r.json.state, 'submitted', 'state');
    equal(r.json.title, m.title, 'title');
    equal(r.json.text, m.text, 'text');
    equal(r.json.class, t.w.plain, 'class');
    equal(r.json.wish, '说定日期', 'wish');
    match(r.json.number, /^W\d{6}-\d{4}-\d$/, 'number');
    equal(checkDigit(r.json.number), true, `check digit of ${r.json.number} (ISO 7064 MOD 11,10)`);
    ok(typeof r.json.query_code === 'string' && r.json.query_code.replace(/\W/g, '').length >= 16, `query_code: expected at least 16 characters, got ${show(r.json.query_code)}`);
    match(r.json.contact_latest, /\+08:00$/, 'contact_latest');
    const back = status(await (await t.w.as('ent1')).read(`/whistles/${r.json.id}`), 200);
    equal(back.json.query_code, undefined, 'query_code when read later');
    without(back.text, r.json.query_code, 'the record read later');
  },
  async query_code_is_in_the_submitting_answer_only(t) {
    const d = await t.w.submit({ draft: true });
    equal(d.rec.query_code, undefined, 'query_code of a draft');
    const s = status(await d.act('ent1', 'submit'), 200);
    ok(s.json.query_code, 'the answer of submit must hold query_code');
    const code = s.json.query_code;
    for (const who of ['disp', 'super', 'audit', 'ent1']) without((await (await t.w.as(who)).read(`/whistles/${d.id}`)).text, code, `record read by ${who}`);
    without((await (await t.w.as('ent1')).read(`/events?whistle=${d.id}`)).text, code, 'events');
    const k = await t.w.submit({ by: 'disp', enterprise: t.w.e1 });
    equal(k.rec.query_code, undefined, 'query_code of a whistle that the dispatcher wrote for a caller');
  },
  async drafts_are_saved_edited_and_discarded(t) {
    const d = await t.w.submit({ draft: true });
    equal(d.rec.state, 'draft', 'state');
    ok(!d.rec.number, `a draft has no number yet, got ${show(d.rec.number)}`);
    const ent = await t.w.as('ent1');
    const p = status(await ent.api('PATCH', `/whistles/${d.id}`, { title: '改过的标题：东区蒸汽', wish: '尽快' }), 200, 'PATCH');
    equal(p.json.title, '改过的标题：东区蒸汽', 'title after PATCH');
    equal(p.json.text, d.rec.text, 'text that PATCH did not name');
    ok(Number(p.json.rev) > Number(d.rec.rev), `rev must grow: ${d.rec.rev} -> ${p.json.rev}`);
    problem(await ent.api('PATCH', `/whistles/${d.id}`, { title: 5 }), 422, 'title');
    status(await ent.act(d.id, 'discard'), 204, 'discard');
    problem(await ent.read(`/whistles/${d.id}`), 404);
    problem(await ent.act(d.id, 'submit'), 404);
    const e = await t.w.submit({ draft: true });
    status(await e.act('ent1', 'submit'), 200);
    problem(await e.act('ent1', 'save', { title: '已发出后不能改' }), 409);
  },
  async a_draft_may_be_incomplete_but_not_its_submission(t) {
    const ent = await t.w.as('ent1');
    const r = status(await ent.api('POST', '/whistles', { title: '只有标题的草稿', draft: true }), 201, 'draft without text');
    problem(await ent.act(r.json.id, 'submit'), 422, 'text');
    equal((await ent.read(`/whistles/${r.json.id}`)).json.state, 'draft', 'state after the refused submit');
  },
  async all_wrong_fields_at_once_in_both_languages(t) {
    const ent = await t.w.as('ent1');
    const bad = { title: '', text: 7, class: 'no-such-class', visibility: 'everyone' };
    const zh = problem(await ent.api('POST', '/whistles', bad, { 'Accept-Language': 'zh-CN' }), 422, 'title');
    for (const f of ['text', 'class', 'visibility']) problem(zh, 422, f);
    match(zh.json.errors.map(e => e.expected).join(' '), /[\u4e00-\u9fff]/, 'expectations in Chinese');
    const en = problem(await ent.api('POST', '/whistles', bad, { 'Accept-Language': 'en' }), 422, 'title');
    const words = en.json.errors.map(e => e.expected).join(' ');
    if (/[\u4e00-\u9fff]/.test(words.replace(/用地厂房|水电气热|融资|用工人才|咨询|其他/g, ''))) fail(`Accept-Language: en, expected English expectations, got ${words}`);
  },
  async whistle_list_pages_sorts_and_filters(t) {
    const disp = await t.w.as('disp');
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await t.w.submit()).id);
    const first = status(await disp.read('/whistles?limit=2'), 200);
    equal(first.json.items.length, 2, 'items of limit=2');
    ok(first.json.next, `next: expected a cursor, got ${show(first.json.next)}`);
    const seen = new Set();
    let after = null, pages = 0;
    do {
      const r = status(await disp.read(`/whistles?limit=50${after ? `&after=${encodeURIComponent(after)}` : ''}`), 200);
      for (const x of r.json.items) { ok(!seen.has(x.id), `whistle ${x.id} is on two pages`); seen.add(x.id); }
      after = r.json.next; pages++;
    } while (after && pages < 60);
    for (const id of made) ok(seen.has(id), `whistle ${id} is on no page`);
    ok(seen.size >= 150, `the demo city has at least 150 whistles, the dispatcher sees ${seen.size}`);
    const newest = items(await disp.read('/whistles?limit=5')).map(x => x.id);
    has(newest, made.at(-1), 'newest first: the first five');
    for (const state of ['submitted', 'handling', 'closed']) for (const x of items(await disp.read(`/whistles?state=${state}&limit=20`))) equal(x.state, state, `state in the list filtered by state=${state}`);
    for (const q of ['limit=201', 'limit=0', 'limit=-1', 'limit=abc', 'after=%00%ff', 'after=garbage', 'sort=nonsense', 'state=nonsense']) {
      const r = await disp.read(`/whistles?${q}`);
      ok(r.status === 200 || [400, 422].includes(r.status), `GET /whistles?${q}: expected 200, 400 or 422, got ${r.status}`);
      if (r.status === 200 && q.startsWith('limit')) ok(r.json.items.length <= 200, `GET /whistles?${q}: more than 200 items`);
      if (r.status !== 200) problem(r, [400, 422]);
    }
  },
  async events_are_numbered_without_gaps(t) {
    const c = await t.w.make('closed');
    const list = await c.events();
    same(list.map(e => e.seq), list.map((_, i) => list[0].seq + i), 'seq of the events');
    for (const e of list) for (const k of ['id', 'whistle', 'seq', 'action', 'actor', 'at']) ok(e[k] !== undefined && e[k] !== null && e[k] !== '', `event ${e.seq}: ${k} is missing: ${show(e)}`);
  },
  async stale_if_match_answers_412_and_changes_nothing(t) {
    const c = await t.w.make('submitted');
    const disp = await t.w.as('disp');
    const first = status(await disp.read(`/whistles/${c.id}`), 200);
    const etag = first.headers.etag;
    ok(etag, 'GET of a whistle must answer with an ETag');
    const ask = status(await disp.act(c.id, 'ask', { items: ['合同'] }, { 'If-Match': etag }), 200, 'right If-Match');
    ok(ask.headers.etag && ask.headers.etag !== etag, `the action must answer with a new ETag, got ${show(ask.headers.etag)} after ${show(etag)}`);
    problem(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'If-Match': etag }), 412);
    equal((await disp.read(`/whistles/${c.id}`)).headers.etag, ask.headers.etag, 'ETag after the refused act');
    problem(await disp.act(c.id, 'sign', {}, { 'If-Match': etag }), 403, null, 'right is asked before If-Match');
    problem(await disp.act(c.id, 'dispatch', {}, { 'If-Match': etag }), 412, null, 'If-Match is asked before the input');
    for (const bad of ['garbage', '"', 'W/"', '"999999999999999999999999"']) problem(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'If-Match': bad }), [400, 412], null, `If-Match: ${bad}`);
    status(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'If-Match': ask.headers.etag }), 200);
    problem(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'If-Match': etag }), 409, null, 'the state is asked before If-Match');
  },
  async draft_patch_with_stale_if_match_answers_412(t) {
    const d = await t.w.submit({ draft: true });
    const ent = await t.w.as('ent1');
    const etag = (await ent.read(`/whistles/${d.id}`)).headers.etag;
    status(await ent.api('PATCH', `/whistles/${d.id}`, { wish: '第一次' }, { 'If-Match': etag }), 200);
    problem(await ent.api('PATCH', `/whistles/${d.id}`, { wish: '第二次' }, { 'If-Match': etag }), 412);
    equal((await ent.read(`/whistles/${d.id}`)).json.wish, '第一次', 'wish');
  },
  async idempotency_key_makes_a_repeat_harmless(t) {
    const ent = await t.w.as('ent1');
    const key = `key-${Math.random()}`, body = matter();
    const one = status(await ent.api('POST', '/whistles', body, { 'Idempotency-Key': key }), 201);
    const two = await ent.api('POST', '/whistles', body, { 'Idempotency-Key': key });
    ok([200, 201].includes(two.status), `the repeat: expected 201, got ${two.status} ${two.text.slice(0, 200)}`);
    equal(two.json.id, one.json.id, 'id of the repeat');
    problem(await ent.api('POST', '/whistles', { ...body, title: body.title + '另一件' }, { 'Idempotency-Key': key }), 422, null, 'same key, another body');
    equal(items(await ent.read('/whistles?limit=50')).filter(x => x.title === body.title).length, 1, 'whistles written under the key');
    const other = status(await (await t.w.as('ent2')).api('POST', '/whistles', matter(), { 'Idempotency-Key': key }), 201, 'the key of another account');
    ok(other.json.id !== one.json.id, 'the key of another account must not answer this one');
  },
  async idempotency_key_on_an_action(t) {
    const c = await t.w.make('submitted');
    const disp = await t.w.as('disp'), key = `act-${Math.random()}`;
    const one = status(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'Idempotency-Key': key }), 200);
    const two = status(await disp.act(c.id, 'dispatch', { lead: t.w.d1 }, { 'Idempotency-Key': key }), 200, 'the repeat');
    equal(two.json.state, one.json.state, 'state in the repeat');
    equal((await c.events()).filter(e => e.action === 'dispatch').length, 1, 'dispatch events');
  },
  async concurrent_repeats_write_one_row(t) {
    const ent = await t.w.as('ent1');
    const key = `many-${Math.random()}`, body = matter();
    const all = await Promise.all(Array.from({ length: 24 }, () => ent.api('POST', '/whistles', body, { 'Idempotency-Key': key })));
    for (const r of all) ok([200, 201].includes(r.status), `a concurrent repeat: expected 201, got ${r.status} ${r.text.slice(0, 160)}`);
    equal(new Set(all.map(r => r.json.id)).size, 1, 'different ids of 24 repeats at once');
    equal(items(await ent.read('/whistles?limit=50')).filter(x => x.title === body.title).length, 1, 'whistles written');
  },
  async server_fields_cannot_be_set_from_outside(t) {
    const ent = await t.w.as('ent1');
    const r = await ent.api('POST', '/whistles', { ...matter(), state: 'closed', id: '5', number: 'W000000-0000-0', rev: 99, lead: t.w.d1, handler: '1', outcome: 'solved', query_code: 'AAAA' });
    if (r.status === 422) { problem(r, 422); return; }
    status(r, 201);
    equal(r.json.state, 'submitted', 'state');
    ok(r.json.id !== '5' && r.json.number !== 'W000000-0000-0' && r.json.query_code !== 'AAAA' && !r.json.lead && !r.json.outcome, `fields of the server were taken from the body: ${show(r.json)}`);
  },
  async assign_takes_only_accounts_of_the_department(t) {
    const c = await t.w.make('handling');
    const head = await t.w.as('head');
    const other = (await t.w.me('hand2')).account;
    problem(await head.act(c.id, 'assign', { handler: String(typeof other === 'object' ? other.id : other) }), 422, 'handler');
    const hand = await t.w.accountId('hand'), h = await t.w.accountId('head');
    const r = status(await head.act(c.id, 'assign', { handler: h, deputy: hand }), 200);
    equal(String(r.json.handler?.id ?? r.json.handler), String(h), 'handler after assign');
    status(await c.act('hand', 'plan', await c.body('plan')), 200, 'the deputy acts');
  },
  async wrong_method_type_and_body(t) {
    const c = await t.w.make('submitted');
    const disp = await t.w.as('disp'), id = c.id;
    problem(await disp.api('PUT', `/whistles/${id}`, {}), 405);
    problem(await disp.api('DELETE', `/whistles`, {}), 405);
    problem(await disp.api('GET', `/whistles/${id}/dispatch`), [404, 405]);
    problem(await disp.act(id, 'no_such_action', {}), 404);
    problem(await disp.api('POST', '/no_such_records', {}), 404);
    problem(await disp.act('999999999999999999', 'dispatch', { lead: t.w.d1 }), 404);
    for (const bad of ['abc', '-1', '0', '9223372036854775808', '1e3', '%00', '1;drop', '../1', '%2e%2e%2f1']) problem(await disp.act(bad, 'dispatch', { lead: t.w.d1 }), [400, 404, 405]);
    const raw = (body, type = 'application/json') => disp.request('POST', `/api/v1/whistles/${id}/ask`, { body: Buffer.from(body), type });
    for (const b of ['{', '', 'null', '[]', '5', '"x"', '{"items":["a"]', '{"items":["a"],}', "{'items':1}", '{"items":["a"]}garbage', '{"items":["a"],"items":["b"]}', '\u0000', '['.repeat(50000)]) {
      problem(await raw(b), [400, 422], null, `body ${show(b.slice(0, 40))}`);
    }
    ok([400, 415, 422].includes((await raw('{"items":["a"]}', 'text/plain')).status), 'text/plain must be refused');
    equal((await c.read()).rev, c.rec.rev, 'rev after refused bodies');
  },
  async too_large_a_body_is_refused_with_413(t) {
    const ent = await t.w.as('ent1');
    let r;
    try { r = await ent.request('POST', '/api/v1/whistles', { body: Buffer.alloc(12 << 20, 0x61), type: 'application/json' }); } catch (e) {
      if (!/ECONNRESET|EPIPE|hang up/.test(e.message)) throw e;
      status(await ent.read('/me'), 200, 'the server lives after the refused body');
      return;
    }
    status(r, 413);
  },
  async openapi_has_one_path_per_action(t) {
    const r = status(await t.w.visitor().read('/openapi.json').then(async x => (x.status === 401 ? (await t.w.as('disp')).read('/openapi.json') : x)), 200);
    match(r.json.openapi, /^3\.1\./, 'openapi version');
    const paths = Object.keys(r.json.paths).map(p => p.replace(/^\/api\/v1/, '').replace(/\{[^}]+\}/g, '{}'));
    const wanted = ['/whistles', '/whistles/{}', '/me', '/departments', '/enterprises', '/classes', '/accounts', '/events', '/requests/{}/decide', '/requests/{}/take_back', '/public/whistles', '/public/whistles/{}'];
    for (const a of ['submit', 'discard', 'ask', 'supply', 'answer_now', 'refuse', 'contest', 'dispatch', 'sign', 'object', 'decide_objection', 'assign', 'hand_over', 'contact', 'not_contacted', 'plan', 'note', 'extend', 'urge', 'acknowledge', 'escalate', 'answer_escalation', 'reply', 'evaluate', 'call_back', 'withdraw', 'reopen']) wanted.push(`/whistles/{}/${a}`);
    const missing = wanted.filter(p => !paths.includes(p));
    ok(!missing.length, `openapi.json lacks ${missing.join(', ')}; it has ${paths.slice(0, 12).join(', ')} …`);
  },
  async a_public_linter_finds_nothing_in_openapi(t) {
    const r = status(await (await t.w.as('disp')).read('/openapi.json'), 200);
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lianshao-openapi-')), file = path.join(dir, 'openapi.json');
    fs.writeFileSync(file, r.text);
    try {
      const lint = spawnSync(path.join(ROOT, 'tools/openapi'), [file], { encoding: 'utf8' });
      ok(lint.status === 0, `tools/openapi: exit ${lint.status}\n${(lint.stdout + lint.stderr).slice(0, 3000)}`);
    } finally { fs.rmSync(dir, { recursive: true }); }
  },
  async departments_enterprises_classes_are_of_ones_site(t) {
    const disp = items(await (await t.w.as('disp')).read('/departments?limit=200')), dispx = items(await (await t.w.as('dispx')).read('/departments?limit=200'));
    for (const d of disp) for (const k of ['id', 'code', 'name']) ok(d[k], `department without ${k}: ${show(d)}`);
    has(disp.map(d => d.id), t.w.d1, 'departments');
    for (const d of dispx) ok(!disp.some(x => x.id === d.id), `department ${show(d)} is in the lists of two sites`);
    const classes = items(await (await t.w.as('ent1')).read('/classes'));
    ok(classes.length >= 17 && classes.every(c => c.code), `the demo city has 17 classes with codes, got ${show(classes.slice(0, 3))}`);
  },
  async every_page_has_a_policy_and_a_csrf_field(t) {
    for (const name of ['ent1', 'disp', 'hand', 'head', 'super', 'leader', 'call', 'audit']) {
      const c = await t.w.as(name);
      const r = status(await c.get('/'), 200);
      ok(hidden(r.text, 'csrf'), `the desk of ${name}: expected <input name="csrf">`);
      const policy = r.headers['content-security-policy'] || '';
      match(policy, /default-src 'none'/, 'Content-Security-Policy');
      without(policy, 'unsafe', 'Content-Security-Policy');
      equal(r.headers['x-content-type-options'], 'nosniff', 'X-Content-Type-Options');
      match(r.headers['cache-control'] || '', /no-store|private/, 'Cache-Control of a signed-in page');
    }
  },
  async health_and_readiness(t) {
    for (const p of ['/healthz', '/readyz']) status(await t.w.visitor().get(p), 200);
  },
  async command_line_has_help_and_exit_statuses() {
    for (const c of ['init', 'serve', 'demo', 'user', 'token', 'routes', 'rights', 'clock', 'verify', 'migrate']) {
      const r = command([c, '--help']);
      if (r.code !== 0 || !(r.out + r.err).includes(c)) fail(`lianshao ${c} --help: expected exit 0 and a text that names ${c}, got ${r.code} ${show((r.out + r.err).slice(0, 200))}`);
    }
    const r = command(['no-such-command']);
    ok(r.code !== 0 && r.code !== null, `an unknown command must exit with another status than 0, got ${r.code}`);
    const bad = command(['serve', '--no-such-option']);
    ok(bad.code !== 0 && bad.code !== null, `an unknown option must exit with another status than 0, got ${bad.code}`);
  },
  async demo_city_holds_the_named_accounts(t) {
    for (const name of Object.values(ACCOUNT)) status(await (await t.w.as(name)).read('/me'), 200, `account ${name}`);
    const before = items(await (await t.w.as('disp')).read('/whistles?limit=200'));
    const states = new Set(before.map(w => w.state));
    for (const s of ['submitted', 'dispatched', 'objected', 'handling', 'replied', 'closed', 'not_accepted', 'withdrawn']) has([...states], s, 'states of the demo whistles');
  }
};

// ISO 7064 MOD 11,10 over the ten digits before the last.
function checkDigit(number) {
  const digits = number.replace(/\D/g, '');
  let p = 10;
  for (const d of digits.slice(0, -1)) { let s = (p + Number(d)) % 10; if (s === 0) s = 10; p = (s * 2) % 11; }
  return (p + Number(digits.at(-1))) % 10 === 1;
}
