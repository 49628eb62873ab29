// In a real browser: the four journeys of stage 1 at two widths, with and without script, and a look at every page that
// each role can reach. Pictures of failures go to LIANSHAO_TEST_PICTURES.
import { equal, fail, match, ok } from './lib/assert.mjs';
import { Tab, launch, pattern, quit } from './lib/browser.mjs';
import { links } from './lib/html.mjs';
import { PASSWORD } from './lib/server.mjs';
import { localText, minutesOf } from './lib/calendar.mjs';

export const engines = 'first';
export const limit = 600000;
const WIDTHS = [1440, 360];

// ---- journeys -----------------------------------------------------------------
const main = tab => tab.page.locator('main');
async function signIn(tab, name) {
  await tab.go('/login');
  await tab.page.locator('input[name=username]').fill(name);
  await tab.page.locator('input[name=password]').fill(PASSWORD);
  await tab.page.locator('form:has(input[name=password]) button').first().click();
  await tab.page.waitForLoadState('load');
  ok(!/\/login/.test(tab.path), `signing in as ${name} stays on ${tab.path}`);
}
// The first visible element of a list of locators.
async function visible(...list) {
  for (const l of list) for (let i = 0, n = await l.count(); i < Math.min(n, 8); i++) if (await l.nth(i).isVisible()) return l.nth(i);
  return null;
}
const need = async (what, tab, ...list) => {
  for (let n = 0; n < 10; n++) { const l = await visible(...list); if (l) return l; await tab.page.waitForTimeout(100); }
  const picture = await tab.picture(`missing-${what.replace(/[^\w\u4e00-\u9fff]+/g, '_')}`);
  return fail(`${tab.path} at ${tab.width}${tab.js ? '' : ' without script'}: ${what} is not to be seen (picture ${picture}); buttons and links there: ${(await tab.page.locator('main button, main a').allInnerTexts()).map(s => s.trim()).filter(Boolean).slice(0, 40).join(' | ')}`);
};
const link = (tab, re) => [main(tab).getByRole('link', { name: re }), tab.page.getByRole('link', { name: re })];
const button = (tab, re) => [main(tab).getByRole('button', { name: re })];
const either = (tab, re) => [...button(tab, re), ...link(tab, re), main(tab).locator('summary', { hasText: re })];
async function openCase(tab, c) { // from the desk when it stands there, else by its address (not counted)
  await tab.go('/');
  const l = await visible(main(tab).locator(`a[href*="${c.id}"]`), main(tab).locator(`a[href*="${c.number}"]`));
  if (l) await tab.click(l); else { tab.notOnDesk = true; tab.clicks++; await tab.go(`/whistles/${c.id}`); }
  await tab.look();
}
// Types into the required fields of a form that are still empty.
async function fillEmpty(tab, form, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const f = form.locator(`[name="${name}"]:not([type=hidden]):not([type=radio]):not([type=checkbox])`).first();
    if (await f.count() && await f.isVisible()) {
      if ((await f.evaluate(e => e.tagName)) === 'SELECT') { if (!(await f.inputValue())) { tab.clicks++; await f.selectOption({ index: 1 }); } } else if (!(await f.inputValue()) && (await f.getAttribute('required')) !== null) await tab.fill(f, text);
    }
  }
}
const formOf = (tab, name) => tab.page.locator(`main form:has([name="${name}"])`).first();
async function choose(tab, form, name, value) { // a radio, by its label, unless it is chosen already
  const r = form.locator(`input[name="${name}"][value="${value}"]`).first();
  ok(await r.count(), `${tab.path}: no choice ${value} of ${name}`);
  if (await r.isChecked()) return;
  tab.clicks++;
  const id = await r.getAttribute('id');
  const label = id ? form.locator(`label[for="${id}"]`).first() : null;
  if (label && await label.count()) await label.click(); else await r.check();
}
const seeText = async (tab, re, what) => match(await main(tab).innerText(), re, `${tab.path} at ${tab.width}: ${what}`);

const JOURNEYS = {
  async J1(tab) { // blows a whistle
    await signIn(tab, 'ent1');
    await tab.look();
    tab.clicks = tab.typed = 0;
    await tab.click(await need('我要吹哨', tab, ...link(tab, /我要吹哨/), tab.page.getByRole('link', { name: /^吹哨$/ })));
    await tab.look();
    const form = formOf(tab, 'text'), words = `${Math.random().toString(36).slice(2)} 厂区北门道路破损，货车进出困难，请协调修补。从上周起每天堵两小时。`;
    await tab.fill(form.locator('[name=text]'), words);
    await fillEmpty(tab, form, { title: words.slice(0, 20), contact_name: '陈联系', contact_phone: '13800001234' });
    await tab.click(await need('发出', tab, form.getByRole('button', { name: /发出/ })));
    await tab.look();
    await seeText(tab, /W\d{6}-\d{4}-\d/, 'the number');
    await seeText(tab, /查询码/, 'the code');
    await seeText(tab, /\d+月\d+日[^。]{0,12}\d\d:\d\d\s*前联系您/, 'by when somebody calls');
    ok(tab.clicks <= 4, `J1: ${tab.clicks} clicks, limit 4`);
    ok(tab.typed <= 2, `J1: ${tab.typed} fields typed, limit 2`);
  },
  async J2(tab, w) { // dispatches it with the suggestion
    const c = await w.submit({ class: w.plain });
    await signIn(tab, 'disp');
    await tab.look();
    tab.clicks = tab.typed = 0;
    await openCase(tab, c);
    if (!(await visible(formOf(tab, 'lead')))) await tab.click(await need('派单', tab, ...either(tab, /派单/)));
    await tab.look();
    const form = formOf(tab, 'lead');
    const chosen = await form.locator('input[name=lead]:checked').count() || (await form.locator('select[name=lead]').count() && await form.locator('select[name=lead]').inputValue());
    ok(chosen, `${tab.path}: the duty department of the class must be chosen already`);
    await seeText(tab, /职责/, 'why this department');
    await seeText(tab, /在办|未办完|手里/, 'its open load');
    await seeText(tab, /签收/, 'the clocks that start');
    await seeText(tab, /首次联系/, 'the clocks that start');
    await tab.click(await need('派单并启动时钟', tab, form.getByRole('button', { name: /派单/ })));
    await tab.look();
    equal((await c.read()).state, 'dispatched', 'state after J2');
    ok(tab.clicks <= 3, `J2: ${tab.clicks} clicks, limit 3`);
    ok(tab.typed === 0, `J2: ${tab.typed} fields typed, limit 0`);
  },
  async J3(tab, w) { // signs, records contact, answers
    const c = await w.make('dispatched', { class: w.plain });
    await signIn(tab, 'hand');
    await tab.look();
    tab.clicks = tab.typed = 0;
    await openCase(tab, c);
    await seeText(tab, /剩/, 'the remaining time');
    await tab.click(await need('签收', tab, ...button(tab, /签收/), ...link(tab, /^签收/)));
    if (await visible(...button(tab, /^(确认)?签收/)) && (await c.read()).state === 'dispatched') await tab.click(await visible(...button(tab, /签收/)));
    equal((await c.read()).state, 'handling', 'state after signing');
    await tab.look();
    if (!(await visible(formOf(tab, 'whom')))) await tab.click(await need('记联系', tab, ...either(tab, /(记|登记)(首次)?联系/)));
    await tab.look();
    let form = formOf(tab, 'whom');
    const how = form.locator('input[type=radio][name=how]');
    if (await how.count() && !(await form.locator('input[name=how]:checked').count())) { tab.clicks++; await form.locator('label', { hasText: /电话/ }).first().click(); }
    await fillEmpty(tab, form, { how: '电话', whom: '陈联系', at: localText(minutesOf(await c.lastAt())) });
    await tab.click(await need('the button of the contact form', tab, form.getByRole('button')));
    ok((await c.events()).some(e => e.action === 'contact'), `${tab.path}: the contact was not recorded`);
    await tab.go(`/whistles/${c.id}`);
    await tab.look();
    if (!(await visible(formOf(tab, 'outcome')))) await tab.click(await need('提交答复', tab, ...either(tab, /答复/)));
    await tab.look();
    form = formOf(tab, 'outcome');
    await choose(tab, form, 'outcome', 'solved');
    await fillEmpty(tab, form, { text: '路面已修补，昨天下午恢复通行，两侧已设限重标志。', call: '值班室 0935-0000118' });
    await tab.click(await need('提交答复', tab, form.getByRole('button', { name: /提交答复/ })));
    await tab.look();
    equal((await c.read()).state, 'replied', 'state after J3');
    ok(tab.clicks <= 8, `J3: ${tab.clicks} clicks, limit 8`);
    ok(tab.typed <= 3, `J3: ${tab.typed} fields typed, limit 3`);
  },
  async J4(tab, w) { // evaluates from /q, first 未解决, then 已解决
    const c = await w.make('replied', { class: w.plain });
    const reply = (await c.body('reply')).text;
    const evaluate = async solved => {
      tab.clicks = tab.typed = 0;
      await tab.go('/q');
      await tab.look();
      const ask = formOf(tab, 'code');
      await tab.fill(ask.locator('input[type=text]:not([name=code])').first(), c.number);
      await tab.fill(ask.locator('[name=code]'), c.code);
      await tab.click(await need('查进度', tab, ask.getByRole('button', { name: /查/ })));
      await tab.look();
      await seeText(tab, new RegExp(solved ? '值班室' : reply.slice(0, 10)), 'the answer');
      if (!(await visible(formOf(tab, 'solved')))) await tab.click(await need('评价', tab, ...either(tab, /评价/)));
      await tab.look();
      const form = formOf(tab, 'solved');
      await seeText(tab, /未解决/, 'the choice 未解决');
      await seeText(tab, /重办/, 'what 未解决 leads to');
      const value = async (name, yes) => { const all = await form.locator(`input[name="${name}"]`).evaluateAll(es => es.map(e => e.value)); return all.find(v => (yes ? ['true', '1', 'yes'] : ['false', '0', 'no']).includes(v)) ?? all[0]; };
      await choose(tab, form, 'solved', await value('solved', solved));
      await choose(tab, form, 'satisfied', solved ? 'yes' : 'no');
      await tab.click(await need('提交评价', tab, form.getByRole('button', { name: /提交评价|提交/ })));
      await tab.look();
      ok(tab.clicks <= 5, `J4 from /q: ${tab.clicks} clicks, limit 5`);
      ok(tab.typed <= 2, `J4 from /q: ${tab.typed} fields typed, limit 2`);
    };
    await evaluate(false);
    equal((await c.read()).state, 'handling', 'state after 未解决');
    await seeText(tab, /\d+月\d+日/, 'the promised date of the rework');
    await c.do('hand', 'reply', { outcome: 'solved', text: '重办：已修好，请值班室确认。', call: '值班室' }, 'replied');
    await evaluate(true);
    equal((await c.read()).state, 'closed', 'state after J4');
  }
};

async function journey(t, name) {
  await launch();
  const all = [];
  for (const js of [true, false]) for (const width of WIDTHS) {
    const tab = await Tab.open(t.server, { width, js });
    try { await JOURNEYS[name](tab, t.w); } catch (e) { all.push(`${name} at ${width}${js ? '' : ' without script'}: ${e.message.split('\n').slice(0, 3).join(' / ')} (picture ${await tab.picture(`${name}-failed`)})`); }
    all.push(...tab.problems);
    await tab.close();
  }
  report(all);
}
const report = all => { const u = [...new Set(all)]; if (u.length) fail(`${u.length} findings:\n${u.slice(0, 60).join('\n')}${u.length > 60 ? `\n… ${u.length - 60} more` : ''}`); };

// ---- every page ------------------------------------------------------------------
const SWITCH = /长辈版|标准版|普通版|English|中文|退出|logout/i;

const withoutScript = new Map(); // kinds of pages that were looked at without script, by any role
// The pages nearest to the desk; all that are met in the long run.
async function crawl(t, name, { limit = process.env.LIANSHAO_ALL ? 60 : 16, seeds = [], max = 2 } = {}) {
  await launch();
  const client = name ? await t.w.as(name) : t.w.visitor();
  const queue = ['/', ...seeds], met = new Set(queue), count = new Map(), files = new Set(), all = [];
  const tab = await Tab.open(t.server, { width: 1440, client: name ? client : null });
  const plain = await Tab.open(t.server, { width: 360, js: false, client: name ? client : null });
  let pages = 0, path;
  const follow = async () => {
    for (const l of links(await tab.page.content())) {
      if (SWITCH.test(l.text) || SWITCH.test(l.href)) continue;
      let u;
      try { u = new URL(l.href, t.server.url + path); } catch { all.push(`${path} as ${name}: the link ${l.href} is no address`); continue; }
      if (u.protocol !== 'http:' && u.protocol !== 'https:') continue;
      if (u.origin !== t.server.url) { all.push(`${path} as ${name}: a link leaves the site: ${l.href}`); continue; }
      if (l.href === '#') all.push(`${path} as ${name}: a dead link "#" (${l.text.trim().slice(0, 20)})`);
      const to = u.pathname + u.search;
      if (/\.(csv|json|ics|pdf|xlsx|txt|svg|png)$/.test(u.pathname) || l.attrs.download !== undefined) { if (files.size < 12) files.add(to); continue; }
      if (!met.has(to)) { met.add(to); queue.push(to); }
    }
  };
  while (queue.length && pages < limit) {
    path = queue.shift();
    const k = pattern(path);
    if ((count.get(k) || 0) >= (k.includes('?') ? 1 : max)) continue;
    count.set(k, (count.get(k) || 0) + 1);
    pages++;
    let status;
    try { status = await tab.go(path); } catch (e) { all.push(`${path} as ${name}: ${e.message.split('\n')[0]}`); continue; }
    if (status !== 200) { all.push(`${path} as ${name}: status ${status}`); continue; }
    if (name && /\/login/.test(tab.path)) { all.push(`${path} as ${name}: went to ${tab.path}`); continue; }
    await tab.resize(1440); await tab.look();
    await tab.resize(360); await tab.look();
    await tab.resize(1440);
    if ((withoutScript.get(k) || 0) >= 2) { await follow(); continue; }
    withoutScript.set(k, (withoutScript.get(k) || 0) + 1);
    const s2 = await plain.go(path).catch(e => e.message.split('\n')[0]);
    if (s2 !== 200) all.push(`${path} as ${name} without script: ${s2}`); else { await plain.resize(360); await plain.look(); await plain.resize(1440); await plain.look(); }
    await follow();
  }
  for (const f of files) { const r = await client.get(f); if (r.status !== 200) all.push(`${f} as ${name}: status ${r.status}`); }
  all.push(...tab.problems.map(p => `[${name || 'public'}] ${p}`), ...plain.problems.map(p => `[${name || 'public'}] ${p}`));
  await tab.close(); await plain.close();
  t.log(`${name || 'public'}: ${pages} pages, ${files.size} files, ${met.size} addresses met`);
  ok(pages >= (name ? 3 : 2), `only ${pages} pages were reached as ${name || 'public'}`);
  return all;
}

export const tests = {};
for (const j of Object.keys(JOURNEYS)) tests[`journey_${j}`] = async t => journey(t, j);
const SEEDS = { disp: ['/whistles', '/requests', '/notices', '/me'], hand: ['/whistles', '/requests', '/notices', '/me'], head: ['/whistles', '/requests', '/dept', '/notices'], super: ['/whistles', '/requests', '/notices'], leader: ['/whistles', '/requests', '/notices'], call: ['/calls'], audit: ['/whistles'], ent1: ['/whistles', '/whistles/new', '/notices', '/me'] };
for (const name of ['ent1', 'ent2', 'disp', 'hand', 'hand2', 'head', 'super', 'leader', 'call', 'audit', 'sysadm', 'entx']) tests[`every_page_of_${name}`] = async t => report(await crawl(t, name, { seeds: SEEDS[name] || [] }));
tests.every_page_without_an_account = async t => {
  report(await crawl(t, null, { seeds: ['/login', '/q', '/whistles/new'], max: 3 }));
};
// One case in each state, seen by those who act on it.
tests.case_pages_in_every_state = async t => {
  await launch();
  const all = [];
  for (const state of ['draft', 'submitted', 'dispatched', 'objected', 'handling', 'replied', 'closed', 'not_accepted', 'withdrawn']) {
    const c = await t.w.make(state, { class: t.w.plain });
    if (state === 'handling') { await c.ask2('hand', 'extend', await c.body('extend')); await c.do('super', 'urge', { text: '请回应' }); await c.do('super', 'escalate', { level: 1, reason: '没有进展' }); }
    for (const who of ['ent1', 'disp', 'hand', 'head', 'super']) {
      const client = await t.w.as(who);
      if ((await client.get(`/whistles/${c.id}`)).status !== 200) continue;
      const tab = await Tab.open(t.server, { width: 1440, client });
      await tab.go(`/whistles/${c.id}`);
      for (const w of [1440, 360]) { await tab.resize(w); await tab.look(); }
      await tab.resize(320);
      const over = await tab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) tab.problem(`scrolls sideways by ${over} px`);
      all.push(...tab.problems.map(p => `[${state}, ${who}] ${p}`));
      await tab.close();
    }
  }
  report(all);
};
// How long a time is in words depends on the hour: the pages that promise one fit a telephone at each of them.
tests.what_is_promised_fits_at_every_hour = async t => {
  await launch();
  const all = [], w = await t.alone();
  await w.startClock(11, 50);
  const monday = Math.floor(w.at / 1440) * 1440;
  for (const [day, hour, minute] of [[0, 11, 50], [0, 17, 50], [1, 3, 0], [4, 17, 55], [5, 12, 0]]) {
    await w.clockTo(monday + day * 1440 + hour * 60 + minute);
    for (const lang of ['zh', 'en']) {
      const tab = await Tab.open(w.server, { width: 360, client: await w.as('ent1') });
      await tab.go(`/whistles/new`);
      if (lang === 'en') await tab.click(await visible(tab.page.getByRole('link', { name: /English/ }), tab.page.getByRole('button', { name: /English/ })));
      const form = formOf(tab, 'text'), words = `${hour}:${minute} ${lang} 厂区北门道路破损，货车进出困难，请协调修补。`;
      await tab.fill(form.locator('[name=text]'), words);
      await fillEmpty(tab, form, { title: words.slice(0, 20), contact_name: '陈联系', contact_phone: '13800001234' });
      await tab.click(form.getByRole('button', { name: /发出|Send|Blow|Submit/ }));
      match(await tab.page.locator('main').innerText(), /W\d{6}-\d{4}-\d/, 'the number');
      for (const to of [null, '/', await tab.page.locator('main a.btn-primary').first().getAttribute('href')]) {
        if (to) await tab.go(to);
        for (const width of [1440, 360, 320]) { await tab.resize(width); await tab.look(); }
      }
      if (lang === 'en') await tab.click(await visible(tab.page.getByRole('link', { name: /中文/ }), tab.page.getByRole('button', { name: /中文/ })));
      all.push(...tab.problems.map(p => `[day ${day}, ${hour}:${minute}] ${p}`));
      await tab.close();
    }
  }
  report(all);
};
// 长辈版 and English by the switch in the head of the page.
for (const [name, re] of [['elder', /长辈版/], ['english', /English/]]) {
  tests[`switch_to_${name}`] = async t => {
    await launch();
    const all = [];
    for (const who of [null, 'ent1']) {
      const tab = await Tab.open(t.server, { width: 1440, client: who ? await t.w.as(who) : null });
      await tab.go('/');
      const s = await visible(tab.page.getByRole('link', { name: re }), tab.page.getByRole('button', { name: re }));
      if (!s) { all.push(`/ as ${who || 'public'}: no switch ${re}`); await tab.close(); continue; }
      await tab.click(s);
      for (const path of ['/', '/whistles/new', ...(who ? ['/whistles'] : ['/q', '/login'])]) {
        const status = await tab.go(path);
        if (status !== 200) { all.push(`${path} as ${who || 'public'}: status ${status}`); continue; }
        for (const w of [1440, 360]) { await tab.resize(w); await tab.look(); }
        const root = await tab.page.evaluate(() => ({ lang: document.documentElement.lang, cls: document.documentElement.className, size: parseFloat(getComputedStyle(document.body).fontSize), text: document.querySelector('main').innerText }));
        if (name === 'elder' && !(root.size >= 18)) all.push(`${path}: elder text is ${root.size} px, expected 20`);
        if (name === 'english' && !/^en/.test(root.lang)) all.push(`${path}: html lang is ${root.lang} after the switch to English`);
      }
      all.push(...tab.problems);
      await tab.close();
    }
    report(all);
  };
}
// 30 minutes without a press end an office's session: a warning 5 minutes before, one press to stay.
tests.the_end_of_the_session_is_announced = async t => {
  await launch();
  const tab = await Tab.open(t.server, { width: 360, client: await t.w.as('disp') });
  try {
    await tab.page.clock.install();
    await tab.go('/whistles');
    const note = tab.page.locator('.session-note');
    await tab.page.clock.fastForward('24:00');
    equal(await note.count(), 0, 'warnings after 24 minutes');
    await tab.page.clock.fastForward('01:10');
    ok(/5 分钟后/.test(await note.innerText()), `the warning after 25 minutes: ${await note.innerText()}`);
    await tab.look();
    await note.getByRole('button', { name: '继续办理' }).click();
    await note.waitFor({ state: 'detached' });
    await tab.page.clock.fastForward('24:00');
    equal(await note.count(), 0, 'warnings 24 minutes after it was pressed');
    for (const time of ['01:10', '05:10']) await tab.page.clock.fastForward(time);
    ok(/已自动退出/.test(await note.innerText()), `what is said at the end: ${await note.innerText()}`);
    report(tab.problems);
  } finally { await tab.close(); }
};
tests.J1_by_keyboard_alone = async t => {
  await launch();
  const tab = await Tab.open(t.server, { width: 1440 });
  try {
    await signIn(tab, 'ent1');
    const reach = async (what, test) => {
      for (let i = 0; i < 80; i++) {
        await tab.page.keyboard.press('Tab');
        const at = await tab.page.evaluate(() => { const e = document.activeElement, s = getComputedStyle(e); return { tag: e.tagName, name: e.name || '', text: (e.innerText || '').trim(), mark: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none' }; });
        if (test(at)) { ok(at.mark, `${what}: the focus cannot be seen`); return; }
      }
      fail(`${what} is not reached by 80 presses of Tab on ${tab.path}`);
    };
    await reach('我要吹哨', a => a.tag === 'A' && /我要吹哨/.test(a.text));
    await tab.page.keyboard.press('Enter');
    await tab.page.waitForURL(/whistles\/new/);
    await reach('the field text', a => a.name === 'text');
    await tab.page.keyboard.type(`只用键盘 ${Math.random()} 供水压力不足，从昨天起影响生产，请协调。`);
    await reach('发出', a => a.tag === 'BUTTON' && /发出/.test(a.text));
    await Promise.all([tab.page.waitForNavigation(), tab.page.keyboard.press('Enter')]);
    match(await tab.page.locator('main').innerText(), /W\d{6}-\d{4}-\d/, 'the number');
    report(tab.problems);
  } finally { await tab.close(); }
};
tests.every_page_prints_without_menus = async t => {
  await launch();
  const c = await t.w.make('handling');
  const tab = await Tab.open(t.server, { width: 1440, client: await t.w.as('hand') });
  await tab.go(`/whistles/${c.id}`);
  await tab.page.emulateMedia({ media: 'print' });
  const seen = await tab.page.evaluate(() => [...document.querySelectorAll('nav, .tab-bar, header form')].filter(e => getComputedStyle(e).display !== 'none' && e.getBoundingClientRect().height > 0).map(e => e.className || e.tagName));
  await tab.close();
  ok(!seen.length, `printed though they are menus: ${seen.join(', ')}`);
  await quit();
};
