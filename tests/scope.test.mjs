// Who sees what: confidential cases, other firms, other departments, other sites, sealed contacts.
import { equal, ok, problem, status, within, without } from './lib/assert.mjs';
import { links } from './lib/html.mjs';
import { items, matter } from './lib/world.mjs';

const SECRET = { contact_name: '欧阳密联', contact_phone: '13911112222' };

// Everything that a person can read about a case: record, list, history, pages, exports.
async function reads(w, who, c) {
  const k = await w.as(who);
  const out = {};
  for (const p of [`/whistles/${c.id}`, '/whistles?limit=200', `/events?whistle=${c.id}`, '/enterprises?limit=200']) if (p !== '/enterprises?limit=200') out[`GET /api/v1${p}`] = (await k.read(p)).text;
  const page = await k.get(`/whistles/${c.id}`);
  out[`page /whistles/${c.id}`] = page.text;
  const list = await k.get('/whistles');
  out['page /whistles'] = list.text;
  out['page /'] = (await k.get('/')).text;
  for (const l of [...links(page.text), ...links(list.text)]) if (/print|csv|export/.test(l.href) && l.href.startsWith('/')) out[`page ${l.href}`] = (await k.get(l.href)).text;
  return out;
}

export const tests = {
  async confidential_name_and_contact_reach_three_roles_only(t) {
    const w = t.w, name = (await w.me('ent1')).enterprises[0].name;
    const c = await w.submit({ visibility: 'confidential', ...SECRET });
    await c.do('disp', 'dispatch', { lead: w.d1, supporting: [w.d2] }, 'dispatched');
    const masked = async who => {
      const k = await w.as(who);
      const rec = status(await k.read(`/whistles/${c.id}`), 200, `${who} sees the case`).json;
      without(rec, w.e1, `the record as ${who} sees it (the enterprise's id tells its name)`);
      without(items(await k.read('/whistles?limit=200')).find(x => x.id === c.id) || '', w.e1, `the row of the list as ${who} sees it`);
      for (const [where, text] of Object.entries(await reads(w, who, c))) {
        for (const s of [SECRET.contact_name, SECRET.contact_phone]) without(text, s, `${where} as ${who}`);
        if (where.includes(c.id)) without(text, name, `${where} as ${who}`);
      }
    };
    for (const who of ['hand', 'head', 'super', 'leader', 'audit', 'hand2']) await masked(who);
    await c.do('hand', 'sign', {}, 'handling');
    const seen = async who => within((await (await w.as(who)).read(`/whistles/${c.id}`)).text, SECRET.contact_name, `the record as ${who} sees it`);
    for (const who of ['disp', 'hand', 'ent1']) await seen(who);
    within((await (await w.as('disp')).get(`/whistles/${c.id}`)).text, name, 'the page as disp sees it');
    within((await (await w.as('hand')).get(`/whistles/${c.id}`)).text, name, 'the page as the named handler sees it');
    for (const who of ['head', 'super', 'leader', 'audit', 'hand2']) await masked(who);
    // when another handler is named, the former sees it no longer
    await c.do('head', 'assign', { handler: await w.accountId('head') }, 'handling');
    await masked('hand');
  },
  async normal_case_shows_the_enterprise_to_its_departments(t) {
    const w = t.w, name = (await w.me('ent1')).enterprises[0].name;
    const c = await w.make('handling', { support: true });
    for (const who of ['hand', 'head', 'hand2', 'disp', 'super', 'audit']) within((await (await w.as(who)).get(`/whistles/${c.id}`)).text, name, `page as ${who}`);
  },
  async telephone_is_masked_on_pages_and_lists(t) {
    const w = t.w, c = await w.submit({ contact_phone: '13977775555' });
    await c.do('disp', 'dispatch', { lead: w.d1 }, 'dispatched');
    for (const who of ['head', 'super', 'leader', 'audit']) for (const [where, text] of Object.entries(await reads(w, who, c))) without(text, '13977775555', `${where} as ${who}`);
  },
  async enterprises_see_their_own_only(t) {
    const w = t.w, c = await w.make('handling');
    const ent2 = await w.as('ent2');
    problem(await ent2.read(`/whistles/${c.id}`), 404);
    equal((await ent2.get(`/whistles/${c.id}`)).status, 404, 'page of another firm’s whistle');
    const ev = await ent2.read(`/events?whistle=${c.id}`);
    ok(ev.status === 404 || items(ev).length === 0, `events of another firm’s whistle: ${ev.status} ${ev.text.slice(0, 200)}`);
    ok(!items(await ent2.read('/whistles?limit=200')).some(x => x.id === c.id), 'the list of ent2 holds a whistle of ent1');
    const r = await ent2.api('POST', '/whistles', { ...matter(), enterprise: w.e1 });
    ok([403, 404, 422].includes(r.status), `a whistle in the name of another firm: expected 403, 404 or 422, got ${r.status}`);
    const none = await ent2.read(`/whistles?enterprise=${w.e1}&limit=50`);
    ok(none.status !== 200 || items(none).length === 0, 'a filter must not widen the scope');
  },
  async departments_see_what_they_are_or_were_part_of(t) {
    const w = t.w, c = await w.make('dispatched'), hand2 = await w.as('hand2');
    problem(await hand2.read(`/whistles/${c.id}`), 404);
    ok(!items(await hand2.read('/whistles?limit=200')).some(x => x.id === c.id), 'the list of another department holds the case');
    const s = await w.make('submitted');
    problem(await (await w.as('hand')).read(`/whistles/${s.id}`), 404, null, 'before dispatch no department sees it');
    for (const x of items(await hand2.read('/whistles?limit=200'))) ok(x.id, 'id');
  },
  async ids_of_another_site_open_nothing(t) {
    const w = t.w, c = await w.make('handling'), x = await w.submit({ by: 'entx' });
    for (const who of ['entx', 'dispx']) {
      const k = await w.as(who);
      problem(await k.read(`/whistles/${c.id}`), 404);
      equal((await k.get(`/whistles/${c.id}`)).status, 404, `page as ${who}`);
      for (const a of ['dispatch', 'withdraw', 'urge', 'note']) problem(await k.act(c.id, a, await c.body(a)), 404, null, `${a} as ${who}`);
      const ev = await k.read(`/events?whistle=${c.id}`);
      ok(ev.status === 404 || items(ev).length === 0, `events as ${who}`);
      ok(!items(await k.read('/whistles?limit=200')).some(y => y.id === c.id), `the list of ${who} holds a whistle of another site`);
    }
    for (const who of ['disp', 'super', 'leader', 'audit', 'ent1', 'hand']) problem(await (await w.as(who)).read(`/whistles/${x.id}`), 404, null, `whistle of the other site as ${who}`);
    const q = await c.ask2('hand', 'extend', await c.body('extend'));
    for (const who of ['entx', 'dispx']) problem(await c.decide(who, q, true), 404);
    // references to rows of another site are no choice
    const dx = items(await (await w.as('dispx')).read('/departments'))[0].id;
    const s = await w.make('submitted');
    problem(await s.act('disp', 'dispatch', { lead: dx }), 422, 'lead');
    problem(await s.act('disp', 'dispatch', { lead: w.d1, supporting: [dx] }), 422, 'supporting');
    problem(await (await w.as('ent1')).api('POST', '/whistles', { ...matter(), against: dx }), 422, 'against');
    const ex = (await w.me('entx')).enterprises[0].id;
    problem(await (await w.as('disp')).api('POST', '/whistles', { ...matter(), enterprise: ex }), [403, 404, 422]);
    equal((await s.read()).rev, s.rec.rev, 'rev after the refused dispatches');
    // the number and code of one site at the public address of the same host belong to that site's case only
    equal(status(await w.visitor().api('GET', `/public/whistles/${c.number}?code=${encodeURIComponent(c.code)}`), 200).json.state, 'handling', 'state');
  },
  async auditor_reads_and_writes_nothing(t) {
    const w = t.w, c = await w.make('handling'), audit = await w.as('audit');
    status(await audit.read(`/whistles/${c.id}`), 200);
    ok((await c.events('audit')).length >= 3, 'the auditor reads the history');
    equal((await c.read('audit')).actions.length, 0, 'number of actions offered to the auditor');
    for (const a of ['note', 'urge', 'reply', 'withdraw', 'plan']) problem(await c.act('audit', a, await c.body(a)), 403);
  },
  async a_draft_is_its_authors_alone(t) {
    const d = await t.w.submit({ draft: true });
    for (const who of ['ent2', 'disp', 'super', 'leader', 'audit', 'hand', 'head', 'call', 'entx']) {
      problem(await (await t.w.as(who)).read(`/whistles/${d.id}`), 404, null, `draft as ${who}`);
      const l = await (await t.w.as(who)).read('/whistles?limit=50');
      if (l.status === 200) ok(!items(l).some(x => x.id === d.id), `the list of ${who} holds a foreign draft`);
    }
  }
};
