#!/usr/bin/env node
// Black-box tests of Lianshao over HTTP and the command line.
//   node tests/run.mjs [--engine sqlite|pg|both] [--beside] [--bin PATH] [--keep] [--list] [filter]
// --beside: another run tests the first engine meanwhile: what is for the first engine only is left to it.
// Each tests/*.test.mjs exports `tests = {name: async t => …}`; options of a file: `needs` ('server', the default, or
// 'program'), `engines` ('each', the default, or 'first': only on the first engine of the run), `limit` (ms a test).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, Skip } from './lib/assert.mjs';
import { cleanUp, logs, options, pgMissing, ROOT, SHARED, start, template } from './lib/server.mjs';
import { World } from './lib/world.mjs';
import { quit as closeBrowser } from './lib/browser.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
let engine = 'both', filter = '', list = false, beside = false;
while (args.length) {
  const a = args.shift();
  if (a === '--engine') engine = args.shift();
  else if (a === '--bin') options.bin = path.resolve(args.shift());
  else if (a === '--beside') options.beside = beside = true;
  else if (a === '--keep') options.keep = true;
  else if (a === '--list') list = true;
  else if (a.startsWith('-')) { console.error(`unknown option ${a}`); process.exit(2); }
  else filter = a;
}
if (!['sqlite', 'pg', 'both'].includes(engine)) { console.error('--engine takes sqlite, pg or both'); process.exit(2); }
const engines = engine === 'both' ? ['sqlite', 'pg'] : [engine];
const count = { passed: 0, failed: 0, skipped: 0 };
const indent = text => text.split('\n').map(l => '    ' + l).join('\n');

const files = [];
const left = (process.env.LIANSHAO_LEAVE_OUT || '').split(',').filter(Boolean); // files that this run leaves to another
for (const f of fs.readdirSync(here).filter(f => f.endsWith('.test.mjs') && !left.includes(f.replace('.test.mjs', ''))).sort()) {
  const m = await import(path.join(here, f));
  const tests = Object.entries(m.tests).filter(([name]) => !filter || `${f.replace('.test.mjs', '')}/${name}`.includes(filter));
  if (tests.length) files.push({ file: f.replace('.test.mjs', ''), needs: m.needs || 'server', engines: m.engines || 'each', limit: m.limit || 120000, tests });
}
if (list) { for (const f of files) for (const [name] of f.tests) console.log(`${f.file}/${name}`); process.exit(0); }

function report(engine, name, started, error) {
  if (error instanceof Skip) { count.skipped++; console.log(`skipped: ${name}${error.message ? ` (${error.message})` : ''}`); return; }
  if (error) {
    count.failed++;
    console.log(`not ok ${engine} ${name} (${Date.now() - started} ms)`);
    console.log(indent(error instanceof Failure ? error.message : error.stack || String(error)));
  } else { count.passed++; console.log(`ok ${engine} ${name} (${Date.now() - started} ms)`); }
}

class Test {
  constructor(engine, server, world) { Object.assign(this, { engine, server, w: world, own: [], root: ROOT, shared: SHARED, here }); }
  skip(why = '') { throw new Skip(why); }
  // A server of the test's own, where the clock may be moved.
  async alone() { const s = await start(this.engine); this.own.push(s); const w = new World(s); await w.ready(); return w; }
  needsShared(...parts) {
    const p = path.join(SHARED, ...parts);
    if (!fs.existsSync(p)) throw new Skip('../shared is missing');
    return p;
  }
  log(text) { console.log(`    # ${text}`); }
}

async function runEngine(engine, first) {
  const mine = files.filter(f => f.engines === 'each' || first);
  if (!mine.length) return;
  let server = null, world = null;
  const begin = Date.now();
  try {
    if (mine.some(f => f.needs === 'server')) {
      if (engine === 'pg' && pgMissing()) throw new Failure(pgMissing());
      const t = template(engine);
      server = await start(engine);
      world = new World(server);
      await world.ready();
      console.log(`# ${engine}: demo city loaded in ${t.ms} ms, server ready after ${server.startMs} ms`);
    }
  } catch (e) { report(engine, 'prepare', begin, e); if (!mine.some(f => f.needs !== 'server')) return; server = null; }
  for (const f of mine) {
    if (f.needs === 'server' && !server) continue;
    for (const [name, run] of f.tests) {
      const t = new Test(engine, server, world), started = Date.now();
      let timer, error = null;
      try {
        await Promise.race([run(t), new Promise((_, no) => { timer = setTimeout(() => no(new Failure(`took longer than ${f.limit} ms`)), f.limit); })]);
      } catch (e) { error = e; }
      clearTimeout(timer);
      for (const s of t.own) {
        await s.stop().catch(e => { error ??= e; });
        if (!error && s.dead) error = new Failure(`the test's server ended by itself: ${s.dead}`);
      }
      report(engine, `${f.file}/${name}`, started, error);
      if (server && server.dead) { // go on with a new one, so that one crash does not hide the rest
        console.log(indent(`the shared server ended by itself: ${server.dead}`));
        count.failed++;
        server = await start(engine);
        world = new World(server);
        await world.ready();
      }
    }
  }
  if (!server) return;
  const stopAt = Date.now();
  await server.stop();
  report(engine, 'server_ends_cleanly', stopAt, server.late ? new Failure('did not end within 15 s of SIGTERM') : server.code !== 0 ? new Failure(`expected exit 0 on SIGTERM, got ${server.code ?? server.signal}; log: ${server.tail()}`) : null);
  const found = logs(engine).map(([f, text]) => [f, /^.*(?:AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:).*$/m.exec(text)]).filter(([, m]) => m);
  report(engine, 'no_sanitizer_report', Date.now(), found.length ? new Failure(found.map(([f, m]) => `${f}: ${m[0]}`).join('\n')) : null);
}

const quit = async code => { await closeBrowser().catch(() => {}); await cleanUp(); process.exit(code); };
process.on('SIGINT', () => quit(130));
process.on('SIGTERM', () => quit(143));
let first = !beside;
for (const e of engines) {
  try { await runEngine(e, first); } catch (err) { report(e, 'run', Date.now(), err); }
  first = false;
}
await closeBrowser().catch(() => {});
await cleanUp();
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed || !count.passed ? 1 : 0);
