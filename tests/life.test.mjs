// One whistle's life over HTTP: the straight way and every side way of stage 1 that needs no moving of the clock.
import { equal, fail, has, lacks, match, ok, oneOf, problem, same, show, status, until, within, without } from './lib/assert.mjs';
import { absent, ended, noneRuns, running, sameTime } from './lib/clockcheck.mjs';
import { dayText, minutesOf } from './lib/calendar.mjs';
import { calendar, clock, clocks, items, marks, matter, openMarks, requests, strings } from './lib/world.mjs';

const idOf = v => String(v && typeof v === 'object' ? v.id : v);
const idsOf = v => (v || []).map(idOf);
const told = async (w, who, c) => { // the person's messages name the case (followers may need a second)
  await until(async () => { within((await (await w.as(who)).get('/notices')).text, c.number, `the messages (/notices) of ${who}`); return true; }, `a message to ${who} that names ${c.number}`, 3000);
};

export const tests = {
  async whole_life_from_submit_to_evaluation(t) {
    const w = t.w, d1 = w.d1;
    const c = await w.submit({ class: w.plain });
    let rec = await c.read('disp');
    equal(rec.state, 'submitted', 'state');
    running(rec, 'route', 'desk');
    const route = clock(rec, 'route');
    const latest = calendar.due(minutesOf(route.due_at), 1, 'wd');
    sameTime(minutesOf(c.rec.contact_latest), latest, `contact_latest ${c.rec.contact_latest} (route due ${route.due_at} + 1 wd)`);
    for (const a of ['dispatch', 'ask', 'refuse', 'urge']) has(rec.actions, a, 'actions of the dispatcher in submitted');
    let mine = await c.read('ent1');
    for (const a of ['supply', 'urge', 'withdraw']) has(mine.actions, a, 'actions of the enterprise in submitted');
    lacks(mine.actions, 'dispatch', 'actions of the enterprise');
    lacks(mine.actions, 'evaluate', 'actions of the enterprise in submitted');
    await told(w, 'disp', c);

    await c.do('disp', 'dispatch', { lead: d1, supporting: [w.d2], class: w.plain }, 'dispatched');
    rec = await c.read();
    equal(idOf(rec.lead), d1, 'lead');
    same(idsOf(rec.supporting), [w.d2], 'supporting');
    ended(rec, 'route', 'desk', 'met');
    const at = (await c.events()).find(e => e.action === 'dispatch').at;
    for (const k of ['sign', 'objection', 'contact', 'answer', 'resolve']) running(rec, k, d1, { startedAt: at });
    for (const k of ['contact', 'resolve']) running(rec, k, 'enterprise', { startedAt: at });
    for (const k of ['sign', 'objection', 'answer']) absent(rec, k, 'enterprise');
    for (const p of rec.participants || fail('participants are missing')) ok(p && typeof p === 'object', `participant: ${show(p)}`);
    within(rec.participants, d1, 'participants');
    within(rec.participants, w.d2, 'participants');
    await told(w, 'hand', c);

    await c.do('hand', 'sign', {}, 'handling');
    rec = await c.read();
    ended(rec, 'sign', d1, 'met');
    ended(rec, 'objection', d1, 'stopped');
    equal(idOf(rec.handler), String(await w.accountId('hand')), 'handler: who signs');
    for (const a of ['contact', 'plan', 'note', 'ask', 'extend', 'reply']) has((await c.read('hand')).actions, a, 'actions of the handler');

    await c.do('hand', 'contact', { how: 'phone', whom: '陈联系', at: await c.lastAt() }, 'handling');
    rec = await c.read();
    ended(rec, 'contact', d1, 'met');
    ended(rec, 'contact', 'enterprise', 'met');

    await c.do('hand', 'plan', { text: '周三到现场，周五前回告。', by: dayText(calendar.due(minutesOf(at), 4, 'wd')) }, 'handling');
    rec = await c.read();
    ended(rec, 'answer', d1, 'met');
    await c.do('hand', 'note', { text: '企业看得到的一句话', open: true }, 'handling');
    await c.do('hand2', 'note', { text: '协办的内部备注' }, 'handling');

    const answer = { outcome: 'solved', text: '调压阀已更换。\n连续 24 小时压力正常。', call: '值班室 0935-0000118' };
    await c.do('hand', 'reply', answer, 'replied');
    rec = await c.read();
    equal(rec.outcome, 'solved', 'outcome');
    ended(rec, 'resolve', d1, 'met');
    ended(rec, 'resolve', 'enterprise', 'met');
    running(rec, 'evaluate', 'enterprise', { startedAt: (await c.events()).find(e => e.action === 'reply').at });
    same(rec.clocks.filter(k => !k.ended_at).map(k => k.clock), ['evaluate'], 'clocks that run in replied');
    mine = await c.read('ent1');
    ok([...strings(mine)].includes(answer.text), 'the enterprise must read the answer unchanged');
    for (const a of ['evaluate', 'withdraw']) has(mine.actions, a, 'actions of the enterprise in replied');
    await told(w, 'ent1', c);

    await c.do('ent1', 'evaluate', { solved: true, satisfied: 'basically', words: '比上次快' }, 'closed');
    rec = await c.read();
    noneRuns(rec);
    ended(rec, 'evaluate', 'enterprise', 'met');
    equal(rec.feedback?.solved, true, 'feedback.solved');
    equal(rec.feedback?.satisfied, 'basically', 'feedback.satisfied');
    equal(rec.feedback?.by, 'enterprise', 'feedback.by');
    equal(rec.outcome, 'solved', 'outcome');
    const events = await c.events();
    same(events.map(e => e.action), ['submit', 'dispatch', 'sign', 'contact', 'plan', 'note', 'note', 'reply', 'evaluate'], 'actions of the events');
    same(events.slice(1).map(e => e.from), ['submitted', 'dispatched', 'handling', 'handling', 'handling', 'handling', 'handling', 'replied'], 'from of the events');
    same(events.map(e => e.to), ['submitted', 'dispatched', 'handling', 'handling', 'handling', 'handling', 'handling', 'replied', 'closed'], 'to of the events');
    for (let i = 1; i < events.length; i++) ok(minutesOf(events[i].at) >= minutesOf(events[i - 1].at), 'events are in order of time');
    const seen = await c.events('ent1');
    ok(!JSON.stringify(seen).includes('协办的内部备注') && !JSON.stringify(await c.read('ent1')).includes('协办的内部备注'), 'an internal note must not reach the enterprise');
    within(JSON.stringify(await c.read('ent1')) + (await (await w.as('ent1')).get(`/whistles/${c.id}`)).text, '企业看得到的一句话', 'the note that the enterprise may see');
    without((await (await w.as('ent1')).get(`/whistles/${c.id}`)).text, '协办的内部备注', 'page of the enterprise');
  },

  async ask_and_supply_at_most_twice(t) {
    const c = await t.w.make('submitted');
    await c.do('disp', 'ask', { items: ['近三个月用汽记录', '供用汽合同'] }, 'submitted');
    let rec = await c.read();
    running(rec, 'ask', 'enterprise');
    running(rec, 'route', 'desk');
    equal(openMarks(rec, 'ask').length, 1, 'open ask marks');
    within(JSON.stringify(await c.read('ent1')) + JSON.stringify(await c.events('ent1')), '供用汽合同', 'what the enterprise sees of the ask');
    await c.do('ent1', 'supply', { text: '合同见正文：压力 0.8 MPa。' }, 'submitted');
    rec = await c.read();
    ended(rec, 'ask', 'enterprise', 'met');
    equal(openMarks(rec, 'ask').length, 0, 'open ask marks after supply');
    await c.do('disp', 'dispatch', { lead: t.w.d1 }, 'dispatched');
    await c.do('hand', 'sign', {}, 'handling');
    await c.do('hand', 'ask', { items: ['设备照片'] }, 'handling');
    problem(await c.act('hand', 'ask', { items: ['第三次'] }), 409, null, 'the third ask of the case');
    lacks((await c.read('hand')).actions, 'ask', 'actions after two asks');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    ended(await c.read(), 'ask', 'enterprise', 'stopped');
  },

  async answer_at_once_only_for_questions(t) {
    const plain = await t.w.make('submitted', { class: t.w.plain });
    problem(await plain.act('disp', 'answer_now', await plain.body('answer_now')), [409, 422], null, 'class other than 咨询');
    equal((await plain.read()).state, 'submitted', 'state');
    const c = await t.w.make('submitted', { class: t.w.consult });
    await c.do('disp', 'answer_now', await c.body('answer_now'), 'replied');
    ended(await c.read(), 'route', 'desk', ['met', 'stopped']);
    running(await c.read(), 'evaluate', 'enterprise');
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no', words: '没答到点上' }, 'submitted');
    const rec = await c.read();
    running(rec, 'route', 'desk');
    problem(await c.act('disp', 'answer_now', await c.body('answer_now')), 409, null, 'after "not solved" it must be dispatched');
    await c.do('disp', 'dispatch', { lead: t.w.d1, class: t.w.consult }, 'dispatched');
    running(await c.read(), 'resolve', t.w.d1, { length: [3, 'wd'] });
  },

  async dispatch_without_class_takes_the_plain_resolve_clock(t) {
    const c = await t.w.make('submitted');
    await c.do('disp', 'dispatch', { lead: t.w.d1 }, 'dispatched');
    running(await c.read(), 'resolve', t.w.d1, { length: [10, 'wd'] });
    absent(await c.read(), 'resolve_consult');
  },

  async urgent_shortens_the_contact_clock_only(t) {
    const c = await t.w.submit({ urgent: true });
    const route = clock(await c.read(), 'route');
    sameTime(minutesOf(c.rec.contact_latest), calendar.due(minutesOf(route.due_at), 1, 'wd'), 'contact_latest uses the ordinary length until the dispatcher confirms');
    problem(await c.act('disp', 'dispatch', { lead: t.w.d1, urgent: true }), 422, 'urgent_reason', 'urgent without a reason');
    await c.do('disp', 'dispatch', { lead: t.w.d1, urgent: true, urgent_reason: '低压联锁已停车一次' }, 'dispatched');
    const rec = await c.read();
    running(rec, 'contact', t.w.d1, { length: [2, 'h'] });
    running(rec, 'contact', 'enterprise', { length: [2, 'h'] });
    running(rec, 'resolve', t.w.d1);
    running(rec, 'sign', t.w.d1);
    const d = await t.w.submit({ urgent: true });
    await d.do('disp', 'dispatch', { lead: t.w.d1, urgent: false, urgent_reason: '不影响生产' }, 'dispatched');
    running(await d.read(), 'contact', t.w.d1);
  },

  async refusal_is_decided_by_another_person(t) {
    const c = await t.w.make('submitted');
    const before = await c.read();
    problem(await c.act('disp', 'refuse', { reason: 'because', route: '法院' }), 422, 'reason');
    const q = await c.ask2('disp', 'refuse', { reason: 'in_court', route: '向执行法院申请恢复执行' });
    equal(q.kind, 'refuse', 'kind'); equal(q.state, 'open', 'state of the request'); match(q.asked_at, /\+08:00$/, 'asked_at');
    sameTime(minutesOf(q.due_at), calendar.due(minutesOf(q.asked_at), 1, 'wd'), 'due_at of the request (1 wd)');
    let rec = await c.read();
    equal(rec.state, 'submitted', 'state while the request is open');
    same(rec.clocks.filter(k => k.clock === 'route'), before.clocks.filter(k => k.clock === 'route'), 'route clock while the request is open');
    equal(requests(rec, 'refuse').length, 1, 'requests of the record');
    equal(requests(rec, 'refuse')[0].id, q.id, 'id of the request in the record');
    ok(clocks(rec, 'request_decide').length === 1, `the request has its own clock request_decide: ${show(rec.clocks)}`);
    problem(await c.act('disp', 'refuse', await c.body('refuse')), 409, null, 'at most one open request of a kind per case');
    problem(await c.decide('disp', q, true), 403, null, 'never the requester');
    problem(await c.decide('leader', q, true), 403, null, 'the leader is not asked yet');
    problem(await c.decide('ent1', q, true), [403, 404]);
    problem(await c.decide('ent2', q, true), 404);
    problem(await (await t.w.as('super')).api('POST', `/requests/${q.id}/decide`, { agree: false }), 422, 'reason', 'a reason is needed when declining');
    within((await (await t.w.as('super')).get('/requests')).text, c.number, 'the inbox /requests of the supervisor');
    const declined = status(await c.decide('super', q, false, '还没有进入诉讼'), 200);
    equal(declined.json.state, 'submitted', 'state after declining');
    equal(requests(declined.json, 'refuse')[0].state, 'declined', 'state of the request');
    problem(await c.decide('super', q, true), 409, null, 'a request is decided once');
    absent(await c.read(), 'request_decide');

    const q2 = await c.ask2('disp', 'refuse', { reason: 'no_facts', route: '补充材料后再来' });
    const back = status(await (await t.w.as('disp')).api('POST', `/requests/${q2.id}/take_back`, {}), 200);
    equal(requests(back.json, 'refuse').find(x => x.id === q2.id).state, 'taken_back', 'state of the request taken back');
    const q3 = await c.ask2('disp', 'refuse', await c.body('refuse'));
    problem(await (await t.w.as('super')).api('POST', `/requests/${q3.id}/take_back`, {}), 403, null, 'only the requester takes back');
    const agreed = status(await c.decide('super', q3, true), 200);
    equal(agreed.json.state, 'not_accepted', 'state');
    rec = await c.read();
    noneRuns(rec);
    ended(rec, 'route', 'desk', ['met', 'stopped']);
    ok(rec.contest_until, `contest_until is a date: ${show(rec.contest_until)}`);
    within(JSON.stringify(await c.read('ent1')) + JSON.stringify(await c.events('ent1')), '向执行法院申请恢复执行', 'the enterprise is told the legal route');
  },

  async contested_refusal_needs_the_leader_and_is_final(t) {
    const c = await t.w.make('not_accepted');
    problem(await c.act('ent2', 'contest', { text: '不是我的' }), 404);
    await c.do('ent1', 'contest', { text: '我们没有起诉，请再看合同。' }, 'submitted');
    running(await c.read(), 'route', 'desk');
    problem(await c.act('disp', 'refuse', await c.body('refuse')), [403, 409], null, 'after a contest only the supervisor refuses');
    const q = await c.ask2('super', 'refuse', await c.body('refuse'));
    problem(await c.decide('super', q, true), 403, null, 'never the requester');
    problem(await c.decide('disp', q, true), 403);
    const r = status(await c.decide('leader', q, true), 200);
    equal(r.json.state, 'not_accepted', 'state');
    problem(await c.act('ent1', 'contest', { text: '再申诉一次' }), 409, null, 'contest once, then final');
    lacks((await c.read('ent1')).actions, 'contest', 'actions after the final refusal');
  },

  async refusal_in_handling_and_lapse_of_a_request(t) {
    const c = await t.w.make('handling');
    const q = await c.ask2('disp', 'refuse', await c.body('refuse'));
    const e = await c.ask2('hand', 'extend', await c.body('extend'));
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    const rec = await c.read();
    for (const [kind, x] of [['refuse', q], ['extend', e]]) equal(requests(rec, kind).find(y => y.id === x.id).state, 'lapsed', `state of the request ${kind} when its case left the state`);
    absent(rec, 'request_decide');
    problem(await c.decide('head', e, true), 409, null, 'a lapsed request cannot be decided');
    const d = await t.w.make('handling');
    const q2 = await d.ask2('disp', 'refuse', await d.body('refuse'));
    equal(status(await d.decide('super', q2, true), 200).json.state, 'not_accepted', 'state');
    noneRuns(await d.read());
  },

  async objection_upheld_gives_a_fresh_department_and_runs_the_enterprise_on(t) {
    const w = t.w, c = await w.make('dispatched');
    const before = await c.read();
    await c.do('hand', 'object', { reason: '供汽监管在另一部门', duty: '4.2 城镇供热监管', better: w.d2 }, 'objected');
    let rec = await c.read();
    ended(rec, 'sign', w.d1, 'stopped');
    const decide = clocks(rec, 'objection_decide').filter(k => !k.ended_at);
    equal(decide.length, 1, 'running clocks objection_decide');
    sameTime(minutesOf(decide[0].due_at), calendar.due(minutesOf(decide[0].started_at), 1, 'wd'), 'due of objection_decide');
    problem(await c.act('disp', 'decide_objection', { upheld: false, reason: '我派的' }), 403, null, 'never the dispatcher');
    problem(await c.act('super', 'decide_objection', { upheld: true, reason: '成立' }), 422, 'lead', 'upheld needs the new lead');
    problem(await c.act('super', 'decide_objection', { upheld: false }), 422, 'reason');
    await c.do('super', 'decide_objection', { upheld: true, lead: w.d2, reason: '职责清单 4.2' }, 'dispatched');
    rec = await c.read();
    equal(idOf(rec.lead), w.d2, 'lead');
    for (const k of ['sign', 'objection', 'contact', 'answer', 'resolve']) running(rec, k, w.d2, { startedAt: (await c.events()).find(e => e.action === 'decide_objection').at });
    for (const k of ['contact', 'resolve']) {
      same(clocks(rec, k, 'enterprise').map(x => [x.started_at, x.due_at]), clocks(before, k, 'enterprise').map(x => [x.started_at, x.due_at]), `the enterprise's clock ${k} runs on, never restarted`);
      absent(rec, k, w.d1);
    }
    status(await (await w.as('hand')).read(`/whistles/${c.id}`), 200, 'a department that was lead still sees the case');
    problem(await c.act('hand', 'sign'), 403, null, 'the former lead may not sign');
    // a second objection is decided with the lead named finally; there is no third
    await c.do('hand2', 'object', { reason: '也不是本单位职责' }, 'objected');
    await c.do('super', 'decide_objection', { upheld: true, lead: w.d1, reason: '由首接单位牵头，职责空白列入清单' }, 'dispatched');
    problem(await c.act('hand', 'object', { reason: '第三次' }), 409, null, 'no third objection');
    lacks((await c.read('hand')).actions, 'object', 'actions after two objections');
    await c.do('hand', 'sign', {}, 'handling');
  },

  async objection_rejected_is_final_and_sign_starts_once_more(t) {
    const w = t.w, c = await w.make('objected');
    await c.do('super', 'decide_objection', { upheld: false, reason: '职责清单 2.6 已列明' }, 'dispatched');
    const rec = await c.read();
    equal(idOf(rec.lead), w.d1, 'lead');
    running(rec, 'sign', w.d1, { startedAt: (await c.events()).find(e => e.action === 'decide_objection').at });
    equal(clocks(rec, 'sign', w.d1).length, 2, 'sign clocks of the lead (the stopped one and the new one)');
    const dispatchAt = (await c.events()).find(e => e.action === 'dispatch').at;
    for (const k of ['contact', 'answer', 'resolve']) running(rec, k, w.d1, { startedAt: dispatchAt });
    problem(await c.act('hand', 'object', { reason: '再异议' }), 409, null, 'once per department and case');
    within(JSON.stringify(await c.read('hand')) + JSON.stringify(await c.events('hand')) + (await (await w.as('hand')).get(`/whistles/${c.id}`)).text, '职责清单 2.6 已列明', 'what the losing side reads of the reason');
  },

  async dispatch_to_the_department_it_is_against_is_two_step(t) {
    const w = t.w, c = await w.submit({ against: w.d1 });
    const q = await c.ask2('disp', 'dispatch', { lead: w.d1 });
    equal(q.kind, 'dispatch', 'kind');
    equal((await c.read()).state, 'submitted', 'state while the request is open');
    problem(await (await w.as('hand')).read(`/whistles/${c.id}`), 404, null, 'the department must not see it before');
    problem(await c.decide('disp', q, true), 403);
    const r = status(await c.decide('super', q, true), 200);
    equal(r.json.state, 'dispatched', 'state after the supervisor agreed');
    equal(idOf(r.json.lead), w.d1, 'lead');
    const d = await w.submit({ against: w.d1 });
    await d.do('disp', 'dispatch', { lead: w.d2 }, 'dispatched');
  },

  async contact_is_dated_between_dispatch_and_now(t) {
    const c = await t.w.make('handling');
    for (const at of ['2020-01-06T10:00:00+08:00', '2999-01-01T10:00:00+08:00']) problem(await c.act('hand', 'contact', { how: 'phone', whom: '陈联系', at }), 422, 'at', `at ${at}`);
    await c.do('hand', 'contact', await c.body('contact'), 'handling');
  },

  async not_contacted_counts_as_missed(t) {
    const c = await t.w.make('handling', { contacted: true });
    await c.do('ent1', 'not_contacted', {}, 'handling');
    const rec = await c.read();
    ok(clocks(rec, 'contact').some(k => k.outcome === 'missed'), `after "没有联系我" the contact clock counts as missed, got ${show(clocks(rec, 'contact'))}`);
    problem(await c.act('ent1', 'not_contacted', {}), 409, null, 'once is enough');
  },

  async plan_note_and_supporting_department(t) {
    const w = t.w, c = await w.make('handling', { support: true });
    status(await (await w.as('hand2')).read(`/whistles/${c.id}`), 200, 'a supporting department sees the case');
    await c.do('hand2', 'note', { text: '协办意见：仪表已校验' }, 'handling');
    for (const a of ['plan', 'contact', 'reply', 'extend', 'ask']) problem(await c.act('hand2', a, await c.body(a)), 403, null, `${a} by the supporting department`);
    same((await c.read('hand2')).actions.filter(a => a !== 'note'), [], 'actions of the supporting department besides note');
  },

  async assign_and_hand_over_move_no_clock(t) {
    const w = t.w, c = await w.make('handling');
    const clocksOf = r => r.clocks.map(k => [k.clock, k.party, k.started_at, k.due_at, k.ended_at]);
    const before = clocksOf(await c.read());
    await c.do('head', 'assign', { handler: await w.accountId('head'), deputy: await w.accountId('hand') }, 'handling');
    same(clocksOf(await c.read()), before, 'clocks after assign');
    await c.do('head', 'hand_over', { handler: await w.accountId('hand') }, 'handling');
    equal(idOf((await c.read()).handler), String(await w.accountId('hand')), 'handler after hand_over');
    same(clocksOf(await c.read()), before, 'clocks after hand_over');
    problem(await c.act('head', 'assign', {}), 422, 'handler');
  },

  async extension_first_by_head_second_by_supervisor(t) {
    const w = t.w, c = await w.make('handling');
    const start = minutesOf(clock(await c.read(), 'resolve', w.d1).started_at);
    const day = n => dayText(calendar.due(start, n, 'wd'));
    problem(await c.act('hand', 'extend', { by: day(26), reason: '太晚' }), 422, 'by', 'later than the extended maximum of 25 wd from the start of resolve');
    problem(await c.act('hand', 'extend', { by: day(9), reason: '更早' }), 422, 'by', 'not later than the present due time');
    problem(await c.act('hand', 'extend', { by: day(15) }), 422, 'reason');
    // a declined request does not count as the first
    const q0 = await c.ask2('hand', 'extend', { by: day(12), reason: '等检测报告' });
    status(await c.decide('head', q0, false, '先用备用设备'), 200);
    let rec = await c.read();
    running(rec, 'resolve', w.d1, { length: [10, 'wd'] });
    const q1 = await c.ask2('hand', 'extend', { by: day(15), reason: '备件到货' });
    problem(await c.decide('hand', q1, true), 403, null, 'never the requester');
    problem(await c.decide('super', q1, true), 403, null, 'the first extension is the head’s');
    problem(await c.decide('hand2', q1, true), 404);
    status(await c.decide('head', q1, true), 200);
    rec = await c.read();
    sameTime(minutesOf(clock(rec, 'resolve', w.d1).due_at), calendar.due(start, 15, 'wd'), 'due of resolve after the extension');
    sameTime(minutesOf(clock(rec, 'resolve', 'enterprise').due_at), calendar.due(start, 15, 'wd'), 'due of the enterprise’s resolve after the extension');
    equal(clock(rec, 'resolve', w.d1).started_at, clock(rec, 'resolve', 'enterprise').started_at, 'the start stays');
    within(JSON.stringify(await c.read('ent1')) + JSON.stringify(await c.events('ent1')) + (await (await w.as('ent1')).get(`/whistles/${c.id}`)).text + (await (await w.as('ent1')).get('/notices')).text, '备件到货', 'what the enterprise reads of the extension: its reason');
    const q2 = await c.ask2('hand', 'extend', { by: day(20), reason: '检修窗口推迟' });
    problem(await c.decide('head', q2, true), 403, null, 'the second extension is the supervisor’s');
    status(await c.decide('super', q2, true), 200);
    sameTime(minutesOf(clock(await c.read(), 'resolve', w.d1).due_at), calendar.due(start, 20, 'wd'), 'due after the second extension');
  },

  async a_head_who_asks_is_decided_one_level_up(t) {
    const c = await t.w.make('handling');
    const q = await c.ask2('head', 'extend', await c.body('extend'));
    problem(await c.decide('head', q, true), 403, null, 'never the requester');
    status(await c.decide('super', q, true), 200);
  },

  async explained_reply_waits_for_the_head(t) {
    const w = t.w, c = await w.make('handling');
    const text = '分时电价由省里统一制定，市级无权调整。';
    const q = await c.ask2('hand', 'reply', { outcome: 'explained', text, call: '市发改委 0935-0000212' });
    equal(q.kind, 'reply', 'kind');
    let rec = await c.read();
    equal(rec.state, 'handling', 'state');
    running(rec, 'resolve', w.d1);
    const ent = JSON.stringify(await c.read('ent1')) + JSON.stringify(await c.events('ent1')) + (await (await w.as('ent1')).get(`/whistles/${c.id}`)).text;
    without(ent, text, 'what the enterprise sees before the head agreed');
    status(await c.decide('head', q, false, '再核实一次'), 200);
    const q2 = await c.ask2('hand', 'reply', { outcome: 'explained', text, call: '市发改委 0935-0000212' });
    const r = status(await c.decide('head', q2, true), 200);
    equal(r.json.state, 'replied', 'state');
    rec = await c.read();
    equal(rec.outcome, 'explained', 'outcome');
    ended(rec, 'resolve', w.d1, 'met');
    ok([...strings(await c.read('ent1'))].includes(text), 'the enterprise reads the answer after the head agreed');
  },

  async urge_once_in_two_working_days_and_acknowledge(t) {
    const c = await t.w.make('handling');
    await c.do('ent1', 'urge', { text: '请问进展' }, 'handling');
    let rec = await c.read();
    equal(openMarks(rec, 'urge').length, 1, 'open urge marks');
    const ack = clocks(rec, 'acknowledge').filter(k => !k.ended_at);
    equal(ack.length, 1, 'running clocks acknowledge');
    sameTime(minutesOf(ack[0].due_at), calendar.due(minutesOf(ack[0].started_at), 1, 'wd'), 'due of acknowledge (1 wd)');
    problem(await c.act('ent1', 'urge', { text: '再催' }), 409, null, 'the enterprise urges once in 2 working days');
    lacks((await c.read('ent1')).actions, 'urge', 'actions of the enterprise after urging');
    problem(await c.act('hand2', 'acknowledge', {}), 404);
    await c.do('hand', 'acknowledge', {}, 'handling');
    rec = await c.read();
    equal(openMarks(rec, 'urge').length, 0, 'open urge marks after acknowledge');
    absent(rec, 'acknowledge');
    const m = marks(rec, 'urge')[0];
    ok((m.opened_by || m.by) && m.opened_at && m.closed_at, `a mark says who opened it, when, and when it was closed: ${show(m)}`);
    problem(await c.act('hand', 'acknowledge', {}), 409, null, 'nothing to acknowledge');
    await c.do('disp', 'urge', { text: '调度催办' }, 'handling');
  },

  async escalation_levels_owners_and_answers(t) {
    const w = t.w, c = await w.make('handling');
    problem(await c.act('super', 'escalate', { level: 2 }), 422, 'reason');
    await c.do('super', 'escalate', { level: 1, reason: '一直没有计划' }, 'handling');
    let rec = await c.read();
    equal(openMarks(rec, 'escalation', 1).length, 1, `open escalation marks of level 1 in ${show(rec.marks)}`);
    running(rec, 'level', undefined, { length: [2, 'wd'] });
    for (const who of ['hand', 'disp', 'leader']) problem(await c.act(who, 'answer_escalation', await c.body('answer_escalation')), [403, 409], null, `answer to level 1 by ${who}`);
    problem(await c.act('head', 'answer_escalation', { decision: 'go_on', text: '协调', by: dayText(calendar.due(minutesOf(await c.lastAt()), 5, 'wd')) }), 422, 'by', 'by at most the level’s clock (2 wd) from the decision');
    problem(await c.act('head', 'answer_escalation', { decision: 'change_lead', text: '换', by: (await c.body('answer_escalation')).by, lead: w.d2 }), [403, 409, 422], null, 'change of lead only at levels 2 and 3');
    const by = (await c.body('answer_escalation')).by;
    await c.do('head', 'answer_escalation', { decision: 'go_on', text: '明天现场协调', by }, 'handling');
    rec = await c.read();
    const level = clocks(rec, 'level').filter(k => !k.ended_at);
    equal(level.length, 1, 'running level clocks after the answer (it runs as the level’s clock)');
    equal(dayText(minutesOf(level[0].due_at)), by, 'due day of the level clock after the answer');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    rec = await c.read();
    equal(openMarks(rec, 'escalation').length, 0, 'the mark is closed by the reply');
    absent(rec, 'level');
  },

  async level_two_may_change_the_lead(t) {
    const w = t.w, c = await w.make('handling');
    await c.do('head', 'escalate', { level: 2, reason: '需要两个部门会商' }, 'handling');
    const before = await c.read();
    running(before, 'level', undefined, { length: [3, 'wd'] });
    problem(await c.act('head', 'answer_escalation', await c.body('answer_escalation')), [403, 409], null, 'level 2 is the supervisor’s');
    problem(await c.act('super', 'answer_escalation', { decision: 'change_lead', text: '由该局牵头', by: (await c.body('answer_escalation')).by }), 422, 'lead');
    const r = status(await c.act('super', 'answer_escalation', { decision: 'change_lead', text: '由该局牵头', by: (await c.body('answer_escalation')).by, lead: w.d2 }), 200);
    equal(idOf(r.json.lead), w.d2, 'lead');
    const rec = await c.read();
    oneOf(rec.state, ['dispatched', 'handling'], 'state after the change of lead');
    for (const k of ['contact', 'resolve']) same(clocks(rec, k, 'enterprise').map(x => [x.started_at, x.due_at]), clocks(before, k, 'enterprise').map(x => [x.started_at, x.due_at]), `the enterprise's clock ${k} is never restarted`);
    status(await (await w.as('hand2')).read(`/whistles/${c.id}`), 200, 'the new lead sees the case');
  },

  async not_solved_goes_back_at_most_twice_then_level_two_orders_the_final_reply(t) {
    const w = t.w, c = await w.make('replied');
    for (let n = 1; n <= 2; n++) {
      const r = await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no', words: `第 ${n} 次没有解决` }, 'handling');
      equal(r.state, 'handling', 'state');
      const rec = await c.read();
      running(rec, 'rework', w.d1, { length: [5, 'wd'] });
      ended(rec, 'evaluate', 'enterprise', 'met');
      if (n === 1) for (const k of ['contact', 'resolve']) equal(clocks(rec, k, 'enterprise').length, 1, `clocks ${k} of the enterprise (never restarted)`);
      problem(await c.act('super', 'answer_escalation', { decision: 'final_reply', text: '最终', by: dayText(calendar.due(minutesOf(await c.lastAt()), 1, 'wd')) }), [403, 409], null, 'no final reply before the third "not solved"');
      await c.do('hand', 'reply', { outcome: 'solved', text: `第 ${n} 次重办的答复`, call: '值班室' }, 'replied');
      ended(await c.read(), 'rework', w.d1, 'met');
    }
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no', words: '第三次' });
    const rec = await c.until(r => r.state === 'handling' && openMarks(r, 'escalation', 2).length === 1, 'handling with level 2 after the third "not solved"');
    running(rec, 'level', undefined, { length: [3, 'wd'] });
    problem(await c.act('hand', 'reply', await c.body('reply')), 409, null, 'the lead replies only when the final reply is ordered');
    lacks((await c.read('hand')).actions, 'reply', 'actions of the lead before the final reply is ordered');
    await c.do('super', 'answer_escalation', { decision: 'final_reply', text: '由主办作最终答复并写明法定途径', by: dayText(calendar.due(minutesOf(await c.lastAt()), 2, 'wd')) }, 'handling');
    await c.do('hand', 'reply', { outcome: 'solved', text: '最终答复', call: '值班室' }, 'replied');
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no', words: '仍不同意' }, 'closed');
    const end = await c.read();
    equal(end.feedback?.solved, false, 'the rating is kept as given');
    noneRuns(end);
  },

  async withdraw_with_reasons(t) {
    const w = t.w;
    for (const reason of ['solved', 'mistaken', 'other_way', 'asked_to', 'other']) {
      const c = await w.make(reason === 'solved' ? 'submitted' : 'handling');
      await c.do('ent1', 'withdraw', { reason, ...(reason === 'other' ? { text: '计划变了' } : {}) }, 'withdrawn');
      const rec = await c.read();
      noneRuns(rec);
      if (reason === 'asked_to') {
        within(JSON.stringify(rec) + JSON.stringify(await c.events()), 'asked_to', 'what the supervisor sees of the reason');
        without(JSON.stringify(await c.read('hand')) + JSON.stringify(await c.events('hand')), 'asked_to', 'what the department sees');
        await told(w, 'super', c);
      }
    }
    const c = await w.make('submitted');
    problem(await c.act('ent1', 'withdraw', { reason: 'no_such' }), 422, 'reason');
    problem(await c.act('ent1', 'withdraw', {}), 422, 'reason');
  },

  async reopen_once_then_two_step(t) {
    const w = t.w, c = await w.make('closed');
    ok((await c.read('ent1')).reopen_until, `reopen_until is a date: ${show((await c.read('ent1')).reopen_until)}`);
    problem(await c.act('ent1', 'reopen', {}), 422, 'reason');
    await c.do('ent1', 'reopen', { reason: '压力又掉了' }, 'handling');
    let rec = await c.read();
    running(rec, 'rework', w.d1, { length: [5, 'wd'] });
    equal(clocks(rec, 'resolve', 'enterprise').length, 1, 'resolve clocks of the enterprise (never restarted)');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    // rework counts again from zero after a reopening
    for (let n = 1; n <= 2; n++) { await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no' }, 'handling'); await c.do('hand', 'reply', await c.body('reply'), 'replied'); }
    await c.do('ent1', 'evaluate', { solved: true, satisfied: 'yes' }, 'closed');
    const q = await c.ask2('ent1', 'reopen', { reason: '第二次' });
    equal(q.kind, 'reopen', 'kind');
    equal((await c.read()).state, 'closed', 'state while the request is open');
    problem(await c.decide('disp', q, true), 403);
    const r = status(await c.decide('super', q, true), 200);
    equal(r.json.state, 'handling', 'state');
    const s = await w.make('submitted');
    await s.do('ent1', 'withdraw', { reason: 'mistaken' }, 'withdrawn');
    await s.do('ent1', 'reopen', { reason: '还是要办' }, 'submitted');
    running(await s.read(), 'route', 'desk');
  },

  async dispatcher_writes_for_a_caller(t) {
    const w = t.w, c = await w.submit({ by: 'disp', enterprise: w.e1 });
    equal(c.code, undefined, 'query_code');
    const mine = await c.read('ent1');
    has(mine.actions, 'withdraw', 'actions of the enterprise on a whistle written for it');
    problem(await (await w.as('ent2')).read(`/whistles/${c.id}`), 404);
    const first = await w.submit({ by: 'hand', enterprise: w.e1 });
    status(await (await w.as('hand')).read(`/whistles/${first.id}`), 200, 'the first receiver sees the case');
  },

  async every_open_state_has_a_clock_and_every_end_a_way_back(t) {
    const w = t.w, wrong = [];
    for (const state of ['submitted', 'dispatched', 'objected', 'handling', 'replied']) {
      const rec = await (await w.make(state)).read();
      if (!rec.clocks.some(k => !k.ended_at)) wrong.push(`${state}: no clock runs`);
    }
    for (const [state, way] of [['closed', 'reopen'], ['not_accepted', 'contest'], ['withdrawn', 'reopen']]) {
      const c = await w.make(state);
      if (!(await c.read('ent1')).actions.includes(way)) wrong.push(`${state}: the enterprise has no ${way}`);
      if ((await c.read()).clocks.some(k => !k.ended_at)) wrong.push(`${state}: a clock runs`);
    }
    ok(!wrong.length, wrong.join('; '));
  },

  async own_open_similar_ones_are_shown_first(t) {
    const m = matter();
    const c = await t.w.submit(m);
    const page = await (await t.w.as('ent1')).get('/whistles/new');
    status(page, 200);
    const list = items(await (await t.w.as('ent1')).read('/whistles?limit=50'));
    has(list.map(x => x.id), c.id, 'own whistles');
    for (const x of list) without(x, '"query_code"', 'list');
  }
};
