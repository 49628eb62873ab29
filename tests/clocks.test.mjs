// What the clock does by itself. Every test has a server of its own, whose clock only moves forward.
import { equal, has, lacks, oneOf, ok, problem, status, until, within } from './lib/assert.mjs';
import { absent, ended, noneRuns, running, sameTime } from './lib/clockcheck.mjs';
import { dayText, minutesOf, textOf } from './lib/calendar.mjs';
import { calendar, clock, clocks, items, marks, openMarks, requests } from './lib/world.mjs';

export const limit = 180000;
const idOf = v => String(v && typeof v === 'object' ? v.id : v);
const wd = (from, n) => calendar.due(from, n, 'wd');
const alone = async (t, hour = 9, minute = 0) => { const w = await t.alone(); await w.startClock(hour, minute); return w; };
const lastOf = async (c, action) => (await c.events()).filter(e => e.action === action).at(-1);

export const tests = {
  async the_test_clock_moves_only_forward_and_shows_a_banner(t) {
    const w = await alone(t);
    const c = await w.submit();
    const at = minutesOf((await c.events())[0].at);
    ok(Math.abs(at - w.at) < 2, `the first event: expected about ${textOf(w.at)}, got ${(await c.events())[0].at}`);
    const back = await (w.clockBy ? await w.as(w.clockBy) : w.visitor()).api('POST', '/test/clock', { now: textOf(w.at - 1440) });
    ok([409, 422].includes(back.status), `the clock set back: expected 409 or 422, got ${back.status}`);
    const page = (await (await w.as('ent1')).get('/')).text;
    ok(/测试时钟|测试环境|test clock/i.test(page), 'every page carries a banner of the test clock (测试时钟)');
    const bad = await (w.clockBy ? await w.as(w.clockBy) : w.visitor()).api('POST', '/test/clock', { now: 'tomorrow' });
    problem(bad, 422, 'now');
  },
  async contact_latest_and_lights(t) {
    const w = await alone(t, 10, 20);
    const c = await w.submit({ class: w.plain });
    const start = minutesOf((await c.events())[0].at);
    const route = clock(await c.read(), 'route', 'desk');
    sameTime(minutesOf(route.due_at), calendar.due(start, 4, 'wh'), `due of route from ${textOf(start)}`);
    sameTime(minutesOf(c.rec.contact_latest), wd(minutesOf(route.due_at), 1), 'contact_latest');
    equal(route.light, 'green', 'light at the start');
    await w.clockTo(Math.ceil(minutesOf(route.warn_at)) + 1);
    await c.until(r => clock(r, 'route').light === 'yellow', 'yellow after 75 % of the clock');
    await w.after(route.due_at);
    const rec = await c.until(r => clock(r, 'route').light === 'red', 'red when over');
    ok(!clock(rec, 'route').ended_at, 'the route clock runs on, red, until it is dispatched');
  },
  async route_over_escalates_to_level_two(t) {
    const w = await alone(t);
    const c = await w.submit();
    await w.after(clock(await c.read(), 'route').due_at);
    const rec = await c.until(r => openMarks(r, 'escalation', 2).length === 1, 'level 2 when route is over');
    equal(openMarks(rec, 'escalation', 1).length, 0, 'marks of level 1');
    const due = minutesOf(clock(rec, 'route').due_at);
    const level = running(rec, 'level', undefined, { length: [3, 'wd'] });
    ok(Math.abs(minutesOf(level.started_at) - due) < 1 / 30, `what follows counts from the due time: level started ${level.started_at}, route was due ${clock(rec, 'route').due_at}`);
    await c.do('disp', 'dispatch', { lead: w.d1 }, 'dispatched');
    ended(await c.read(), 'route', 'desk', 'missed');
    const e = (await c.events()).find(x => x.action === 'escalate');
    ok(e, 'the escalation is an event');
    ok(Math.abs(minutesOf(e.at) - due) < 1 / 30, `what a clock does bears the due time: expected ${textOf(due)}, got ${e.at}`);
  },
  async sign_over_urges_then_signs_by_rule(t) {
    const w = await alone(t);
    const c = await w.make('dispatched');
    const sign = clock(await c.read(), 'sign', w.d1), due = minutesOf(sign.due_at);
    await w.after(sign.due_at);
    let rec = await c.until(r => openMarks(r, 'escalation', 1).length === 1, 'level 1 when sign is over');
    ok(marks(rec, 'urge').length >= 1, 'sign over urges');
    equal(rec.state, 'dispatched', 'state after the first sign clock');
    running(rec, 'level', undefined, { length: [2, 'wd'] });
    await w.clockTo(Math.ceil(calendar.due(due, 4, 'wh')) + 1);
    rec = await c.until(r => r.state === 'handling', 'signed by rule after one more sign clock');
    equal(idOf(rec.handler), String(await w.accountId('head')), 'handler of a case signed by rule: the head');
    const e = await lastOf(c, 'sign');
    ok(Math.abs(minutesOf(e.at) - calendar.due(due, 4, 'wh')) < 1 / 30, `signed by rule at ${textOf(calendar.due(due, 4, 'wh'))}, got ${e.at}`);
    ended(rec, 'sign', w.d1, 'missed');
    ended(rec, 'objection', w.d1, 'stopped');
    status(await c.act('head', 'contact', { how: 'phone', whom: '陈联系', at: e.at }), 200, 'the head acts as the handler');
  },
  async objection_is_possible_in_its_clock_only(t) {
    const w = await alone(t);
    const c = await w.make('dispatched');
    await w.after(clock(await c.read(), 'objection', w.d1).due_at);
    await c.until(r => clock(r, 'objection', w.d1).ended_at || r.state === 'handling' || clock(r, 'objection', w.d1).light === 'red', 'the objection clock to be over');
    problem(await c.act('hand', 'object', await c.body('object')), 409);
  },
  async objection_undecided_moves_to_the_leader(t) {
    const w = await alone(t);
    const c = await w.make('objected');
    problem(await c.act('leader', 'decide_objection', { upheld: false, reason: '提前' }), [403, 409], null, 'the leader before the clock is over');
    await w.after(clock(await c.read(), 'objection_decide').due_at);
    await until(async () => (await c.read('leader')).actions.includes('decide_objection'), 'the leader may decide when the supervisor’s clock is over');
    await c.do('leader', 'decide_objection', { upheld: false, reason: '职责已列明' }, 'dispatched');
  },
  async contact_answer_resolve_over_escalate_to_level_one(t) {
    for (const name of ['contact', 'answer', 'resolve']) {
      const w = await alone(t);
      const c = await w.make('handling');
      if (name !== 'contact') await c.do('hand', 'contact', await c.body('contact'), 'handling');
      if (name === 'resolve') await c.do('hand', 'plan', await c.body('plan'), 'handling');
      const k = clock(await c.read(), name, w.d1);
      await w.after(k.due_at);
      const rec = await c.until(r => openMarks(r, 'escalation', 1).length === 1, `level 1 when ${name} is over`);
      equal(clock(rec, name, w.d1).light, 'red', `light of ${name}`);
      equal(rec.state, 'handling', 'state');
      if (name === 'contact') {
        await c.do('hand', 'contact', await c.body('contact'), 'handling');
        ended(await c.read(), 'contact', w.d1, 'missed');
        ended(await c.read(), 'contact', 'enterprise', 'missed');
        equal(openMarks(await c.read(), 'escalation').length, 1, 'the mark stays until the reply');
      }
    }
  },
  async no_escalation_by_clock_while_a_mark_is_open(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    await c.do('super', 'escalate', { level: 2, reason: '先行会商' }, 'handling');
    const by = dayText(wd(w.at, 3));
    await c.do('super', 'answer_escalation', { decision: 'go_on', text: '三日内拿出办法', by }, 'handling');
    await w.after(clock(await c.read(), 'contact', w.d1).due_at);
    await c.until(r => clock(r, 'contact', w.d1).light === 'red', 'contact over');
    const rec = await c.read();
    equal(openMarks(rec, 'escalation').length, 1, `open escalation marks (none by clock while one is open): ${JSON.stringify(rec.marks)}`);
    equal(openMarks(rec, 'escalation', 2).length, 1, 'it is still level 2');
  },
  async escalation_climbs_by_its_own_clock_to_level_three(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    const contact = clock(await c.read(), 'contact', w.d1);
    await w.after(contact.due_at);
    let rec = await c.until(r => openMarks(r, 'escalation', 1).length === 1, 'level 1');
    let level = running(rec, 'level', undefined, { length: [2, 'wd'], startedAt: contact.due_at });
    await w.after(level.due_at);
    rec = await c.until(r => openMarks(r, 'escalation', 2).length === 1, 'level 2 when level 1 is not answered');
    level = running(rec, 'level', undefined, { length: [3, 'wd'], startedAt: level.due_at });
    await w.after(level.due_at);
    rec = await c.until(r => openMarks(r, 'escalation', 3).length === 1, 'level 3 when level 2 is not answered');
    level = running(rec, 'level', undefined, { length: [5, 'wd'], startedAt: level.due_at });
    has((await c.read('leader')).actions, 'answer_escalation', 'actions of the leader at level 3');
    await w.after(level.due_at);
    await c.until(r => clocks(r, 'level').some(k => k.light === 'red'), 'level 3 over is red');
    const leader = await w.as('leader');
    within((await leader.get('/')).text + (await leader.get('/notices')).text + (await leader.get('/whistles')).text, c.number, 'the leader’s desk, messages and list');
    await c.do('leader', 'answer_escalation', { decision: 'go_on', text: '领导包案', by: dayText(wd(w.at, 2)) }, 'handling');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    equal(openMarks(await c.read(), 'escalation').length, 0, 'open escalation marks after the reply');
  },
  async measures_not_kept_move_to_the_next_level(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    await c.do('super', 'escalate', { level: 1, reason: '没有进展' }, 'handling');
    await c.do('head', 'answer_escalation', { decision: 'go_on', text: '明天办成', by: dayText(wd(w.at, 1)) }, 'handling');
    const level = clocks(await c.read(), 'level').find(k => !k.ended_at);
    sameTime(minutesOf(level.due_at), wd(w.at, 1), 'due of the level clock after the answer');
    await w.after(level.due_at);
    await c.until(r => openMarks(r, 'escalation', 2).length === 1, 'level 2 when the date of the measures is over');
  },
  async rework_over_escalates(t) {
    const w = await alone(t);
    const c = await w.make('replied');
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no' }, 'handling');
    await w.after(clock(await c.read(), 'rework', w.d1).due_at);
    await c.until(r => openMarks(r, 'escalation', 1).length === 1, 'level 1 when rework is over');
  },
  async request_undecided_moves_one_level_up(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    const q = await c.ask2('hand', 'extend', await c.body('extend'));
    const due = minutesOf(q.due_at);
    equal(due, wd(minutesOf(q.asked_at), 1), 'due_at of the request');
    problem(await c.decide('super', q, true), 403);
    await w.after(q.due_at);
    await until(async () => { const k = clocks(await c.read(), 'request_decide').filter(x => !x.ended_at); return k.length === 1 && minutesOf(k[0].due_at) > due; }, 'a new clock of the next decider');
    const r = status(await c.decide('super', q, true), 200, 'the supervisor decides when the head did not');
    equal(requests(r.json, 'extend')[0].state, 'agreed', 'state of the request');
  },
  async urge_unacknowledged_goes_to_the_head(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    await c.do('super', 'urge', { text: '请回应' }, 'handling');
    const k = clock(await c.read(), 'acknowledge');
    await w.after(k.due_at);
    await until(async () => (await c.read('head')).actions.includes('acknowledge'), 'the head may acknowledge when the handler did not');
    await c.do('head', 'acknowledge', {}, 'handling');
    equal(openMarks(await c.read(), 'urge').length, 0, 'open urge marks');
  },
  async enterprise_urges_again_after_two_working_days(t) {
    const w = await alone(t);
    const c = await w.make('handling', { contacted: true });
    await c.do('ent1', 'urge', {}, 'handling');
    await c.do('hand', 'acknowledge', {}, 'handling');
    problem(await c.act('ent1', 'urge', {}), 409);
    await w.clockTo(wd(w.at, 2) + 1);
    await c.do('ent1', 'urge', {}, 'handling');
  },
  async ask_unanswered_lets_the_work_go_on(t) {
    const w = await alone(t);
    const c = await w.make('handling', { contacted: true });
    await c.do('hand', 'plan', await c.body('plan'), 'handling');
    await c.do('hand', 'ask', { items: ['合同'] }, 'handling');
    const k = clock(await c.read(), 'ask', 'enterprise');
    sameTime(minutesOf(k.due_at), wd(minutesOf(k.started_at), 5), 'due of ask (5 wd)');
    const resolve = clock(await c.read(), 'resolve', w.d1).due_at;
    await w.after(k.due_at);
    const rec = await c.until(r => clock(r, 'ask').light === 'red' || clock(r, 'ask').ended_at, 'the ask clock to be over');
    equal(rec.state, 'handling', 'state');
    equal(clock(rec, 'resolve', w.d1).due_at, resolve, 'clocks run on while something is asked');
    equal(openMarks(rec, 'escalation').length, 0, 'an unanswered ask escalates nothing');
  },
  async unrated_is_closed_by_the_clock_after_three_attempts(t) {
    const w = await alone(t);
    const c = await w.make('replied');
    problem(await c.act('call', 'call_back', await c.body('call_back')), [404, 409], null, 'call-back before the evaluate clock is over');
    const evaluate = clock(await c.read(), 'evaluate');
    await w.after(evaluate.due_at, 60);
    let rec = await c.until(r => clocks(r, 'callback').some(k => !k.ended_at), 'callback starts when evaluate is over');
    const callback = running(rec, 'callback', undefined, { startedAt: evaluate.due_at });
    ended(rec, 'evaluate', 'enterprise', 'missed');
    const call = async minutes => {
      await w.clockTo(minutes);
      return c.do('call', 'call_back', { at: textOf(minutes - 5), result: 'no_answer' }, 'replied');
    };
    const day = n => Math.floor(wd(minutesOf(evaluate.due_at), n) / 1440) * 1440;
    await call(day(1) + 9 * 60 + 30);
    await call(day(1) + 15 * 60 + 30);
    await call(day(2) + 9 * 60 + 30);
    await w.after(callback.due_at);
    rec = await c.until(r => r.state === 'closed', 'closed unrated when callback is over with 3 attempts on 2 days');
    equal(rec.feedback?.solved, null, 'feedback.solved');
    equal(rec.feedback?.satisfied, null, 'feedback.satisfied');
    equal(rec.feedback?.reached, false, 'feedback.reached');
    noneRuns(rec);
    const end = await lastOf(c, 'close_unrated') || (await c.events()).at(-1);
    equal(end.to, 'closed', 'last event');
    ok(Math.abs(minutesOf(end.at) - minutesOf(callback.due_at)) < 1 / 30, `closing bears the due time ${callback.due_at}, got ${end.at}`);
    // a late evaluation is accepted for 30 days and counts on its own date
    has((await c.read('ent1')).actions, 'evaluate', 'actions of the enterprise on a case closed unrated');
    await c.do('ent1', 'evaluate', { solved: true, satisfied: 'yes', words: '补评' }, 'closed');
    rec = await c.read();
    equal(rec.feedback.solved, true, 'feedback.solved after the late evaluation');
    problem(await c.act('ent1', 'evaluate', { solved: true, satisfied: 'yes' }), 409, null, 'one late evaluation');
  },
  async too_few_attempts_start_callback_once_more_then_close(t) {
    const w = await alone(t);
    const c = await w.make('replied');
    const evaluate = clock(await c.read(), 'evaluate');
    await w.after(evaluate.due_at);
    let rec = await c.until(r => clocks(r, 'callback').length === 1, 'callback starts');
    const first = clock(rec, 'callback');
    await w.after(first.due_at);
    rec = await c.until(r => clocks(r, 'callback').length === 2 && clocks(r, 'callback').some(k => !k.ended_at), 'callback starts once more with fewer than 3 attempts');
    equal(rec.state, 'replied', 'state');
    const second = running(rec, 'callback', undefined, { startedAt: first.due_at });
    within((await (await w.as('super')).get('/notices')).text, c.number, 'the supervisor is told');
    await w.after(second.due_at);
    rec = await c.until(r => r.state === 'closed', 'closed when callback is over the second time');
    noneRuns(rec);
    // "not solved" within 30 days reopens
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no', words: '还没好' }, 'handling');
    running(await c.read(), 'rework', w.d1);
  },
  async late_evaluation_ends_after_thirty_days(t) {
    const w = await alone(t);
    const c = await w.make('replied');
    await w.after(clock(await c.read(), 'evaluate').due_at);
    let rec = await c.until(r => clocks(r, 'callback').length === 1, 'callback starts');
    await w.after(clock(rec, 'callback').due_at);
    rec = await c.until(r => clocks(r, 'callback').length === 2, 'callback once more');
    await w.after(clock(rec, 'callback').due_at);
    rec = await c.until(r => r.state === 'closed', 'closed');
    const closed = minutesOf((await c.events()).at(-1).at);
    await w.clockTo(calendar.due(closed, 30, 'd') - 5);
    has((await c.read('ent1')).actions, 'evaluate', 'actions of the enterprise on the 30th day');
    has((await c.read('ent1')).actions, 'reopen', 'actions of the enterprise on the 30th day');
    await w.clockTo(calendar.due(closed, 31, 'd') + 5);
    problem(await c.act('ent1', 'evaluate', { solved: true, satisfied: 'yes' }), 409, null, 'after 30 days');
    lacks((await c.read('ent1')).actions, 'evaluate', 'actions after 30 days');
    const q = await c.ask2('ent1', 'reopen', { reason: '又坏了' });
    status(await c.decide('super', q, true), 200, 'a late reopening is decided by the supervisor');
    equal((await c.read()).state, 'handling', 'state');
  },
  async reached_call_back_counts_as_evaluation(t) {
    const w = await alone(t);
    const c = await w.make('replied'), d = await w.make('replied');
    await w.after(clock(await d.read(), 'evaluate').due_at, 60);
    await c.until(r => clocks(r, 'callback').length === 1, 'callback starts');
    await d.until(r => clocks(r, 'callback').length === 1, 'callback starts');
    const at = textOf(w.at - 10);
    problem(await c.act('call', 'call_back', { at, result: 'reached' }), 422, 'solved', 'reached needs the enterprise’s word');
    await c.do('call', 'call_back', { at, result: 'reached', solved: true, satisfied: 'basically', words: '好了，就是慢' }, 'closed');
    const rec = await c.read();
    equal(rec.feedback.by, 'callback', 'feedback.by');
    equal(rec.feedback.reached, true, 'feedback.reached');
    equal(rec.feedback.satisfied, 'basically', 'feedback.satisfied');
    within(JSON.stringify(await c.read('ent1')) + JSON.stringify(await c.events('ent1')), '好了，就是慢', 'the enterprise is told what was recorded');
    await d.do('call', 'call_back', { at, result: 'reached', solved: false, satisfied: 'no', words: '没有好' }, 'handling');
    running(await d.read(), 'rework', w.d1);
  },
  async anonymous_is_closed_after_evaluate_without_call_back(t) {
    const w = await alone(t);
    const r = status(await w.visitor().api('POST', '/public/whistles', { title: '匿名反映收费问题', text: '园区收费没有公示，请核实后公示，不便留联系方式。', anonymous: true }), 201);
    const id = String(r.json.id ?? items(await (await w.as('disp')).read('/whistles?limit=50')).find(x => x.number === r.json.number).id);
    const at = async (who, a, b) => status(await (await w.as(who)).act(id, a, b), 200, a).json;
    await at('disp', 'dispatch', { lead: w.d1 });
    await at('hand', 'sign', {});
    await at('hand', 'reply', { outcome: 'solved', text: '已公示', call: '值班室' });
    const read = async () => (await (await w.as('super')).read(`/whistles/${id}`)).json;
    await w.after(clock(await read(), 'evaluate').due_at);
    const rec = await until(async () => { const x = await read(); return x.state === 'closed' && x; }, 'closed after evaluate alone');
    equal(clocks(rec, 'callback').length, 0, 'callback clocks of an anonymous case');
  },
  async contest_ends_with_its_clock(t) {
    const w = await alone(t);
    const c = await w.make('not_accepted');
    const refused = minutesOf((await c.events()).at(-1).at);
    const until10 = (await c.read('ent1')).contest_until;
    ok(until10, 'contest_until');
    equal(dayText(minutesOf(until10.length === 10 ? `${until10}T18:00` : until10)), dayText(wd(refused, 10)), 'day of contest_until (10 wd)');
    await w.clockTo(wd(refused, 10) - 30);
    has((await c.read('ent1')).actions, 'contest', 'actions half an hour before the end');
    await w.clockTo(wd(refused, 10) + 6 * 60 + 1);
    problem(await c.act('ent1', 'contest', { text: '晚了' }), 409);
    lacks((await c.read('ent1')).actions, 'contest', 'actions after the end');
  },
  async not_contacted_when_nobody_called(t) {
    const w = await alone(t);
    const c = await w.make('handling');
    await w.after(clock(await c.read(), 'contact', 'enterprise').due_at);
    await until(async () => (await c.read('ent1')).actions.includes('not_contacted'), '"没有联系我" after the contact clock is over');
    await c.do('ent1', 'not_contacted', {}, 'handling');
  },
  async third_not_solved_level_two_over_goes_to_level_three(t) {
    const w = await alone(t);
    const c = await w.make('replied');
    for (let n = 0; n < 2; n++) { await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no' }, 'handling'); await c.do('hand', 'reply', await c.body('reply'), 'replied'); }
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no' });
    const rec = await c.until(r => r.state === 'handling' && openMarks(r, 'escalation', 2).length === 1, 'level 2');
    await w.after(clock(rec, 'level').due_at);
    await c.until(r => openMarks(r, 'escalation', 3).length === 1, 'level 3');
    await c.do('leader', 'answer_escalation', { decision: 'final_reply', text: '作最终答复', by: dayText(wd(w.at, 2)) }, 'handling');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    await c.do('ent1', 'evaluate', { solved: false, satisfied: 'no' }, 'closed');
  },
  async second_clock_starts_after_a_restart_too(t) {
    const w = await t.alone();
    await w.startClock();
    const c = await w.submit();
    const route = clock(await c.read(), 'route');
    const at = w.at, s = w.server;
    await s.stop();
    equal(s.code, 0, 'exit status on SIGTERM');
    await s.start();
    s.clients.clear();
    await w.clockTo(Math.max(at + 1, Math.ceil(minutesOf(route.due_at)) + 1));
    await c.until(r => openMarks(r, 'escalation', 2).length === 1, 'level 2 when route is over, after a restart');
    oneOf((await c.read()).state, ['submitted'], 'state');
  }
};
