// Lists as one person wants them: columns, kept views, how a list opens; and the filter by chain.
import { equal, fail, match, ok, show, status, within, without } from './lib/assert.mjs';
import { forms, links } from './lib/html.mjs';
import { items, matter } from './lib/world.mjs';
import { load, press } from './lib/webform.mjs';

const heads = text => [...text.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/gs)].map(m => m[1].replace(/<[^>]*>/g, '').trim());
const keepForm = async (c, path) => {
  const page = await load(c, path);
  const form = page?.forms.find(f => f.target === '/saved' && f.fields.some(x => x.name === 'query'));
  return ok(form, `${path} as ${c.as} has no form that keeps a view`);
};
const button = (form, value) => form.buttons.find(b => b.name === 'act' && b.value === value) || fail(`no button ${value}: ${show(form.buttons)}`);

export const tests = {
  async columns_are_chosen_and_stay_in_the_address(t) {
    const c = await t.w.as('disp');
    const all = heads(status(await c.get('/enterprises'), 200).text);
    ok(all.length > 3, `columns of /enterprises: ${show(all)}`);
    const some = status(await c.get('/enterprises?columns=uscc&columns=address'), 200);
    equal(heads(some.text).join(' '), '企业名称 统一社会信用代码 地址', 'columns chosen');
    const sorted = links(some.text).find(l => /sort=uscc/.test(l.href));
    ok(sorted, 'a head that sorts');
    match(sorted.href, /columns=uscc&(amp;)?columns=address/, 'the order keeps the columns');
    status(await c.get('/enterprises?columns=no_such_column'), 200);
  },
  async the_switch_of_language_keeps_what_is_shown(t) {
    const c = await t.w.as('super');
    const page = status(await c.get('/enterprises?columns=uscc&columns=address&sort=-uscc'), 200);
    const link = ok(links(page.text).find(l => /lang=en/.test(l.href)), 'a switch to English');
    const en = status(await c.get(link.href.replaceAll('&amp;', '&')), 200);
    equal(heads(en.text).length, 3, `columns after the switch: ${show(heads(en.text))}`);
    status(await c.get('/enterprises?lang=zh'), 200);
  },
  async tabs_count_what_has_ended_exactly_to_a_thousand(t) {
    const c = await t.w.as('super'), count = async () => {
      let n = 0, next = '';
      do { const r = await c.read(`/whistles?state=closed&limit=200${next && `&after=${encodeURIComponent(next)}`}`); n += items(r).length; next = r.json.next; } while (next);
      return n;
    };
    while (await count() <= 101) await t.w.make('closed');
    const tab = links(status(await c.get('/whistles'), 200).text).find(l => /[?&]state=closed(&|$)/.test(l.href.replaceAll('&amp;', '&')));
    equal((tab.text.match(/\d+\+?/) || [])[0], String(await count()), 'the number of closed ones');
  },
  async a_view_is_kept_and_opens_by_its_link_and_goes_again(t) {
    const c = await t.w.as('disp');
    const form = await keepForm(c, '/whistles?state=handling&sort=-number');
    const none = await press(c, form, { name: '' }, button(form, 'keep'));
    status(none, 422, 'a view without a name');
    const long = await press(c, form, { name: '长'.repeat(21) }, button(form, 'keep'));
    status(long, 422, 'a name of 21 characters');
    status(await press(c, form, { name: '在办<b>' }, button(form, 'keep')), 303);
    const page = status(await c.get('/whistles'), 200);
    const link = links(page.text).find(l => l.text.includes('在办<b>') || l.text.includes('在办&lt;b&gt;'));
    ok(link, `no link of the view: ${show(links(page.text).map(l => l.text).slice(0, 30))}`);
    without(page.text, '在办<b>', 'the name is escaped');
    const view = status(await c.get(link.href.replaceAll('&amp;', '&')), 200);
    match(view.text, /aria-current="page"[^>]*>在办&lt;b&gt;/, 'the view is marked');
    const other = status(await (await t.w.as('super')).get('/whistles'), 200);
    without(other.text, '在办&lt;b&gt;', "another person's page");
    const gone = (await load(c, '/whistles')).forms.find(f => f.target === '/saved' && f.fields.some(x => x.name === 'name' && x.value.startsWith('在办')));
    status(await press(c, gone, {}, button(gone, 'drop')), 303);
    without(status(await c.get('/whistles'), 200).text, '在办&lt;b&gt;', 'after it was dropped');
  },
  async a_list_opens_as_it_was_left(t) {
    const c = await t.w.as('super');
    const form = await keepForm(c, '/departments?sort=-name&columns=code');
    status(await press(c, form, {}, button(form, 'open')), 303);
    const r = status(await c.get('/departments'), 303, 'the bare address');
    equal(r.headers.location, '/departments?sort=-name&columns=code');
    const back = (await load(c, '/departments?sort=-name')).forms.find(f => f.target === '/saved' && f.fields.some(x => x.name === 'name' && x.value === '') && !f.fields.some(x => x.name === 'query'));
    status(await press(c, ok(back, 'a form that drops it'), {}, button(back, 'drop')), 303);
    status(await c.get('/departments'), 200);
  },
  async twelve_views_of_a_list_are_enough(t) {
    const c = await t.w.as('head');
    const form = await keepForm(c, '/whistles?light=red');
    for (let i = 1; i <= 12; i++) status(await press(c, form, { name: `视图 ${i}` }, button(form, 'keep')), 303, `view ${i}`);
    status(await press(c, form, { name: '视图 12' }, button(form, 'keep')), 303, 'the twelfth once more');
    const r = status(await press(c, form, { name: '视图 13' }, button(form, 'keep')), 409);
    within(r.text, '最多存 12 个视图', 'what to do');
  },
  async a_view_of_no_list_and_of_strange_text_is_refused(t) {
    const c = await t.w.as('disp');
    const form = await keepForm(c, '/whistles');
    for (const values of [{ list: 'no_such', name: 'x' }, { name: 'a\u0001b' }, { name: 'x', query: 'q='.padEnd(1600, 'x') }])
      ok([400, 422].includes((await press(c, form, values, button(form, 'keep'))).status), `refused: ${show(values).slice(0, 60)}`);
    status(await t.w.visitor().request('POST', '/saved', { form: 'list=whistles&name=x&act=keep' }), 303, 'a visitor is led to sign in');
  },
  async the_list_is_filtered_by_the_chain_of_the_firm(t) {
    const ent = await t.w.as('ent1'), disp = await t.w.as('disp');
    const made = status(await ent.api('POST', '/whistles', matter()), 201);
    const firm = (await disp.read(`/enterprises/${made.json.enterprise}`)).json;
    ok(firm.chain, `the firm of ent1 is on a chain: ${show(firm)}`);
    const got = (await disp.read(`/whistles/${made.json.id}`)).json;
    equal(got.chain, firm.chain, 'chain of the case');
    const page = status(await disp.get(`/whistles?chain=${firm.chain}&state=submitted&sort=-number`), 200);
    within(page.text, made.json.number, 'listed under its chain');
    const chains = items(await disp.read('/chains?limit=200')).filter(x => !x.parent && x.id !== firm.chain);
    const other = status(await disp.get(`/whistles?chain=${chains[0].id}&state=submitted&sort=-number`), 200);
    without(other.text, made.json.number, 'not under another');
  }
};
