// The system's Chromium and what is looked at on every page.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { Skip } from './assert.mjs';
import { ROOT, folder } from './server.mjs';

const require = createRequire(path.join(ROOT, 'package.json'));
const CHROME = process.env.CHROME || ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(p => fs.existsSync(p));
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions', '--font-render-hinting=none', '--lang=zh-CN'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
let browser = null, axe = null;
const examined = new Map(); // kinds of elements that axe has seen, by kind of page and width
export const pattern = path => { const [p, q = ''] = path.split('#')[0].split('?'); return p.replace(/\/(\d{5,}|W\d{6}-\d{4}-\d)(?=\/|$)/g, '/:id') + (q ? '?' + q.split('&').map(x => x.split('=')[0]).sort().join('&') : ''); };

export async function launch() {
  if (browser) return browser;
  let chromium;
  try { ({ chromium } = require('playwright-core')); axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'); } catch { throw new Skip('playwright-core or axe-core is not installed'); }
  if (!CHROME) throw new Skip('no Chromium found; install it or set CHROME');
  browser = await chromium.launch({ executablePath: CHROME, args: FLAGS, headless: true });
  return browser;
}
export async function quit() { if (browser) await browser.close(); browser = null; }

export class Tab {
  // {width, js, client: a signed-in client whose session is used}
  static async open(server, { width = 1440, js = true, client = null, locale = 'zh-CN' } = {}) {
    const t = new Tab();
    const b = await launch();
    Object.assign(t, { server, width, js, problems: [], quiet: false, allowed: 0, clicks: 0, typed: 0 });
    t.ctx = await b.newContext({ viewport: { width, height: width <= 480 ? 740 : 900 }, isMobile: width <= 480, hasTouch: width <= 480, deviceScaleFactor: 1, locale, timezoneId: 'Asia/Shanghai', javaScriptEnabled: js, reducedMotion: 'reduce', serviceWorkers: 'block' });
    if (client) await t.ctx.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: server.url })));
    const page = t.page = await t.ctx.newPage();
    page.setDefaultTimeout(20000);
    page.on('console', m => { if (m.type() === 'error' && !t.allowed) t.problem(`console: ${m.text().slice(0, 200)}`); });
    page.on('pageerror', e => t.problem(`script error: ${String(e).slice(0, 200)}`));
    page.on('request', r => { const u = r.url(); if (!u.startsWith(server.url + '/') && !/^(data|blob|about):/.test(u)) t.problem(`request leaves the site: ${u.slice(0, 160)}`); });
    page.on('response', r => { if (r.status() >= 400 && r.status() !== t.allowed) t.problem(`${r.status()} ${r.url().replace(server.url, '')}`); });
    page.on('dialog', d => d.accept());
    return t;
  }
  problem(what) { this.problems.push(`${this.where || ''} at ${this.width}${this.js ? '' : ' without script'}: ${what}`); }
  get path() { return this.page.url().replace(this.server.url, ''); }
  async go(to) { this.where = to; const r = await this.page.goto(this.server.url + to, { waitUntil: 'load' }); return r ? r.status() : 0; }
  async click(locator) { this.clicks++; await locator.click(); await this.page.waitForLoadState('load').catch(() => {}); this.where = this.path; }
  async fill(locator, text) { this.typed++; await locator.fill(text); }
  async close() { await this.ctx.close(); }

  async resize(width) { this.width = width; await this.page.setViewportSize({ width, height: width <= 480 ? 740 : 900 }); await this.page.waitForTimeout(30); }
  // Everything that can be seen of a page without knowing what it is about.
  async look() {
    const q = await this.page.evaluate(narrow => {
      const de = document.documentElement, out = {};
      const seen = e => { const b = e.getBoundingClientRect(), s = getComputedStyle(e); return b.width > 0 && b.height > 0 && s.visibility !== 'hidden'; };
      out.lang = de.lang; out.cls = de.className; out.title = document.title; out.h1 = [...document.querySelectorAll('h1')].filter(seen).length; out.main = document.querySelectorAll('main').length;
      out.over = de.scrollWidth - de.clientWidth;
      if (out.over > 1) { // which element sticks out
        out.who = [...document.querySelectorAll('main *, header *, footer *, nav *')].filter(e => e.getBoundingClientRect().right > de.clientWidth + 1).slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${e.className}`.slice(0, 60)).join(' ');
      }
      out.inline = document.querySelectorAll('[onclick],[onload],[onerror],[onchange],[onsubmit],[style],a[href^="javascript:"],style,script:not([src])').length;
      out.small = narrow ? [...document.querySelectorAll('button,input:not([type=hidden]),select,textarea,nav a,a.btn')].filter(seen).filter(e => ![e, ...(e.labels || [])].some(x => { const b = x.getBoundingClientRect(); return b.height >= 24 && b.width >= 24; })).slice(0, 4).map(e => `${e.tagName.toLowerCase()}#${e.id} ${(e.textContent || '').trim().slice(0, 12)}`) : [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      out.tiny = 0;
      for (let n; (n = walk.nextNode());) if (/[\u4e00-\u9fff]/.test(n.data) && n.parentElement && seen(n.parentElement) && parseFloat(getComputedStyle(n.parentElement).fontSize) < 12) out.tiny++;
      out.kinds = [...new Set([...document.querySelectorAll('*')].map(e => `${e.parentElement ? e.parentElement.tagName + '.' + e.parentElement.className : ''}>${e.tagName}.${e.className}.${e.getAttribute('role') || ''}.${e.getAttribute('type') || ''}`))];
      return out;
    }, this.width <= 480);
    if (!/^(zh|en)/.test(q.lang)) this.problem(`html lang is ${JSON.stringify(q.lang)}`);
    if (!q.title) this.problem('no title');
    if (q.h1 !== 1) this.problem(`${q.h1} visible h1 headings, expected 1`);
    if (q.main !== 1) this.problem(`${q.main} main landmarks, expected 1`);
    if (q.over > 1) this.problem(`scrolls sideways by ${q.over} px (${q.who})`);
    if (q.inline) this.problem(`${q.inline} inline handlers, styles or scripts`);
    if (q.small.length) this.problem(`targets under 24 px: ${q.small.join(', ')}`);
    if (q.tiny) this.problem(`${q.tiny} Chinese texts under 12 px`);
    const key = `${pattern(this.path)} ${this.width} ${q.lang}${/elder/.test(q.cls) ? ' elder' : ''}`, known = examined.get(key) || new Set();
    if (this.js && q.kinds.some(k => !known.has(k))) { // a page of nothing but elements that were looked at is not looked at again
      for (const k of q.kinds) known.add(k);
      examined.set(key, known);
      await this.axe();
    }
    return q;
  }
  async axe() { // through the debugger, so that the page's own policy stays in force
    const dbg = await this.ctx.newCDPSession(this.page);
    try {
      await dbg.send('Runtime.evaluate', { expression: axe + ';0' });
      const run = await dbg.send('Runtime.evaluate', { awaitPromise: true, returnByValue: true, expression: `axe.run(document,{runOnly:{type:'tag',values:${JSON.stringify(TAGS)}}}).then(r=>r.violations.map(v=>v.impact+' '+v.id+' x'+v.nodes.length+': '+v.nodes[0].target.map(String).join(' ')+' '+(v.nodes[0].any[0]||v.nodes[0].all[0]||v.nodes[0].none[0]||{message:''}).message.slice(0,120)))` });
      if (run.exceptionDetails) this.problem(`axe: ${JSON.stringify(run.exceptionDetails).slice(0, 200)}`);
      else for (const v of run.result.value) this.problem(`axe ${v}`);
    } finally { await dbg.detach().catch(() => {}); }
  }
  async picture(name) {
    const file = path.join(process.env.LIANSHAO_TEST_PICTURES || folder('pictures'), `${name}-${this.width}${this.js ? '' : '-nojs'}.png`);
    await this.page.screenshot({ path: file, fullPage: true }).catch(() => {});
    return file;
  }
}
