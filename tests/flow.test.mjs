// Walks flow.csv: every action from every state as every role, and compares what happens with what is written there.
import path from 'node:path';
import { readCsv } from './lib/csv.mjs';
import { fail, show } from './lib/assert.mjs';
import { ACCOUNT, clock } from './lib/world.mjs';

export const limit = 240000;
const ACTIONS = ['save', 'submit', 'discard', 'ask', 'supply', 'answer_now', 'refuse', 'contest', 'dispatch', 'sign', 'object', 'decide_objection',
  'assign', 'hand_over', 'contact', 'not_contacted', 'plan', 'note', 'extend', 'urge', 'acknowledge', 'escalate', 'answer_escalation', 'reply',
  'evaluate', 'call_back', 'withdraw', 'reopen'];
const ROLES = ['own', 'public', 'other', 'dispatcher', 'handler', 'head', 'handler2', 'support', 'supervisor', 'leader', 'callback', 'auditor',
  'sysadmin', 'othersite', 'othersite_dispatcher'];
const STATES = ['draft', 'submitted', 'dispatched', 'objected', 'handling', 'replied', 'closed', 'not_accepted', 'withdrawn'];
const CODES = { 401: 1, 403: 1, 404: 1, 409: 1 };

const table = readCsv(path.join(path.dirname(new URL(import.meta.url).pathname), 'flow.csv'))
  .map(r => ({ ...r, hits: 0, states: r.state.split('|'), actions: r.action.split('|'), roles: r.role.split('|'), results: r.result.split('|') }));
const holds = (list, x) => list[0] === '*' || list.includes(x);
export function expected(state, action, role) {
  const line = table.find(l => holds(l.states, state) && holds(l.actions, action) && holds(l.roles, role));
  if (line) line.hits++;
  return line;
}

// What came, in the words of the table.
function outcome(r, before) {
  if (r.status === 200) return r.json?.state === undefined ? `200 without a state` : r.json.state === before ? 'same' : r.json.state;
  if (r.status === 202) return r.json?.request?.id ? 'request' : '202 without a request';
  if (r.status === 204) return 'gone';
  return String(r.status);
}

// supply: makes cases of the state; `fresh` gives one that nobody else uses.
async function walk(state, fresh, roles = ROLES) {
  const wrong = [];
  const shared = new Map();
  let steps = 0;
  for (const action of ACTIONS) {
    for (const role of roles) {
      if (role === 'support' && ['draft', 'submitted', 'not_accepted'].includes(state)) continue;
      const line = expected(state, action, role);
      const where = `${state} ${action} ${role}`;
      if (!line) { wrong.push(`${where}: no line of flow.csv says what is right`); continue; }
      const refusal = line.results.every(x => CODES[x]);
      const kind = `${role === 'support'}/${action === 'answer_now'}`;
      let c = refusal ? shared.get(kind) : null;
      if (!c) { c = await fresh({ support: role === 'support', consult: action === 'answer_now' }); if (refusal) shared.set(kind, c); }
      const base = state === 'callback' ? 'replied' : state;
      if (!refusal) {
        try { await c.prepare(action, role); } catch (e) {
          if (!line.results.includes('409')) wrong.push(`${where}: preparation failed: ${e.message}`);
          continue;
        }
      }
      const who = role === 'public' ? 'public' : ACCOUNT[role];
      let body;
      try { body = await bodyFor(c, action, role); } catch (e) { wrong.push(`${where}: ${e.message}`); continue; }
      let offered = null, rev = null;
      if (role !== 'public') {
        const seen = await (await c.w.as(who)).read(`/whistles/${c.id}`);
        if (seen.status === 200) { offered = seen.json.actions; rev = seen.json.rev; }
        const hidden = line.results.length === 1 && line.results[0] === '404';
        if (hidden && seen.status !== 404) wrong.push(`${where}: GET expected 404, got ${seen.status}`);
        if (!hidden && !line.results.includes('404') && seen.status !== 200) wrong.push(`${where}: GET expected 200, got ${seen.status}`);
      }
      const r = await c.act(who, action, body);
      const got = outcome(r, base);
      steps++;
      if (!line.results.includes(got)) {
        wrong.push(`${where}: expected ${line.result} (line ${line.line}), got ${got} ${show((r.text || '').slice(0, 200))}`);
        if (r.status < 300) shared.delete(kind);
        continue;
      }
      const done = r.status < 300;
      if (offered && action !== 'save' && action !== 'discard') {
        if (!Array.isArray(offered)) { wrong.push(`${where}: GET expected a list "actions", got ${show(offered)}`); continue; }
        if (offered.includes(action) !== done) wrong.push(`${where}: "actions" ${done ? 'lacks' : 'offers'} ${action}, but the answer was ${r.status}`);
      }
      if (!done && rev !== null) {
        const now = await (await c.w.as(who)).read(`/whistles/${c.id}`);
        if (now.json?.rev !== rev) wrong.push(`${where}: refused with ${r.status}, yet rev went from ${rev} to ${now.json?.rev}`);
      }
      if (done && got !== 'gone' && got !== 'request' && action !== 'save') {
        const last = (await c.events(state === 'draft' ? 'ent1' : 'super')).filter(e => e.action === action).at(-1);
        if (!last) wrong.push(`${where}: done, but no event ${action} in its history`);
        else if (last.to !== undefined && last.to !== null && last.to !== r.json.state) wrong.push(`${where}: the event says to ${last.to}, the record ${r.json.state}`);
      }
    }
  }
  if (wrong.length) fail(`${wrong.length} of ${steps} steps differ from flow.csv:\n${wrong.slice(0, 80).join('\n')}${wrong.length > 80 ? `\n… ${wrong.length - 80} more` : ''}`);
}

const ROUGH = { // where the state itself makes no exact body possible
  extend: { by: '2026-12-31', reason: '备件到货要等两周' }, contact: { how: 'phone', whom: '陈联系', at: '2026-01-05T10:00:00+08:00' },
  answer_escalation: { decision: 'go_on', text: '明天协调。', by: '2026-12-31' }, call_back: { at: '2026-01-05T10:00:00+08:00', result: 'reached', solved: true, satisfied: 'yes' }
};
async function bodyFor(c, action, role) {
  const exact = { extend: ['handling'], contact: ['handling'], call_back: ['replied', 'closed'] }[action];
  if (exact && !exact.includes(c.rec.state)) return ROUGH[action];
  if (action === 'answer_escalation' && c.rec.state === 'draft') return ROUGH[action];
  if (action === 'escalate') return { level: 2, reason: '牵涉两个部门，需要会商' };
  return c.body(action, role);
}

export const tests = {};
for (const state of STATES) {
  tests[`state_${state}`] = async t => walk(state, ({ support, consult }) => t.w.make(state, { support, class: consult ? t.w.consult : t.w.plain }));
}
tests.state_callback = async t => {
  const w = await t.alone();
  await w.startClock();
  const pool = [], supported = [];
  for (let i = 0; i < 34; i++) pool.push(await w.make('replied'));
  for (let i = 0; i < 2; i++) supported.push(await w.make('replied', { support: true }));
  const rec = await pool.at(-1).read();
  await w.after(clock(rec, 'evaluate').due_at);
  for (const c of [...pool, ...supported]) c.rec = await c.until(r => r.state === 'replied' && clock(r, 'callback') && !clock(r, 'callback').ended_at, 'the callback clock to run after the evaluate clock');
  await walk('callback', async ({ support }) => (support ? supported : pool).pop() || fail('too few cases prepared'));
};
tests.every_line_is_used = async () => {
  for (const s of [...STATES, 'callback']) for (const a of ACTIONS) for (const r of ROLES) expected(s, a, r);
  const dead = table.filter(l => !l.hits);
  if (dead.length) fail(`lines of flow.csv that nothing matches: ${dead.map(l => l.line).join(', ')}`);
};
