// Sixty-four clients at once on one case: exactly one wins, the others are told.
import { equal, fail, ok, show } from './lib/assert.mjs';
import { items, openMarks, requests } from './lib/world.mjs';

const N = 64;
// All at once; answers the statuses counted. `wins` is how many may succeed, the rest must be refused with one of `rest`.
async function rush(calls, wins, what, rest = [409, 412]) {
  const all = await Promise.all(calls.map(f => f()));
  const good = all.filter(r => r.status >= 200 && r.status < 300), bad = all.filter(r => !(r.status >= 200 && r.status < 300) && !rest.includes(r.status));
  const count = {};
  for (const r of all) count[r.status] = (count[r.status] || 0) + 1;
  if (good.length !== wins || bad.length) fail(`${what}: expected ${wins} of ${all.length} to succeed and the rest ${rest.join(' or ')}, got ${show(count)} ${bad[0] ? bad[0].text.slice(0, 300) : ''}`);
  return all;
}
const times = (n, f) => Array.from({ length: n }, (_, i) => () => f(i));

export const tests = {
  async dispatch(t) {
    const c = await t.w.make('submitted'), disp = await t.w.as('disp');
    await rush(times(N, i => disp.act(c.id, 'dispatch', { lead: i % 2 ? t.w.d1 : t.w.d2 })), 1, '64 dispatches');
    const rec = await c.read();
    equal(rec.state, 'dispatched', 'state');
    equal((await c.events()).filter(e => e.action === 'dispatch').length, 1, 'dispatch events');
    equal(rec.clocks.filter(k => k.clock === 'resolve' && k.party === 'enterprise').length, 1, 'resolve clocks of the enterprise');
  },
  async dispatch_against_withdraw(t) {
    for (let n = 0; n < 8; n++) {
      const c = await t.w.make('submitted'), disp = await t.w.as('disp'), ent = await t.w.as('ent1');
      const all = await Promise.all([disp.act(c.id, 'dispatch', { lead: t.w.d1 }), ent.act(c.id, 'withdraw', { reason: 'other_way' })]);
      const rec = await c.read();
      ok(all.every(r => [200, 409, 412].includes(r.status)) && all.some(r => r.status === 200), `dispatch and withdraw at once: ${all.map(r => r.status)}`);
      if (rec.state === 'withdrawn') ok(!rec.clocks.some(k => !k.ended_at), 'a clock runs on a withdrawn case');
      equal(rec.state, all[1].status === 200 ? 'withdrawn' : 'dispatched', 'state');
    }
  },
  async sign_by_two_people(t) {
    const c = await t.w.make('dispatched'), hand = await t.w.as('hand'), head = await t.w.as('head');
    await rush(times(N, i => (i % 2 ? hand : head).act(c.id, 'sign')), 1, '64 signatures');
    equal((await c.events()).filter(e => e.action === 'sign').length, 1, 'sign events');
  },
  async sign_against_object(t) {
    const c = await t.w.make('dispatched'), hand = await t.w.as('hand');
    const all = await rush(times(N, i => (i % 2 ? hand.act(c.id, 'sign') : hand.act(c.id, 'object', { reason: '不属本单位' }))), 1, 'sign and object at once');
    const won = all.find(r => r.status === 200);
    equal((await c.read()).state, won.json.state, 'state');
  },
  async reply(t) {
    const c = await t.w.make('handling'), hand = await t.w.as('hand');
    await rush(times(N, i => hand.act(c.id, 'reply', { outcome: 'solved', text: `第 ${i} 份答复`, call: '值班室' })), 1, '64 replies');
    const rec = await c.read();
    equal(rec.clocks.filter(k => k.clock === 'evaluate').length, 1, 'evaluate clocks');
  },
  async evaluate_by_number_and_code(t) {
    const c = await t.w.make('replied');
    const visitors = Array.from({ length: 16 }, () => t.w.visitor());
    await rush(times(N, i => visitors[i % 16].api('POST', `/public/whistles/${c.number}/evaluate`, { code: c.code, solved: i % 2 === 0, satisfied: 'yes' })), 1, '64 evaluations');
    equal((await c.events()).filter(e => e.action === 'evaluate').length, 1, 'evaluate events');
  },
  async ask_never_more_than_twice(t) {
    const c = await t.w.make('submitted'), disp = await t.w.as('disp');
    const all = await Promise.all(times(N, i => disp.act(c.id, 'ask', { items: [`材料 ${i}`] })).map(f => f()));
    const good = all.filter(r => r.status === 200).length;
    ok(good >= 1 && good <= 2, `64 asks: expected one or two to succeed, got ${good}`);
    ok(all.every(r => [200, 409, 412].includes(r.status)), `64 asks: ${show(all.map(r => r.status))}`);
    equal((await c.events()).filter(e => e.action === 'ask').length, good, 'ask events');
    ok(openMarks(await c.read(), 'ask').length <= 2, 'open ask marks');
  },
  async one_open_request_of_a_kind(t) {
    const c = await t.w.make('handling'), hand = await t.w.as('hand'), body = await c.body('extend');
    await rush(times(N, () => hand.act(c.id, 'extend', body)), 1, '64 requests to extend');
    equal(requests(await c.read(), 'extend').filter(q => q.state === 'open').length, 1, 'open requests');
  },
  async decide_once(t) {
    const c = await t.w.make('handling');
    const q = await c.ask2('hand', 'extend', await c.body('extend'));
    const head = await t.w.as('head'), hand = await t.w.as('hand');
    const all = await rush(times(N, i => (i % 4 === 3 ? hand.api('POST', `/requests/${q.id}/take_back`, {}) : head.api('POST', `/requests/${q.id}/decide`, { agree: i % 2 === 0, reason: '按职责' }))), 1, '64 decisions');
    const state = requests(await c.read(), 'extend')[0].state;
    ok(['agreed', 'declined', 'taken_back'].includes(state), `state of the request: ${state}`);
    equal(requests(all.find(r => r.status === 200).json, 'extend')[0].state, state, 'state in the winning answer');
  },
  async stale_readers_lose(t) {
    const c = await t.w.make('handling'), hand = await t.w.as('hand');
    const etag = (await hand.read(`/whistles/${c.id}`)).headers.etag;
    await rush(times(N, i => hand.act(c.id, 'note', { text: `备注 ${i}` }, { 'If-Match': etag })), 1, '64 notes with one If-Match', [412]);
    equal((await c.events()).filter(e => e.action === 'note').length, 1, 'note events');
  },
  async many_notes_without_if_match_all_land(t) {
    const c = await t.w.make('handling'), hand = await t.w.as('hand');
    const all = await Promise.all(times(N, i => hand.act(c.id, 'note', { text: `备注 ${i}` })).map(f => f()));
    const good = all.filter(r => r.status === 200).length;
    const events = (await c.events()).filter(e => e.action === 'note');
    equal(events.length, good, 'note events against acknowledged notes');
    ok(all.every(r => [200, 409, 412].includes(r.status)), `64 notes: ${show(all.map(r => r.status))}`);
    const seqs = (await c.events()).map(e => e.seq);
    equal(new Set(seqs).size, seqs.length, 'different seq of the events');
  },
  async escalation_opens_one_mark(t) {
    const c = await t.w.make('handling'), sup = await t.w.as('super'), head = await t.w.as('head');
    const all = await Promise.all(times(32, i => (i % 2 ? sup : head).act(c.id, 'escalate', { level: 2, reason: '会商' })).map(f => f()));
    ok(all.some(r => r.status === 200) && all.every(r => [200, 409, 412].includes(r.status)), `32 escalations: ${show(all.map(r => r.status))}`);
    equal(openMarks(await c.read(), 'escalation').length, 1, 'open escalation marks');
  },
  async sixty_four_creates_get_different_numbers(t) {
    const ents = [await t.w.as('ent1'), await t.w.as('ent2')];
    const all = await Promise.all(times(N, i => ents[i % 2].api('POST', '/whistles', { title: `同时发出第 ${i} 件 ${Math.random()}`, text: `同时发出的第 ${i} 件，请分别编号，内容各不相同。`, contact_name: '陈联系', contact_phone: '13800001234' })).map(f => f()));
    for (const r of all) equal(r.status, 201, `status of a create (${r.text.slice(0, 160)})`);
    equal(new Set(all.map(r => r.json.number)).size, N, 'different numbers');
    equal(new Set(all.map(r => r.json.id)).size, N, 'different ids');
    const ids = new Set(items(await (await t.w.as('disp')).read('/whistles?limit=200')).map(x => x.id));
    ok(all.every(r => ids.has(r.json.id)), 'the dispatcher’s list holds all of them (read after the answer)');
  },
  // Whoever is first: a case about a department keeps it, a department that is gone takes no case.
  async what_is_pointed_to_is_not_removed_meanwhile(t) {
    const sys = await t.w.as('sysadm'), ent = await t.w.as('ent1'), lost = [];
    for (let round = 0; round < 12; round++) {
      const d = (await sys.api('POST', '/departments', { code: `weg${Date.now() % 1e6}${round}`, name: `临时部门 ${round}` })).json;
      const [gone, ...made] = await Promise.all([sys.api('DELETE', `/departments/${d.id}`), ...times(24, i => ent.api('POST', '/whistles', { title: `反映临时部门 ${round} ${i}`, text: `第 ${round} 轮第 ${i} 件，反映一个正在撤销的部门，请核实。`, against: d.id, contact_name: '陈', contact_phone: '13800001234' })).map(x => typeof x === 'function' ? x() : x)]);
      ok([204, 409, 422].includes(gone.status), `removing it: ${gone.status} ${gone.text.slice(0, 120)}`);
      for (const r of made) ok([201, 422].includes(r.status), `a whistle about it: ${r.status} ${r.text.slice(0, 160)}`);
      const n = made.filter(r => r.status === 201).length;
      if (gone.status === 204 && n) lost.push(`round ${round}: ${n} cases point to a department that was removed`);
    }
    equal(lost.join('\n'), '');
  }
};
