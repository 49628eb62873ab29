#!/usr/bin/env node
// ./dev bench [NAME] [--json]: speed, memory, size and start of the program, each figure beside its bar (DESIGN, Speed).
//   NAME            only sections whose name begins so: start size pages mixed create pg
//   --json          one JSON object a line instead of the table
//   --runs N        runs of each measurement, 5 by default; the value is the middle one, the best stands beside it
//   --whistles N    10000 by default
//   --reuse         the database that the last run left in build/bench, if it was made by the same program
//   --variants      pages: one line for each filter, too
// Processor time is the server's utime + stime from /proc over a run, divided by its requests: all of its threads, no client.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import http from 'node:http';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const BUILD = path.join(ROOT, 'build'), WORK = path.join(BUILD, 'bench');
const BIN = path.join(BUILD, 'lianshao'), tool = name => path.join(BUILD, `bench-${name}`);
const opt = { runs: 5, whistles: 10000, enterprises: 20000, json: false, reuse: false, variants: false, only: '' };
for (const args = process.argv.slice(2); args.length;) {
  const a = args.shift();
  if (a === '--json' || a === '--reuse' || a === '--variants') opt[a.slice(2)] = true;
  else if (a === '--runs' || a === '--whistles' || a === '--enterprises') opt[a.slice(2)] = Number(args.shift());
  else if (a.startsWith('-')) { console.error(`bench: no option ${a}`); process.exit(2); }
  else opt.only = a;
}
const wait = ms => new Promise(r => setTimeout(r, ms));
const say = text => process.stderr.write(`${text}\n`);
const middle = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const least = list => Math.min(...list);
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() || null;

// ---- figures ------------------------------------------------------------------------------------------------------
// bar and aim: "must" and "aim" of DESIGN; best: 'low' or 'high'; ratio: to the floor (bare handler, raw storage).
const figures = [];
function figure(name, values, unit, { bar = null, aim = null, best = 'low', ratio = null, floor = null, note = '' } = {}) {
  const all = Array.isArray(values) ? values : [values], value = middle(all);
  const met = bar === null ? null : best === 'low' ? value <= bar : value >= bar;
  const f = { name, value, unit, bar, aim, best: best === 'low' ? least(all) : Math.max(...all), runs: all.length, floor, ratio, met, note, commit };
  figures.push(f);
  if (opt.json) console.log(JSON.stringify(f));
  else say(`  ${line(f)}`);
  return value;
}
const num = v => v === null ? '-' : Math.abs(v) >= 1000 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1) : v.toFixed(3);
const line = f => [f.name.padEnd(40), num(f.value).padStart(9), f.unit.padEnd(9), `best ${num(f.best)}`.padEnd(14), `bar ${num(f.bar)}`.padEnd(12), `aim ${num(f.aim)}`.padEnd(12),
  (f.ratio === null ? '' : `ratio ${f.ratio.toFixed(2)} of ${num(f.floor)}`).padEnd(22), f.met === null ? '' : f.met ? 'met' : 'MISSED', f.note].join(' ').trimEnd();

// ---- programs -----------------------------------------------------------------------------------------------------
const running = new Set();
function run(cmd, args, o = {}) {
  const r = spawnSync(cmd, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...o });
  if (r.error) throw r.error;
  if (r.status !== 0) throw new Error(`${path.basename(cmd)} ${args.join(' ')}: exit ${r.status ?? r.signal}\n${(r.stderr || r.stdout).trim().slice(-1500)}`);
  return r.stdout;
}
const finished = (cmd, args) => new Promise((resolve, reject) => {
  const c = spawn(cmd, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', err = '';
  running.add(c);
  c.stdout.on('data', d => { out += d; });
  c.stderr.on('data', d => { err += d; });
  c.on('error', reject);
  c.on('exit', code => { running.delete(c); if (code === 0) resolve(out); else reject(new Error(`${path.basename(cmd)} ${args.join(' ')}: exit ${code}\n${err.slice(-1000)}`)); });
});
const lines = (name, list) => { const f = path.join(WORK, name); fs.writeFileSync(f, list.join('\n') + '\n'); return f; };
const load = async (port, o) => JSON.parse(await finished(tool('load'), ['--port', String(port), ...Object.entries(o).flatMap(([k, v]) => v === true ? [`--${k}`] : v === false || v === null ? [] : [`--${k}`, String(v)])]));
const cpuMs = pid => { // user and system time of all threads; ticks of 10 ms
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1'), f = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const pss = pid => Number(/^Pss:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))[1]) / 1024;

const get = (port, target, headers = {}) => new Promise((resolve, reject) => {
  const req = http.request({ host: '127.0.0.1', port, path: target, headers, agent: false, timeout: 20000 }, res => {
    const parts = [];
    res.on('data', d => parts.push(d));
    res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, raw: Buffer.concat(parts) }));
  });
  req.on('error', reject);
  req.on('timeout', () => req.destroy(new Error(`${target}: no answer`)));
  req.end();
});
const freePort = () => new Promise(r => { const s = net.createServer(); s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => r(port)); }); });

class Server {
  constructor(dir, db = null) { Object.assign(this, { dir, db }); }
  async start() {
    this.port = await freePort();
    const log = fs.openSync(path.join(WORK, 'serve.log'), 'a');
    const began = process.hrtime.bigint();
    this.child = spawn(BIN, ['serve', '--data', this.dir, '--listen', `127.0.0.1:${this.port}`, ...(this.db ? ['--db', this.db] : [])], { stdio: ['ignore', log, log] });
    running.add(this.child);
    fs.closeSync(log);
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`serve ended: ${fs.readFileSync(path.join(WORK, 'serve.log'), 'utf8').slice(-1000)}`);
      try { if ((await get(this.port, '/login')).status === 200) break; } catch { await wait(1); }
      if (process.hrtime.bigint() - began > 30_000_000_000n) throw new Error('no /login within 30 s');
    }
    this.startMs = Number(process.hrtime.bigint() - began) / 1e6;
    this.pid = this.child.pid;
    return this;
  }
  async stop() {
    const ended = new Promise(r => this.child.once('exit', r));
    if (this.child.exitCode === null) { this.child.kill('SIGTERM'); await ended; }
    running.delete(this.child);
  }
  async metric(name) { return Number(new RegExp(`^lianshao_${name} (\\d+)`, 'm').exec((await get(this.port, '/metrics')).raw.toString())[1]); }
}
process.on('exit', () => { for (const c of running) c.kill('SIGKILL'); });

// ---- the desk that is measured ------------------------------------------------------------------------------------
const base = path.join(WORK, 'base');
let desk;
function prepare(dir, db = null) {
  const more = db ? ['--db', db] : [];
  run(BIN, ['demo', '--data', dir, ...more]);
  say(`  ${run(tool('fill'), [dir, String(opt.whistles), String(opt.enterprises), ...(db ? [db] : [])]).trim()}`);
  return JSON.parse(fs.readFileSync(path.join(dir, 'bench.json'), 'utf8'));
}
function open() {
  if (desk) return;
  const made = path.join(WORK, 'made'), by = `${fs.statSync(BIN).mtimeMs} ${fs.statSync(tool('fill')).mtimeMs} ${opt.whistles} ${opt.enterprises}`;
  if (!(opt.reuse && fs.existsSync(made) && fs.readFileSync(made, 'utf8') === by)) {
    say(`a desk of ${opt.whistles} whistles and ${opt.enterprises} enterprises`);
    fs.rmSync(WORK, { recursive: true, force: true });
    fs.mkdirSync(WORK, { recursive: true });
    prepare(base);
    fs.writeFileSync(made, by);
  }
  desk = JSON.parse(fs.readFileSync(path.join(base, 'bench.json'), 'utf8'));
}
function copy(name) {
  const dir = path.join(WORK, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.cpSync(base, dir, { recursive: true });
  spawnSync('sync', ['-f', dir]);
  return dir;
}
const logins = (role, d = desk) => d.logins.filter(l => l.role === role);
const cookie = l => `Cookie: lianshao=${l.cookie}`, bearer = l => `Authorization: Bearer ${l.token}`;
const pair = h => { const i = h.indexOf(':'); return { [h.slice(0, i)]: h.slice(i + 2) }; };

// ---- pages --------------------------------------------------------------------------------------------------------
// A filter as the page takes it, as the API takes it, and as the bare handler's SQL says it.
const variants = () => [
  { page: '', api: '', sql: '', sort: 'next_due' },
  { page: 'state=handling', api: 'state=handling', sql: "r.state = 'handling'", sort: 'next_due' },
  { page: 'state=closed', api: 'state=closed', sql: "r.state = 'closed'", sort: '-id' },
  { page: 'channel=web', api: 'channel=web', sql: "r.channel = 'web'", sort: 'next_due' },
  { page: 'sort=-submitted_at', api: '', sql: '', sort: '-number' },
  { page: 'light=warn', api: '', sql: `r.next_warn <= ${Date.now()}`, sort: 'next_due' },
  { page: 'class=utility', api: 'class=utility', sql: `r.class IN (${desk.classes.map(c => c[0]).filter(c => c.startsWith('utility')).map(c => `'${c}'`)})`, sort: 'next_due' },
  { page: `state=open`, api: 'state=submitted,dispatched,handling,replied', sql: "r.state IN ('submitted', 'dispatched', 'objected', 'handling', 'replied')", sort: 'next_due' }
];
// The best that SQLite can do for these rows: who sees only a department's cases reads the keys of the page from the scope.
function sqlOf(v, login, columns, scoped, sort) {
  const key = sort.replace('-', ''), way = sort[0] === '-' ? 'DESC' : 'ASC', drafts = v.sql.includes('r.state') ? '' : " AND r.state <> 'draft'";
  const order = (of, id) => (key === 'id' ? `ORDER BY ${of}.${id} ${way}` : `ORDER BY ${of}.${key} ${way}, ${of}.${id} ${way}`);
  const where = v.sql ? ` AND ${v.sql}` : '';
  if (!scoped) return `SELECT ${columns} FROM whistle r WHERE r.site = 1${drafts}${where} ${order('r', 'id')} LIMIT 51`;
  const work = `work w WHERE w.site = 1 AND w.party IN (${login.department}, ${login.id}) AND w.record = 'whistle'`;
  if (key === 'next_due' && !/r\.(?!state|next_due)/.test(v.sql)) // by the scope's own order, which is that of the page
    return `SELECT ${columns} FROM (SELECT DISTINCT w.next_due, w.case_id FROM ${work}${(drafts + where).replaceAll('r.', 'w.')} ${order('w', 'case_id')} LIMIT 51) k CROSS JOIN whistle r WHERE r.site = 1 AND r.id = k.case_id`;
  return `SELECT ${columns} FROM (SELECT r.id FROM (SELECT DISTINCT +w.case_id AS case_id FROM ${work}) k CROSS JOIN whistle r WHERE r.site = 1 AND r.id = k.case_id${drafts}${where} ${order('r', 'id')} LIMIT 51) k CROSS JOIN whistle r WHERE r.site = 1 AND r.id = k.id`;
}

// Requests that give 50 rows each, with a row of each page whose title the loader changes before it asks.
async function requests(server, role, how) {
  const list = [], json = how === 'json', used = new Set();
  for (const v of variants()) for (const l of logins(role)) {
    const target = json ? `/api/v1/whistles?limit=50&sort=next_due${v.api ? `&${v.api}` : ''}` : `/whistles?limit=50${v.page ? `&${v.page}` : ''}`;
    const header = json ? bearer(l) : cookie(l), r = await get(server.port, target, pair(header));
    if (r.status !== 200) throw new Error(`${target} as ${l.username}: ${r.status}`);
    const text = r.raw.toString(), ids = json ? JSON.parse(text).items.map(i => i.id) : [...text.matchAll(/<a class="clamp" href="\/whistles\/(\d+)"/g)].map(m => m[1]);
    if (ids.length !== 50 || (json && !v.api && v.page)) continue;
    const id = ids.find(i => !used.has(i));
    if (!id) continue;
    used.add(id);
    list.push({ target, header, id, v, l, bytes: r.raw.length, sort: json ? 'next_due' : v.sort });
  }
  // neighbours differ in viewer and filter
  return list.map((x, i) => [i * 7919 % list.length, x]).sort((a, b) => a[0] - b[0]).map(x => x[1]);
}
const RUN = 1600, CONNECTIONS = 4;
async function cpuOf(pid, port, list, name, { change = null, count = RUN, gzip = false, paths = null, plain = false } = {}) {
  const o = { paths: lines(`${name}.paths`, paths || list.map(x => x.target)), connections: CONNECTIONS, requests: count, gzip };
  if (!plain) o.headers = lines(`${name}.headers`, list.map(x => x.header));
  if (change) Object.assign(o, { change, ids: lines(`${name}.ids`, list.map(x => x.id)) });
  await load(port, { ...o, requests: list.length * 2 });
  const ms = [];
  let last;
  for (let i = 0; i < opt.runs; i++) {
    const from = cpuMs(pid);
    last = await load(port, o);
    ms.push((cpuMs(pid) - from) / count);
    if (last.good !== count || (!plain && last.stale)) throw new Error(`${name}: ${JSON.stringify(last)}`);
  }
  return { ms, last };
}
async function bare(db, queries, bytes, name, o) {
  const c = spawn(tool('bare'), [db, lines(`${name}.sql`, queries), String(bytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(c);
  const port = Number(await new Promise((resolve, reject) => { c.stdout.once('data', d => resolve(String(d))); c.once('exit', () => reject(new Error('bare ended'))); }));
  const r = await cpuOf(c.pid, port, o.list, `${name}.bare`, { change: db, paths: queries.map((q, i) => `/${i}`), plain: true });
  c.kill('SIGTERM');
  running.delete(c);
  return r.ms;
}
async function pages() {
  open();
  const dir = copy('pages'), db = path.join(dir, 'lianshao.db'), server = await new Server(dir).start();
  const columns = run('sqlite3', [db, "SELECT group_concat('r.' || name) FROM pragma_table_info('whistle')"]).trim();
  const one = async (name, role, how, bar, aim) => {
    const list = (await requests(server, role, how)).slice(0, 64);
    if (list.length <= CONNECTIONS) throw new Error(`${name}: too few lists of 50`);
    const seen = new Set(list.map(x => x.v.page)).size, bytes = Math.round(list.reduce((s, x) => s + x.bytes, 0) / list.length);
    const floor = await bare(db, list.map(x => sqlOf(x.v, x.l, columns, role === 'handler', x.sort)), bytes, name, { list });
    const { ms } = await cpuOf(server.pid, server.port, list, name, { change: db });
    const ratio = middle(ms) / middle(floor);
    figure(name, ms, 'ms cpu', { bar, aim, ratio, floor: middle(floor), note: `${seen} filters, ${(bytes / 1024).toFixed(0)} KB` });
    if (how === 'html') figure(`${name}.to_bare`, ratio, 'x', { bar: 4, aim: 2 });
    for (const v of opt.variants ? variants() : []) {
      const some = list.filter(x => x.v.page === v.page);
      if (some.length < 4) continue;
      const least = await bare(db, some.map(x => sqlOf(x.v, x.l, columns, role === 'handler', x.sort)), bytes, `${name}.variant`, { list: some });
      const { ms: mine } = await cpuOf(server.pid, server.port, some, `${name}.variant`, { change: db, count: RUN / 4 });
      figure(`${name} ${v.page || 'all'}`, mine, 'ms cpu', { ratio: middle(mine) / middle(least), floor: middle(least) });
    }
    return list;
  };
  const list = await one('list.dispatcher', 'dispatcher', 'html', 0.35, 0.12);
  await one('list.handler', 'handler', 'html', 0.35, 0.12);
  await one('list.json', 'dispatcher', 'json', 0.25, 0.10);
  const still = await cpuOf(server.pid, server.port, list, 'list.still');
  figure('list.dispatcher.unchanged', still.ms, 'ms cpu', { note: 'nothing is written meanwhile' });
  const gzip = await cpuOf(server.pid, server.port, list, 'list.gzip', { gzip: true });
  figure('list.dispatcher.gzip', gzip.ms, 'ms cpu', { note: `compressed here, ${(gzip.last.bytes / 1024).toFixed(1)} KB; nginx may do it instead` });
  const roles = [...logins('dispatcher'), ...logins('supervisor')];
  const cases = desk.cases.slice(0, 400).map((c, i) => ({ id: c[0], target: `/whistles/${c[0]}`, header: cookie(roles[i % roles.length]) }));
  const there = [];
  for (const c of cases.slice(0, 64)) if ((await get(server.port, c.target, pair(c.header))).status === 200) there.push(c);
  figure('detail', (await cpuOf(server.pid, server.port, there, 'detail', { change: db })).ms, 'ms cpu', { bar: 0.35, aim: 0.10, note: `${there.length} cases` });
  figure('memory.after_reads', pss(server.pid), 'MiB PSS', { bar: 60, aim: 40 });
  await server.stop();
}

// ---- reads while others write -------------------------------------------------------------------------------------
const texts = () => JSON.parse(fs.readFileSync(path.join(ROOT, 'demo', 'jinchang.json'), 'utf8')).whistles;
const creates = () => lines('create.bodies', texts().map(w => JSON.stringify({ title: w.title, text: w.text, class: w.class, contact_name: '办公室', contact_phone: '0935-0000999' })));
const firms = (d = desk) => lines('create.headers', logins('enterprise', d).map(bearer));
let keys = Date.now();
const createLoad = o => ({ method: 'POST', paths: lines('create.paths', ['/api/v1/whistles']), headers: firms(o.desk), bodies: creates(), key: `k${keys++}`, expect: 201 });
async function mixed() {
  open();
  const dir = copy('mixed'), server = await new Server(dir).start();
  const owner = Object.fromEntries(logins('owner').map(l => [l.id, l])), mine = desk.handling.filter(([, h]) => owner[h]);
  const reads = [...logins('dispatcher'), ...logins('handler')].flatMap((l, i) => [
    ['/whistles?limit=50', cookie(l)], [`/whistles/${desk.cases[i][0]}`, cookie(logins('dispatcher')[i % 8])], ['/whistles?limit=50&state=handling', cookie(l)],
    ['/api/v1/whistles?limit=50', bearer(l)]]);
  const seconds = 8, p99 = [], p50 = [];
  for (let i = 0; i < opt.runs; i++) {
    const w = [
      load(server.port, { ...createLoad({}), connections: 4, rate: 100, seconds }),
      load(server.port, { method: 'POST', paths: lines('note.paths', mine.map(([id]) => `/api/v1/whistles/${id}/note`)), headers: lines('note.headers', mine.map(([, h]) => bearer(owner[h]))),
        bodies: lines('note.bodies', ['{"text":"已与相关科室核对，等材料。"}']), key: `n${keys++}`, connections: 4, rate: 100, seconds }),
      load(server.port, { paths: lines('mixed.paths', reads.map(r => r[0])), headers: lines('mixed.headers', reads.map(r => r[1])), connections: 8, rate: 100, seconds })];
    const [a, b, r] = await Promise.all(w);
    if (a.good !== a.requests || b.good !== b.requests || r.good !== r.requests) throw new Error(`mixed: ${JSON.stringify([a, b, r])}`);
    p99.push(r.p99_ms);
    p50.push(r.p50_ms);
  }
  figure('reads_while_writing.p99', p99, 'ms', { bar: 10, aim: 3, note: '100 paced reads/s beside 8 writers of 200 acts/s, from the time they were due' });
  figure('reads_while_writing.p50', p50, 'ms');
  await server.stop();
}

// ---- creates ------------------------------------------------------------------------------------------------------
async function createRun(server, connections, seconds, of) {
  const from = [await server.metric('commits_total'), await server.metric('committed_jobs_total')], cpu = cpuMs(server.pid);
  const r = await load(server.port, { ...createLoad({ desk: of }), connections, seconds, warm: connections });
  r.group = (await server.metric('committed_jobs_total') - from[1]) / (await server.metric('commits_total') - from[0]);
  r.cpu = (cpuMs(server.pid) - cpu) / r.requests;
  r.refused = r.requests - r.good;
  return r;
}
const lastId = db => run('sqlite3', [db, 'SELECT max(id) FROM whistle']).trim();
function report(name, runs, raws, note) {
  const of = k => runs.map(r => r[k]), ratio = raws && middle(of('per_s')) / middle(raws.map(r => r.per_s));
  figure(name, of('per_s'), 'creates/s', { best: 'high', aim: raws ? 3000 : null, ratio, floor: raws ? middle(raws.map(r => r.per_s)) : null, note: `${note}; ${middle(of('cpu')).toFixed(3)} ms cpu each, ${middle(of('group')).toFixed(1)} a commit` });
  if (raws) figure(`${name}.to_raw`, ratio * 100, '%', { best: 'high', bar: 50, aim: 70, note: `raw: ${raws[0].rows.toFixed(1)} rows a create, ${raws[0].group} a commit` });
  figure(`${name}.p50`, of('p50_ms'), 'ms');
  figure(`${name}.p99`, of('p99_ms'), 'ms');
  figure(`${name}.refused`, of('refused').reduce((a, b) => a + b, 0), '', { bar: 0 });
}
async function create() {
  open();
  for (const connections of [8, 64, 512]) {
    const runs = [], raws = [];
    for (let i = 0; i < opt.runs; i++) {
      const dir = copy('create'), server = await new Server(dir).start(), db = path.join(dir, 'lianshao.db');
      const since = lastId(path.join(base, 'lianshao.db'));
      runs.push(await createRun(server, connections, 5));
      if (connections === 64 && i === opt.runs - 1) figure('memory.after_creates', pss(server.pid), 'MiB PSS', { bar: 60, aim: 40 });
      await server.stop();
      if (connections !== 64) continue;
      const target = path.join(copy('raw'), 'lianshao.db');
      raws.push(JSON.parse(run(tool('raw'), [db, since, String(Math.max(1, Math.round(runs.at(-1).group))), target])));
    }
    report(`create.sqlite.${connections}`, runs, raws.length ? raws : null, `${connections} connections`);
  }
}
async function pg() {
  open();
  const pgTool = (...a) => run(path.join(ROOT, 'tools', 'pg'), a).trim().split('\n').at(-1);
  const place = path.join(WORK, 'pg');
  pgTool('start', place);
  try {
    const dir = path.join(WORK, 'pg-data'), db = pgTool('newdb', place, 'bench_base'), runs = [], raws = [];
    fs.rmSync(dir, { recursive: true, force: true });
    const of = prepare(dir, db), other = name => db.replace('/bench_base', `/${name}`);
    const again = name => run('psql', ['-X', '-q', '-d', other('postgres'), '-c', `drop database if exists ${name} with (force)`, '-c', `create database ${name} template bench_base`, '-c', 'checkpoint']);
    // the rows that raw writes: those of creates on SQLite, which are the same
    const lite = copy('create'), since = lastId(path.join(lite, 'lianshao.db')), s = await new Server(lite).start();
    await createRun(s, 64, 4);
    await s.stop();
    for (let i = 0; i < opt.runs; i++) {
      again('bench_run');
      const server = await new Server(dir, other('bench_run')).start();
      runs.push(await createRun(server, 64, 5, of));
      await server.stop();
      const best = [1, 2].map(n => { again('bench_raw'); return JSON.parse(run(tool('raw'), [path.join(lite, 'lianshao.db'), since, String(Math.max(1, Math.round(runs.at(-1).group))), other('bench_raw'), String(n)])); });
      raws.push(best.sort((a, b) => b.per_s - a.per_s)[0]);
    }
    report('create.postgres.64', runs, raws, `64 connections, ${raws[0].connections} raw connections`);
  } finally { pgTool('drop', place); }
}

// ---- start, size --------------------------------------------------------------------------------------------------
async function start() {
  open();
  const dir = copy('start'), ms = [], idle = [];
  for (let i = 0; i < opt.runs; i++) {
    const server = await new Server(dir).start();
    ms.push(server.startMs);
    await wait(1500);
    idle.push(pss(server.pid));
    await server.stop();
  }
  figure('start', ms, 'ms', { bar: 300, aim: 50, note: 'exec to the first 200 of /login' });
  figure('memory.idle', idle, 'MiB PSS', { bar: 24, aim: 12 });
}
async function size() {
  open();
  const stripped = path.join(WORK, 'stripped');
  run('strip', ['-o', stripped, BIN]);
  figure('program', fs.statSync(stripped).size / 1048576, 'MiB', { bar: 12, aim: 8, note: `stripped; with symbols ${(fs.statSync(BIN).size / 1048576).toFixed(1)}` });
  const server = await new Server(copy('start')).start();
  for (const [target, l] of [['/login', null], ['/whistles', logins('dispatcher')[0]], ['/whistles/new', logins('enterprise')[0]]]) {
    const headers = { 'Accept-Encoding': 'gzip', ...(l ? pair(cookie(l)) : {}) };
    const page = await get(server.port, target, headers), text = (await get(server.port, target, l ? pair(cookie(l)) : {})).raw.toString();
    if (page.status !== 200) throw new Error(`${target}: ${page.status}`);
    const parts = [...new Set([...text.matchAll(/<(?:link[^>]*rel="stylesheet"[^>]*href|script[^>]*src)="([^"]+)"/g)].map(m => m[1]))];
    let sum = page.raw.length;
    for (const p of parts) sum += (await get(server.port, p, headers)).raw.length;
    figure(`first_view${target}`, sum / 1024, 'KiB', { bar: 100, aim: 55, note: `gzip: page ${(page.raw.length / 1024).toFixed(1)} and ${parts.length} files` });
  }
  await server.stop();
}

const sections = { size, start, pages, mixed, create, pg };
const wanted = Object.keys(sections).filter(n => n.startsWith(opt.only) || opt.only === '');
if (!wanted.length) { console.error(`bench: no section ${opt.only}; there are ${Object.keys(sections).join(' ')}`); process.exit(2); }
for (const n of wanted) { say(n); await sections[n](); }
if (!opt.json) { console.log(); for (const f of figures) console.log(line(f)); }
const missed = figures.filter(f => f.met === false);
say(missed.length ? `${missed.length} bars missed: ${missed.map(f => f.name).join(', ')}` : 'all bars met');
process.exit(0);
