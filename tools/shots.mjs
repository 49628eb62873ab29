// shots DIR: pictures of the key screens of the demo city, for the handbook and for the eye.
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { spawn, spawnSync } from 'node:child_process'
import { chromium } from 'playwright-core'

const out = process.argv[2] || 'docs/pictures'
const bin = path.resolve(process.env.LIANSHAO_BIN || 'build/lianshao')
const screens = [ // account (null: nobody), page, name
  [null, '/', 'portal'], [null, '/login', 'login'], [null, '/q', 'progress-ask'], ['disp', '/', 'desk-dispatcher'], ['ent1', '/', 'desk-enterprise'],
  ['hand', '/', 'desk-handler'], ['super', '/', 'desk-supervisor'], ['leader', '/', 'desk-leader'],
  ['disp', '/whistles', 'whistles'], ['ent1', '/whistles/new', 'whistle-new'],
  ['disp', 'first:/whistles', 'whistle'], ['super', '/requests', 'requests'], ['disp', 'first:/whistles?state=submitted', 'dispatch', '/dispatch'],
  ['hand', 'first:/whistles?state=handling', 'reply', '/reply'], ['disp', 'first:/whistles?state=closed', 'print', '/print'], ['disp', '/enterprises', 'enterprises']
]
const widths = { 1440: [1440, 900], 360: [360, 740] }
const chrome = process.env.CHROME || ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(p => fs.existsSync(p))

const port = await new Promise(done => { // below the ephemeral range
  const attempt = () => {
    const p = 20000 + Math.floor(Math.random() * 12000)
    const s = net.createServer().once('error', attempt).listen(p, '127.0.0.1', () => s.close(() => done(p)))
  }
  attempt()
})
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'shots-'))
const password = 'shots-' + Math.random().toString(36).slice(2)
const demo = spawnSync(bin, ['demo', '--data', dir], { env: { ...process.env, LIANSHAO_DEMO_PASSWORD: password }, stdio: 'inherit' })
if (demo.status !== 0) process.exit(1)
const base = `http://127.0.0.1:${port}`
const server = spawn(bin, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`], { stdio: 'inherit' })
fs.mkdirSync(out, { recursive: true })
let browser
try {
  for (let i = 0; ; i++) {
    if (await fetch(base + '/login').then(r => r.ok, () => false)) break
    if (i === 100) throw new Error('the server did not answer')
    await new Promise(done => setTimeout(done, 100))
  }
  browser = await chromium.launch({ executablePath: chrome, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--lang=zh-CN', '--font-render-hinting=none'] })
  for (const [size, [width, height]] of Object.entries(widths)) {
    for (const account of new Set(screens.map(s => s[0]))) {
      const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
      const page = await context.newPage()
      if (account) {
        await page.goto(base + '/login')
        await page.fill('[name=username]', account)
        await page.fill('[name=password]', password)
        await Promise.all([page.waitForNavigation(), page.press('[name=password]', 'Enter')])
      }
      for (const [, where, name, then] of screens.filter(s => s[0] === account)) {
        let urls = [where]
        if (where.startsWith('first:')) { // the first row of that list whose page this account may open
          const list = where.slice(6)
          await page.goto(base + list)
          urls = await page.locator('main a[href]').evaluateAll((as, path) => as.map(a => a.getAttribute('href'))
            .filter(h => new RegExp(`^${path}/\\d+$`).test(h)), list.split('?')[0])
          urls = urls.map(u => u + (then || ''))
        }
        let answer = null, url = ''
        for (url of urls) {
          answer = await page.goto(base + url)
          if (answer.status() === 200) break
        }
        if (answer?.status() !== 200) continue
        // the whole page as one screen: bars that stick to its edge then stand where a reader meets them
        await page.setViewportSize({ width, height: Math.max(height, await page.evaluate('document.documentElement.scrollHeight')) })
        await page.screenshot({ path: path.join(out, `${name}-${size}.png`) })
        await page.setViewportSize({ width, height })
        console.log(`${answer.status()} ${name}-${size}.png ${account || ''} ${url}`)
      }
      await context.close()
    }
  }
} finally {
  await browser?.close()
  server.kill('SIGTERM')
  await new Promise(done => server.exitCode === null ? server.once('exit', done) : done())
  fs.rmSync(dir, { recursive: true, force: true })
}
