// Without an account: the public page's API by number and code; anonymous whistles.
import { equal, lacks, match, ok, problem, status, within, without } from './lib/assert.mjs';
import { entries, forms, urlencode, words } from './lib/html.mjs';
import { absent, running } from './lib/clockcheck.mjs';
import { matter } from './lib/world.mjs';

const progress = (w, c, code = c.code) => w.visitor().api('GET', `/public/whistles/${c.number}?code=${encodeURIComponent(code)}`);

export const tests = {
  async submit_progress_and_evaluate_by_number_and_code(t) {
    const w = t.w, c = await w.submitPublic();
    ok(c.number && c.code, `the answer must hold number and query_code: ${JSON.stringify(c.rec).slice(0, 300)}`);
    match(c.rec.contact_latest, /\+08:00$/, 'contact_latest');
    ok(/[0-9A-Za-z]{16}/.test(c.code.replace(/\W/g, '')), `query_code: expected 16 characters or more (80 random bits), got ${c.code}`);
    let r = status(await progress(w, c), 200);
    equal(r.json.state, 'submitted', 'state');
    without(r.text, c.code, 'the progress answer');
    // as the enterprise it is nobody's: found by the desk
    const disp = await w.as('disp');
    const list = status(await disp.read('/whistles?limit=50'), 200).json.items;
    const id = c.id !== 'undefined' ? c.id : list.find(x => x.number === c.number)?.id;
    ok(id, `the dispatcher's list does not hold ${c.number}`);
    c.id = String(id);
    await c.do('disp', 'dispatch', { lead: w.d1 }, 'dispatched');
    await c.do('hand', 'sign', {}, 'handling');
    await c.do('hand', 'contact', await c.body('contact'), 'handling');
    await c.do('hand', 'reply', await c.body('reply'), 'replied');
    for (const who of ['hand', 'head', 'disp', 'super', 'audit']) {
      without((await (await w.as(who)).read(`/whistles/${c.id}`)).text, c.code, `record read by ${who}`);
      without((await (await w.as(who)).get(`/whistles/${c.id}`)).text, c.code, `page read by ${who}`);
    }
    r = status(await progress(w, c), 200);
    equal(r.json.state, 'replied', 'state');
    within(r.text, (await c.body('reply')).text, 'progress: the answer');
    const done = status(await c.public('evaluate', { solved: true, satisfied: 'yes', words: '谢谢' }), 200);
    equal(done.json.state, 'closed', 'state');
    equal((await c.read()).feedback.by, 'enterprise', 'feedback.by');
  },
  async wrong_number_or_code_answers_404(t) {
    const w = t.w, c = await w.submitPublic(), d = await w.submitPublic();
    problem(await progress(w, c, 'AAAA-AAAA-AAAA-AAAA'), 404);
    problem(await progress(w, c, d.code), 404, null, 'the code of another whistle');
    problem(await w.visitor().api('GET', `/public/whistles/W260101-9999-0?code=${c.code}`), 404);
    problem(await w.visitor().api('GET', `/public/whistles/${c.number}`), [404, 422], null, 'without a code');
    problem(await c.public('withdraw', { reason: 'solved' }, d.code), 404);
    problem(await c.public('evaluate', { solved: true, satisfied: 'yes' }, 'AAAAAAAAAAAAAAAA'), 404);
    equal(status(await progress(w, c), 200).json.state, 'submitted', 'state after the refused acts');
  },
  async code_is_read_without_regard_to_case_and_spaces(t) {
    const c = await t.w.submitPublic();
    const plain = c.code.replace(/[\s-]/g, '');
    for (const x of [plain, plain.toLowerCase(), plain.replace(/(.{4})(?=.)/g, '$1 '), ` ${c.code} `]) status(await progress(t.w, c, x), 200, `code ${x}`);
  },
  async guessing_the_code_is_stopped(t) {
    const c = await t.w.submitPublic();
    let stopped = false;
    const v = t.w.visitor();
    for (let n = 0; n < 12 && !stopped; n++) {
      const r = await v.api('GET', `/public/whistles/${c.number}?code=WRNG${String(n).padStart(12, 'A')}`, undefined, {}, { patient: false });
      if (r.status === 429) { stopped = true; ok(r.headers['retry-after'], '429 must say Retry-After'); } else equal(r.status, 404, `wrong code number ${n + 1}`);
    }
    ok(stopped, 'twelve wrong codes in a row were all answered 404; expected 429 after about five');
  },
  async public_side_actions(t) {
    const w = t.w, c = await w.submit();
    status(await c.public('supply', { text: '补充：照片已备好' }), 200, 'supply');
    status(await c.public('urge', { text: '请尽快' }), 200, 'urge');
    problem(await c.public('evaluate', { solved: true, satisfied: 'yes' }), 409, null, 'evaluate before an answer');
    problem(await c.public('contest', { text: '不同意' }), 409);
    problem(await c.public('reopen', { reason: '再来' }), 409);
    equal(status(await c.public('withdraw', { reason: 'other_way' }), 200).json.state, 'withdrawn', 'state');
    equal(status(await c.public('reopen', { reason: '还是要办' }), 200).json.state, 'submitted', 'state');
    const d = await w.make('not_accepted');
    equal(status(await d.public('contest', { text: '请再核实' }), 200).json.state, 'submitted', 'state');
    const e = await w.make('handling', { contacted: true });
    status(await e.public('not_contacted', {}), 200, 'not_contacted');
  },
  async there_is_no_public_address_for_other_actions(t) {
    const c = await t.w.submit(), v = t.w.visitor();
    for (const a of ['dispatch', 'sign', 'reply', 'refuse', 'escalate', 'ask', 'submit', 'discard', 'note', 'answer_now']) {
      const r = await v.api('POST', `/public/whistles/${c.number}/${a}`, { code: c.code, ...(await c.body(a).catch(() => ({}))) });
      ok([401, 403, 404, 405].includes(r.status), `POST /public/whistles/${c.number}/${a}: expected 401, 403, 404 or 405, got ${r.status}`);
    }
    equal((await c.read()).state, 'submitted', 'state');
  },
  async progress_shows_no_internal_matter(t) {
    const w = t.w, c = await w.make('handling');
    await c.do('hand', 'note', { text: '内部备注不可外传' }, 'handling');
    const r = status(await progress(w, c), 200);
    without(r.text, '内部备注不可外传', 'progress answer');
    await c.ask2('hand', 'reply', { outcome: 'explained', text: '尚未同意的解释', call: '值班室' });
    without((await progress(w, c)).text, '尚未同意的解释', 'progress answer before the head agreed');
  },
  async anonymous_has_no_contact_clock(t) {
    const w = t.w, m = matter();
    const v = w.visitor();
    const body = { title: m.title, text: m.text, anonymous: true };
    const r = status(await v.api('POST', '/public/whistles', body), 201);
    const list = (await (await w.as('disp')).read('/whistles?limit=50')).json.items;
    const id = String(r.json.id ?? list.find(x => x.number === r.json.number)?.id);
    const disp = await w.as('disp');
    status(await disp.act(id, 'dispatch', { lead: w.d1 }), 200);
    const rec = status(await disp.read(`/whistles/${id}`), 200).json;
    absent(rec, 'contact');
    running(rec, 'resolve', w.d1);
    running(rec, 'sign', w.d1);
    const hand = await w.as('hand');
    status(await hand.act(id, 'sign'), 200);
    lacks((await hand.read(`/whistles/${id}`)).json.actions, 'contact', 'actions of the handler on an anonymous case');
    status(await hand.act(id, 'reply', { outcome: 'solved', text: '已处理', call: '值班室' }), 200);
    const done = status(await w.visitor().api('POST', `/public/whistles/${r.json.number}/evaluate`, { code: r.json.query_code, solved: true, satisfied: 'yes' }), 200);
    equal(done.json.state, 'closed', 'state');
  },
  async anonymous_needs_no_contact_others_do(t) {
    const m = matter(), v = t.w.visitor();
    problem(await v.api('POST', '/public/whistles', { title: m.title, text: m.text }), 422, 'contact_phone', 'neither anonymous nor a contact');
    status(await v.api('POST', '/public/whistles', { title: m.title, text: m.text, anonymous: true }), 201);
    problem(await v.api('POST', '/public/whistles', { ...m, contact_phone: '1380000' }), 422, 'contact_phone', 'a telephone number of seven digits');
  },
  async progress_page_works_by_its_form(t) {
    const c = await t.w.submit(), v = t.w.visitor();
    const page = status(await v.get('/q'), 200);
    const form = forms(page.text).find(f => f.fields.some(x => x.name === 'code'));
    ok(form, 'the page /q has no form with a field named code');
    const number = form.fields.find(x => x.name !== 'code' && x.type === 'text');
    ok(number, `the form of /q has no field for the number: ${form.fields.map(x => x.name)}`);
    const ask = async (no, code) => {
      const data = urlencode(entries(form, { [number.name]: no, code }));
      let r = form.method === 'post' ? await v.request('POST', form.action || '/q', { form: data }) : await v.get(`${form.action || '/q'}?${data}`);
      if (r.status === 303) r = await v.get(r.headers.location);
      return r;
    };
    within(words(status(await ask(c.number, c.code), 200).text), c.rec.title, 'the page of the progress');
    const wrong = await ask(c.number, 'AAAABBBBCCCCDDDD');
    ok([404, 422].includes(wrong.status), `a wrong code on the page: expected 404 or 422, got ${wrong.status}`);
    without(wrong.text, c.rec.title, 'page after a wrong code');
  }
};
