// Data folders, test servers and the private PostgreSQL cluster.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client } from './http.mjs';
import { fail } from './assert.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const SHARED = path.join(ROOT, '..', 'shared');
export const PASSWORD = 'Qingming-2718-shishi';
const wait = ms => new Promise(r => setTimeout(r, ms));
let made = null; // the folder of this run, made when it is first needed
const place = () => {
  if (!made) { made = fs.mkdtempSync(path.join(os.tmpdir(), 'lianshao-test-')); fs.chmodSync(made, 0o755); }
  return made;
};
const running = new Set();
let cluster = null, serial = 0;
export const options = { bin: path.join(ROOT, 'build', 'lianshao'), keep: false };

export const folder = name => { const d = path.join(place(), name); fs.mkdirSync(d, { recursive: true }); return d; };

// Runs the program once and answers {code, out, err}; kills it when it takes too long.
export function command(args, { input, env = {}, timeout = 120000 } = {}) {
  const r = spawnSync(options.bin, args, {
    input, timeout, encoding: 'utf8', maxBuffer: 1 << 30, cwd: place(),
    env: { ...process.env, LIANSHAO_DEMO_PASSWORD: PASSWORD, ...env }
  });
  if (r.error && r.error.code === 'ENOENT') fail(`${options.bin} is not there: build first`);
  if (r.error) fail(`lianshao ${args.join(' ')}: ${r.error.message}`);
  return { code: r.status, signal: r.signal, out: r.stdout, err: r.stderr };
}
export function mustRun(args, o) {
  const r = command(args, o);
  if (r.code !== 0) fail(`lianshao ${args.join(' ')}: expected exit 0, got ${r.code ?? r.signal}\n${(r.err || r.out).trim().slice(-1500)}`);
  return r;
}

async function freePort() { // below 32768: above lies the range where a client's own socket can hold the port
  for (let n = 0; n < 200; n++) {
    const port = (options.beside ? 25000 : 18000) + Math.floor(Math.random() * 7000);
    const free = await new Promise(r => {
      const s = net.createServer();
      s.once('error', () => r(false));
      s.listen(port, '127.0.0.1', () => s.close(() => r(true)));
    });
    if (free) return port;
  }
  fail('no free port below 32768');
}

// ---- PostgreSQL ------------------------------------------------------------
const tool = (...args) => {
  const r = spawnSync(path.join(ROOT, 'tools', 'pg'), args, { encoding: 'utf8', timeout: 120000 });
  if (r.error) fail(`tools/pg: ${r.error.message}`);
  if (r.status !== 0) fail(`tools/pg ${args.join(' ')}: exit ${r.status}\n${(r.stderr || r.stdout).trim().slice(-1000)}`);
  return r.stdout.trim().split('\n').at(-1).trim();
};
export const pgMissing = () => {
  if (!fs.existsSync(path.join(ROOT, 'tools', 'pg'))) return 'tools/pg is missing';
  return null;
};
function startCluster() {
  if (cluster) return cluster;
  const dir = path.join(place(), 'pg');
  tool('start', dir);
  cluster = { dir };
  return cluster;
}
const newDatabase = name => tool('newdb', startCluster().dir, name);
const otherDatabase = (url, name) => url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`);
function copyDatabase(url, from, name) {
  const psql = ['/usr/bin/psql', ...fs.readdirSync('/usr/lib/postgresql').map(v => `/usr/lib/postgresql/${v}/bin/psql`)].find(p => fs.existsSync(p));
  const r = spawnSync(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', `create database ${name} template ${from}`, otherDatabase(url, 'postgres')], { encoding: 'utf8' });
  if (r.status !== 0) fail(`create database ${name} template ${from}: ${r.stderr.trim()}`);
  return otherDatabase(url, name);
}

// ---- the prepared city -----------------------------------------------------
const templates = new Map();
export function template(engine) {
  if (templates.has(engine)) return templates.get(engine);
  const dir = path.join(place(), `template-${engine}`);
  const t = { engine, dir, db: null };
  if (engine === 'pg') t.db = newDatabase('lianshao_template');
  const db = t.db ? ['--db', t.db] : [];
  mustRun(['init', '--test', '--data', dir, ...db]);
  const start = Date.now();
  t.loading = mustRun(['demo', '--data', dir, ...db]);
  t.ms = Date.now() - start;
  templates.set(engine, t);
  return t;
}

// A server on a copy of the prepared city.
export async function start(engine, { log = null, args = [] } = {}) {
  const from = template(engine), n = ++serial;
  const dir = path.join(place(), `data-${engine}-${n}`);
  fs.cpSync(from.dir, dir, { recursive: true });
  const db = from.db ? copyDatabase(from.db, 'lianshao_template', `lianshao_${process.pid}_${n}`) : null;
  const s = new Server(engine, dir, db, log || path.join(place(), `serve-${engine}-${n}.log`));
  await s.start(args);
  return s;
}

export class Server {
  constructor(engine, dir, db, log) { Object.assign(this, { engine, dir, db, log, dead: null, port: 0, clients: new Map() }); }
  get dbArgs() { return this.db ? ['--db', this.db] : []; }
  get url() { return `http://127.0.0.1:${this.port}`; }

  async start(args = []) {
    this.port = await freePort();
    const out = fs.openSync(this.log, 'a');
    this.dead = null; this.stopping = false;
    const begin = Date.now();
    this.child = spawn(options.bin, ['serve', '--data', this.dir, '--listen', `127.0.0.1:${this.port}`, ...this.dbArgs, ...args], { stdio: ['ignore', out, out], cwd: place(), env: { ...process.env } });
    fs.closeSync(out);
    running.add(this);
    this.ended = new Promise(r => this.child.on('exit', (code, signal) => {
      running.delete(this);
      this.code = code; this.signal = signal;
      if (!this.stopping) this.dead = `exit ${code ?? signal}, log: ${this.tail()}`;
      r();
    }));
    const probe = new Client(this, 'probe');
    for (;;) {
      if (this.dead) fail(`serve ended at once: ${this.dead}`);
      let code = 0;
      try { code = (await probe.request('GET', '/login', { timeout: 2000 })).status; } catch { /* not yet */ }
      if (code === 200) break;
      if (Date.now() - begin > 20000) fail(`GET /login did not answer 200 within 20 s (last: ${code}); log: ${this.tail()}`);
      await wait(25);
    }
    probe.close();
    this.startMs = Date.now() - begin;
    return this;
  }
  tail(n = 1500) { try { return fs.readFileSync(this.log, 'utf8').slice(-n).trim() || '(empty)'; } catch { return '(none)'; } }
  async stop(signal = 'SIGTERM') {
    for (const c of this.clients.values()) c.close();
    this.clients.clear();
    if (!this.child || this.child.exitCode !== null || this.child.signalCode) return;
    this.stopping = true;
    this.child.kill(signal);
    const late = setTimeout(() => { this.late = true; this.child.kill('SIGKILL'); }, 15000);
    await this.ended;
    clearTimeout(late);
  }

  // A signed-in client by account name; one per name.
  async as(name) {
    if (!this.clients.has(name)) {
      const c = new Client(this, name, PASSWORD);
      const r = await c.login();
      if (r.status !== 303) fail(`signing in as ${name}: expected 303, got ${r.status} ${r.text.slice(0, 200)}`);
      this.clients.set(name, c);
    }
    return this.clients.get(name);
  }
  visitor() { const c = new Client(this, 'public'); this.clients.set('public' + this.clients.size + Math.random(), c); return c; }
  async bearer(account) {
    const r = mustRun(['token', '--data', this.dir, '--account', account, ...this.dbArgs]);
    const c = new Client(this, `token of ${account}`);
    c.token = r.out.trim().split('\n').at(-1).trim();
    c.address = undefined;
    this.clients.set('token' + this.clients.size, c);
    return c;
  }
}

export async function cleanUp() {
  for (const s of [...running]) await s.stop('SIGKILL').catch(() => {});
  if (cluster) { try { tool('stop', cluster.dir); } catch (e) { console.log(`# ${e.message}`); } cluster = null; }
  if (made && !options.keep) fs.rmSync(made, { recursive: true, force: true });
  else if (made) console.log(`# kept ${made}`);
}
// Everything that the servers wrote to their logs; for sanitizer reports.
export function logs(engine) {
  return fs.readdirSync(place()).filter(f => f.startsWith(`serve-${engine}-`)).map(f => [f, fs.readFileSync(path.join(place(), f), 'utf8')]);
}
