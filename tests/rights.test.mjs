// Walks rights.csv: who may do what on which record in which scope.
import path from 'node:path';
import { readCsv } from './lib/csv.mjs';
import { fail, ok, show, status } from './lib/assert.mjs';
import { ACCOUNT, PUBLIC_ACTIONS, items, matter } from './lib/world.mjs';
import { mustRun } from './lib/server.mjs';

export const limit = 240000;
const table = readCsv(path.join(path.dirname(new URL(import.meta.url).pathname), 'rights.csv'))
  .map(r => ({ ...r, roles: r.role.split('|'), records: r.record.split('|'), actions: r.action.split('|'), scopes: r.scope.split('|') }));
const NO = [401, 403, 404], YES = [200, 201, 202, 204];
// A state in which the action is possible for the one who has the right.
const STATE = {
  save: 'draft', submit: 'draft', discard: 'draft', ask: 'submitted', answer_now: 'submitted', refuse: 'submitted', dispatch: 'submitted', contest: 'not_accepted',
  sign: 'dispatched', object: 'dispatched', decide_objection: 'objected', reply: 'handling', evaluate: 'replied', call_back: 'replied', reopen: 'closed'
};
const stateFor = (action, scope) => (action === 'ask' && scope !== 'site' ? 'handling' : STATE[action] || 'handling');

class Walk {
  constructor(t) { Object.assign(this, { t, w: t.w, shared: new Map(), wrong: [], n: 0 }); }
  async caller(role) { return role === 'public' ? this.w.visitor() : this.w.as(ACCOUNT[role]); }
  async shareCase(key, make) { if (!this.shared.has(key)) this.shared.set(key, await make()); return this.shared.get(key); }
  // A case that stands to the viewer as the scope says.
  async seen(scope, state, fresh, consult = false) {
    const make = async () => {
      if (scope === 'othersite') return this.w.submit({ by: 'entx', draft: state === 'draft' });
      return this.w.make(state, { support: scope === 'support', class: consult ? this.w.consult : this.w.plain });
    };
    return fresh ? make() : this.shareCase(`${scope === 'othersite' ? 'x' : scope === 'support' ? 's' : 'n'}/${state}/${consult}`, make);
  }
  // Who speaks for "other" is the other firm; all else by the table of accounts.
  actor(role, scope) { return role === 'enterprise' && scope === 'other' ? 'other' : role; }

  async whistle(role, action, scope, may) {
    const who = await this.caller(this.actor(role, scope));
    if (action === 'create') {
      let fields = {};
      if (scope === 'other') fields = { enterprise: this.w.e1 };
      if (scope === 'othersite') fields = { enterprise: (await this.w.me('entx')).enterprises[0].id };
      if (['dispatcher', 'handler'].includes(role)) fields = { enterprise: this.w.e1 };
      const r = await who.api('POST', '/whistles', { ...matter(), ...fields });
      if (may && ['dispatcher', 'handler'].includes(role) && r.json?.query_code) this.wrong.push(`${role} create for a caller: the answer holds a query_code`);
      return may ? YES.includes(r.status) : [...NO, 422].includes(r.status) || r;
    }
    if (['read', 'list', 'history'].includes(action)) {
      const c = await this.seen(scope, 'handling', false);
      if (action === 'read') { const r = await who.read(`/whistles/${c.id}`); return may ? r.status === 200 || r : NO.includes(r.status) || r; }
      const r = await who.read(action === 'list' ? `/whistles?limit=200` : `/events?whistle=${c.id}`);
      if (NO.includes(r.status)) return !may || r;
      status(r, 200);
      const found = action === 'list' ? items(r).some(x => String(x.id) === c.id) : items(r).length > 0;
      return found === may || r;
    }
    const state = stateFor(action, scope);
    const c = await this.seen(scope, state, may, action === 'answer_now');
    if (may) await c.prepare(action, { enterprise: 'own', support: 'support' }[role] || role);
    const body = ['extend', 'contact', 'call_back', 'answer_escalation'].includes(action) && !(may || ['handling', 'replied'].includes(c.rec.state)) ? {} : await c.body(action);
    const r = role === 'public' ? await (PUBLIC_ACTIONS.includes(action) ? this.w.visitor().act(c.id, action, body) : c.public(action, body)) : await c.act(ACCOUNT[this.actor(role, scope)], action, body);
    return may ? YES.includes(r.status) || r : NO.includes(r.status) || r;
  }
  async request(role, kind, action, may) {
    const make = async () => {
      const c = await this.w.make(kind === 'refuse' ? 'submitted' : 'handling');
      const by = kind === 'refuse' ? 'disp' : 'hand';
      const body = kind === 'reply' ? { outcome: 'explained', text: '省级统一定价，市级无权调整，依据见附文。', call: '值班室 0935-0000118' } : await c.body(kind);
      return { c, q: await c.ask2(by, kind, body) };
    };
    const { q } = may ? await make() : await this.shareCase(`request ${kind}`, make);
    const r = await (await this.caller(role)).api('POST', `/requests/${q.id}/${action}`, action === 'decide' ? { agree: true, reason: '核实无误' } : {});
    return may ? r.status === 200 || r : NO.includes(r.status) || r;
  }
  async city(role, record, scope, may) {
    const address = { department: '/departments', class: '/classes', enterprise: '/enterprises?limit=200', account: `/accounts?department=${this.w.d1}`, me: '/me' }[record];
    const r = await (await this.caller(role)).read(address);
    if (record === 'enterprise' && role === 'enterprise') {
      if (NO.includes(r.status)) return !may || r;
      const ids = items(r).map(e => String(e.id));
      const other = scope === 'othersite' ? (await this.w.me('entx')).enterprises[0].id : scope === 'other' ? this.w.e2 : this.w.e1;
      return ids.includes(String(other)) === may || r;
    }
    return may ? r.status === 200 || r : NO.includes(r.status) || r;
  }
  async line(l) {
    for (const role of l.roles) for (const record of l.records) for (const action of l.actions) for (const scope of l.scopes) {
      const may = l.yes === '1', where = `${role} ${record} ${action} ${scope}`;
      this.n++;
      let got;
      try {
        if (record === 'whistle') got = await this.whistle(role, action, scope, may);
        else if (record.startsWith('request_')) got = await this.request(role, record.slice(8), action, may);
        else got = await this.city(role, record, scope, may);
      } catch (e) { this.wrong.push(`${where} (line ${l.line}): ${e.message}`); continue; }
      if (got !== true) this.wrong.push(`${where} (line ${l.line}): expected ${may ? 'yes' : 'no'}, got ${got ? `${got.status} ${show(got.text.slice(0, 160))}` : 'the contrary'}`);
    }
  }
  end() { if (this.wrong.length) fail(`${this.wrong.length} of ${this.n} differ from rights.csv:\n${this.wrong.slice(0, 60).join('\n')}`); }
}

export const tests = {};
for (const record of [...new Set(table.flatMap(l => l.records))]) {
  tests[`matrix_${record}`] = async t => {
    const walk = new Walk(t);
    for (const l of table.filter(l => l.records.includes(record))) await walk.line({ ...l, records: [record] });
    walk.end();
  };
}
tests.printed_matrix_names_every_role_and_action = async t => {
  const { out } = mustRun(['rights', '--data', t.server.dir, ...t.server.dbArgs]);
  const missing = [];
  for (const role of ['enterprise', 'dispatcher', 'callback', 'handler', 'head', 'supervisor', 'leader', 'auditor', 'public']) if (!out.includes(role)) missing.push(role);
  for (const action of ['submit', 'ask', 'supply', 'answer_now', 'refuse', 'contest', 'dispatch', 'sign', 'object', 'decide_objection', 'assign', 'hand_over', 'contact', 'not_contacted', 'plan', 'note', 'extend', 'urge', 'acknowledge', 'escalate', 'answer_escalation', 'reply', 'evaluate', 'call_back', 'withdraw', 'reopen']) if (!new RegExp(`\\b${action}\\b`).test(out)) missing.push(action);
  ok(!missing.length, `lianshao rights does not name: ${missing.join(', ')}`);
};
