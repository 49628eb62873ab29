// The demo city as the tests see it: accounts, departments, classes, and cases brought into any state by real actions.
import path from 'node:path';
import { Calendar, dayText, minutesOf, nowMinutes, textOf } from './calendar.mjs';
import { equal, fail, ok, show, status, until } from './assert.mjs';
import { ROOT } from './server.mjs';

export const calendar = new Calendar(path.join(ROOT, 'data', 'holidays_cn.csv'));
export const ACCOUNT = {
  own: 'ent1', enterprise: 'ent1', other: 'ent2', dispatcher: 'disp', handler: 'hand', handler2: 'hand2', support: 'hand2', head: 'head',
  supervisor: 'super', leader: 'leader', callback: 'call', auditor: 'audit', sysadmin: 'sysadm', othersite: 'entx', othersite_dispatcher: 'dispx'
};
// Actions that a submitter without an account has, by number and code.
export const PUBLIC_ACTIONS = ['evaluate', 'supply', 'urge', 'contest', 'not_contacted', 'withdraw', 'reopen'];
export const PROFILE = { // profile `demo`
  route: [4, 'wh'], sign: [4, 'wh'], objection: [1, 'wd'], objection_decide: [1, 'wd'], contact: [1, 'wd'], contact_urgent: [2, 'h'],
  answer: [3, 'wd'], resolve_consult: [3, 'wd'], resolve: [10, 'wd'], rework: [5, 'wd'], extended_max: [25, 'wd'], request_decide: [1, 'wd'],
  ask: [5, 'wd'], evaluate: [5, 'wd'], callback: [5, 'wd'], level: [[2, 'wd'], [3, 'wd'], [5, 'wd']], contest: [10, 'wd'], reopen: [30, 'd'],
  acknowledge: [1, 'wd']
};
export const items = (r, what = 'list') => {
  status(r, 200, what);
  const list = Array.isArray(r.json) ? r.json : r.json?.items;
  if (!Array.isArray(list)) fail(`${what}: ${r.path} expected {"items": […]}, got ${show(r.json)}`);
  return list;
};
export const clocks = (rec, name, party) => (rec.clocks || []).filter(c => c.clock === name && (party === undefined || String(c.party) === String(party)));
export const clock = (rec, name, party) => {
  const all = clocks(rec, name, party);
  return all.find(c => !c.ended_at) || all.sort((a, b) => (a.started_at < b.started_at ? -1 : 1)).at(-1) || null;
};
export const marks = (rec, kind, level) => (rec.marks || []).filter(m => {
  const k = String(m.kind ?? m.mark ?? m.type ?? '');
  if (!k.startsWith(kind)) return false;
  return level === undefined || Number(m.level ?? k.replace(/\D/g, '')) === level;
});
export const openMarks = (rec, kind, level) => marks(rec, kind, level).filter(m => !m.closed_at);
export const requests = (rec, kind) => (rec.requests || []).filter(q => q.kind === kind);
export const holds = (value, part) => JSON.stringify(value).includes(JSON.stringify(part).slice(1, -1));
// Every string inside a JSON value.
export function* strings(v) {
  if (typeof v === 'string') yield v;
  else if (v && typeof v === 'object') for (const x of Object.values(v)) yield* strings(x);
}

let serial = 0;
const salt = Math.random().toString(36).slice(2, 8);
const THINGS = ['蒸汽压力', '厂区道路', '设备贴息', '用工缺口', '专线接入', '环评批复', '货车通行', '消防验收', '检验检测', '用地指标'];
const PLACES = ['东区', '西区', '河西堡', '双湾', '金川', '永昌', '北环', '南环'];
export function matter() {
  const n = ++serial;
  const t = `${PLACES[n % PLACES.length]}${THINGS[n % THINGS.length]}问题第 ${n} 号 ${salt}`;
  return { title: t, text: `${t}：自本月上旬起影响生产，已向有关单位反映两次，没有得到答复，请协调。编号 ${salt}-${n * 7919 % 10007}。`, contact_name: '陈联系', contact_phone: '13800001234' };
}

export class World {
  constructor(server) { Object.assign(this, { server, mes: new Map(), ids: new Map() }); }
  as(name) { return this.server.as(ACCOUNT[name] || name); }
  visitor() { return this.server.visitor(); }

  async me(name) {
    const account = ACCOUNT[name] || name;
    if (!this.mes.has(account)) this.mes.set(account, status(await (await this.as(account)).read('/me'), 200, `who is ${account}`).json);
    return this.mes.get(account);
  }
  async ready() {
    const [hand, hand2, head] = [await this.me('hand'), await this.me('hand2'), await this.me('head')];
    for (const [n, m] of [['hand', hand], ['hand2', hand2], ['head', head]]) ok(m.departments?.[0]?.id, `/me of ${n} lists no department with an id: ${show(m)}`);
    this.d1 = hand.departments[0].id;
    this.d2 = hand2.departments[0].id;
    ok(this.d1 !== this.d2, 'hand and hand2 must be of different departments');
    equal(head.departments[0].id, this.d1, 'department of head and of hand');
    const classes = items(await (await this.as('disp')).read('/classes'), 'classes');
    const code = name => {
      const c = classes.find(x => (x.zh ?? x.name) === name) || classes.find(x => Object.values(x).includes(name));
      return ok(c, `the classes do not hold ${name}: ${show(classes.slice(0, 5))}`).code;
    };
    this.consult = code('咨询');
    this.plain = code('水电气热');
    this.e1 = (await this.me('ent1')).enterprises?.[0]?.id;
    this.e2 = (await this.me('ent2')).enterprises?.[0]?.id;
    ok(this.e1 && this.e2 && this.e1 !== this.e2, '/me of ent1 and ent2 must list different enterprises');
    return this;
  }
  // The id of a demo account of the lead's department, as assign takes it.
  async accountId(name) {
    if (!this.ids.has(name)) {
      const list = items(await (await this.as('head')).read(`/accounts?department=${this.d1}`), 'accounts of the department');
      const own = (await this.me(name)).account;
      const ownId = own && typeof own === 'object' ? own.id : own;
      const it = list.find(a => a.id === ownId) || list.find(a => Object.values(a).includes(name)) || list.find(a => Object.values(a).includes(ownId));
      this.ids.set(name, ok(it, `the accounts of the department do not hold ${name} (${show(own)}): ${show(list)}`).id);
    }
    return this.ids.get(name);
  }

  // ---- cases -----------------------------------------------------------------
  async submit({ by = 'ent1', draft = false, ...fields } = {}) {
    const c = await this.as(by);
    const r = status(await c.api('POST', '/whistles', { ...matter(), ...(draft ? { draft: true } : {}), ...fields }), 201, 'create');
    const k = new Case(this, r.json, ACCOUNT[by] || by);
    k.answer = r;
    return k;
  }
  async submitPublic(fields = {}) {
    const r = status(await this.visitor().api('POST', '/public/whistles', { ...matter(), ...fields }), 201, 'create without an account');
    const k = new Case(this, r.json, null);
    k.answer = r;
    return k;
  }
  // A case in the wanted state. {support: D2 supports, class, by, contacted}
  async make(state, { support = false, contacted = false, ...fields } = {}) {
    const c = await this.submit({ ...fields, draft: state === 'draft' });
    if (state === 'draft' || state === 'submitted') return c;
    if (state === 'not_accepted') {
      await c.refuse();
      return c;
    }
    await c.do('disp', 'dispatch', { lead: this.d1, ...(support ? { supporting: [this.d2] } : {}) }, 'dispatched');
    if (state === 'dispatched') return c;
    if (state === 'objected') { await c.do('hand', 'object', await c.body('object'), 'objected'); return c; }
    await c.do('hand', 'sign', {}, 'handling');
    if (contacted) await c.do('hand', 'contact', await c.body('contact'), 'handling');
    if (state === 'handling') return c;
    if (state === 'withdrawn') { await c.do(c.author, 'withdraw', { reason: 'other_way' }, 'withdrawn'); return c; }
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    if (state === 'replied') return c;
    if (state === 'closed') { await c.do(c.author, 'evaluate', { solved: true, satisfied: 'yes' }, 'closed'); return c; }
    return fail(`no way to make a case ${state}`);
  }

  // ---- the test clock (servers of a test's own) -------------------------------
  // Moves to `minutes` (since 1970 Shanghai); the first call fixes the start.
  async clockTo(minutes) {
    const now = textOf(minutes);
    let r = null;
    for (const who of this.clockBy ? [this.clockBy] : ['sysadm', null]) {
      r = who ? await (await this.as(who)).api('POST', '/test/clock', { now }) : await this.visitor().api('POST', '/test/clock', { now });
      if (r.status < 300) { this.clockBy = who || undefined; break; }
    }
    if (r.status >= 300) fail(`POST /api/v1/test/clock {now: ${now}}: expected 2xx, got ${r.status} ${r.text.slice(0, 300)}`);
    this.at = minutes;
  }
  // Starts on a Monday morning at 09:00 at least a day ahead, followed by three working days.
  async startClock(hour = 9, minute = 0) {
    let day = Math.floor(nowMinutes() / 1440) + 2;
    while (![0, 1, 2, 3].every(i => calendar.works(day + i)) || ((day + 3) % 7) !== 0) day++;
    await this.clockTo(day * 1440 + hour * 60 + minute);
    return this.at;
  }
  async after(iso, minutes = 1) { await this.clockTo(Math.ceil(minutesOf(iso)) + minutes); }
}

export class Case {
  constructor(w, rec, author) {
    Object.assign(this, { w, id: String(rec.id), number: rec.number, code: rec.query_code, author, rec });
    if (rec.id === undefined && author) fail(`the answer holds no id: ${show(rec)}`);
  }
  async read(as = 'super') {
    const r = status(await (await this.w.as(as)).read(`/whistles/${this.id}`), 200, 'whistle');
    return r.json;
  }
  async events(as = 'super') { return items(await (await this.w.as(as)).read(`/events?whistle=${this.id}&limit=200`), 'events').sort((a, b) => a.seq - b.seq); }
  async act(as, name, body = {}, headers = {}, o = {}) {
    if (as === 'public') return this.public(name, body);
    const c = await this.w.as(as);
    if (name === 'save') return c.api('PATCH', `/whistles/${this.id}`, body, headers, o);
    return c.act(this.id, name, body, headers, o);
  }
  // Without an account: number and code where there is such an address, else the signed-in address without a session.
  async public(name, body = {}, code = this.code) {
    const v = this.w.visitor();
    if (PUBLIC_ACTIONS.includes(name) && this.number) return v.api('POST', `/public/whistles/${this.number}/${name}`, { ...body, code });
    return name === 'save' ? v.api('PATCH', `/whistles/${this.id}`, body) : v.api('POST', `/whistles/${this.id}/${name}`, body);
  }
  // An action that must succeed with the whole record in the given state.
  async do(as, name, body = {}, state = null) {
    const r = status(await this.act(as, name, body), 200, `${name} by ${as}`);
    if (state) equal(r.json?.state, state, `state after ${name} by ${as}`);
    this.rec = r.json;
    return r.json;
  }
  // A two-step action that must be taken as a request.
  async ask2(as, name, body) {
    const r = status(await this.act(as, name, body), 202, `${name} by ${as}`);
    const q = r.json?.request;
    ok(q && q.id, `${name} by ${as}: expected {"request": {"id", …}}, got ${show(r.json)}`);
    return q;
  }
  async decide(as, request, agree, reason = '核实无误') {
    return (await this.w.as(as)).api('POST', `/requests/${request.id}/decide`, { agree, reason });
  }
  async refuse() {
    const q = await this.ask2('disp', 'refuse', { reason: 'in_court', route: '向执行法院申请恢复执行' });
    const r = status(await this.decide('super', q, true), 200, 'supervisor agrees to refuse');
    equal(r.json?.state, 'not_accepted', 'state after the refusal was agreed');
    this.rec = r.json;
    return this;
  }
  async lastAt() { return (await this.events()).at(-1).at; }

  // A right body for each action in this case's present circumstances.
  async body(action, role = null) {
    const w = this.w;
    switch (action) {
      case 'save': return { wish: '说定恢复的日期' };
      case 'submit': case 'discard': case 'sign': case 'not_contacted': case 'acknowledge': return {};
      case 'ask': return { items: ['近三个月用汽记录', '供用汽合同'] };
      case 'supply': return { text: '补充：合同和记录已整理，见正文。' };
      case 'answer_now': return { text: '办理条件和材料清单如下：营业执照、申请表。', basis: '政务服务事项清单 2026 年版' };
      case 'refuse': return { reason: 'in_court', route: '向执行法院申请恢复执行' };
      case 'contest': return { text: '本事项不在诉讼中，请再核实。' };
      case 'dispatch': return { lead: w.d1 };
      case 'object': return { reason: '职责不在本单位，见三定规定。', better: w.d2 };
      case 'decide_objection': return { upheld: false, reason: '职责清单已列明由该单位主办' };
      case 'assign': case 'hand_over': return { handler: await w.accountId(action === 'assign' ? 'hand' : 'head') };
      case 'contact': return { how: 'phone', whom: '陈联系', at: await this.lastAt() };
      case 'plan': return { text: '第一步现场核查，第二步协调供汽，第三步回告结果。' };
      case 'note': return { text: '已与供汽单位值班室核对。' };
      case 'extend': {
        const resolve = clock(await this.read(), 'resolve', w.d1);
        return { by: dayText(calendar.due(minutesOf(resolve.started_at), 15, 'wd')), reason: '备件到货要等两周' };
      }
      case 'urge': return { text: '请尽快办理' };
      case 'escalate': return { level: 2, reason: '牵涉两个部门，需要会商' };
      case 'answer_escalation': return { decision: 'go_on', text: '明天到现场协调，落实临时供汽。', by: dayText(calendar.due(minutesOf(await this.lastAt()), 1, 'wd')) };
      case 'reply': return { outcome: 'solved', text: '调压阀已更换，压力恢复到合同值，连续 24 小时正常。', call: '园区公用工程值班室 0935-0000118' };
      case 'evaluate': return { solved: true, satisfied: 'yes' };
      case 'call_back': return { at: await this.lastAt(), result: 'reached', solved: true, satisfied: 'yes', words: '已经恢复' };
      case 'withdraw': return { reason: 'other_way' };
      case 'reopen': return { reason: '问题又出现了' };
      default: return fail(`no body for ${action} (${role})`);
    }
  }
  // What must be there before the action makes sense for this role.
  async prepare(action, role) {
    const state = this.rec.state;
    if (action === 'acknowledge' && !['draft', 'closed', 'not_accepted', 'withdrawn'].includes(state)) await this.do('super', 'urge', { text: '请回应' });
    if (action === 'not_contacted' && state === 'handling') await this.do('hand', 'contact', await this.body('contact'));
    if (action === 'answer_escalation' && { head: 1, supervisor: 2, leader: 3 }[role] && !['draft', 'closed', 'not_accepted', 'withdrawn'].includes(state)) {
      await this.do('super', 'escalate', { level: { head: 1, supervisor: 2, leader: 3 }[role], reason: '请该级定办法' });
    }
  }
  // Waits until the record, as the supervisor sees it, fulfils a condition (clocks fire a little after the time is set).
  async until(fn, what, as = 'super') {
    return until(async () => {
      const rec = await this.read(as);
      if (await fn(rec)) return rec;
      return fail(`state ${rec.state}, rev ${rec.rev}, clocks ${show((rec.clocks || []).map(c => `${c.clock}/${c.party}:${c.outcome ?? c.light}`))}, marks ${show(rec.marks)}`);
    }, what);
  }
}
