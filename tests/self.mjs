#!/usr/bin/env node
// Does the suite bite? The product is broken in one place at a time, in a copy; each break must turn a test red.
//   node tests/self.mjs [NAME]      (./dev test --self)
// `tests` names what is run: a unit program ("unit:db-db"), a script ("sh:tmpl") or a filter of tests/run.mjs, which then
// runs on SQLite unless `engine` says otherwise. The text to be replaced must stand in the file exactly once.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const COPY = path.join(ROOT, 'build', 'self'), BIN = path.join(COPY, 'build', 'lianshao');

export const breaks = [
  { name: 'scope_dropped', file: 'src/desk/find.c', from: 'out->all = !out->draft && viewer_sees_all(who, r);', to: 'out->all = !out->draft;', tests: 'scope/' },
  { name: 'one_case_without_scope', file: 'src/desk/rights.c', from: '    if (viewer_sees_all(v, r)) return true;', to: '    if (v->account) return true;', tests: 'scope/' },
  { name: 'event_not_written', file: 'src/desk/act_apply.c', from: '    return log_append(s->tx, s->a, &e);', to: '    return OK;', tests: 'life/' },
  { name: 'value_hash_without_its_text', file: 'src/desk/log.c', from: '    *leaf_out = hash_bytes(leaf.s, leaf.n);', to: '    *leaf_out = hash_bytes(leaf.s, leaf.n > 8 ? leaf.n - 8 : 0);', tests: 'unit:desk-desk' },
  { name: 'clock_off_by_a_day', file: 'src/engine/calendar.c', from: 'work_before(c, day + 1) + (n ? n - 1 : 0)', to: 'work_before(c, day + 1) + (n ? n : 0)', tests: 'unit:engine-calendar' },
  { name: 'clock_off_by_a_day_seen_from_outside', file: 'src/engine/calendar.c', from: 'work_before(c, day + 1) + (n ? n - 1 : 0)', to: 'work_before(c, day + 1) + (n ? n : 0)', tests: 'clocks/' },
  { name: 'escape_removed', file: 'src/base/out.c', from: `['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", `, to: '', tests: 'unit:base-out' },
  { name: 'escape_removed_seen_from_outside', file: 'src/base/out.c', from: `['<'] = "&lt;", `, to: '', tests: 'views/' },
  { name: 'formula_lets_through', file: 'src/base/out.c', from: 'strchr("=+-@\\t\\r", *s) != NULL', to: 'strchr("=\\t\\r", *s) != NULL', tests: 'unit:base-out' },
  { name: 'savepoint_kept_of_a_refused_act', file: 'src/db/sqlite.c', from: 'int rc = keep ? OK : run_plain(c, "rollback to j");', to: 'int rc = OK; (void)keep;', tests: 'unit:db-db' },
  { name: 'csrf_not_asked', file: 'src/web/session.c', from: '    if (ok) return OK;\n    return error_say(', to: '    if (ok || t->token) return OK;\n    return error_say(', tests: 'bad_forms/form_of_sign' },
  { name: 'stale_revision_taken', file: 'src/desk/act.c', from: 's->act->if_rev >= 0 && s->act->if_rev != h->rev ? say_stale(s) : OK', to: 's->act->if_rev > h->rev ? say_stale(s) : OK', tests: 'race/stale' },
  { name: 'repeat_does_it_twice', file: 'src/desk/act_apply.c', from: '    TRY(replay(s, &r));\n    return 1;', to: '    (void)replay;\n    return 0;', tests: 'idempot' },
  { name: 'silence_counts_as_satisfied', file: 'src/modules/whistle/answer.c', from: '    s->event = "close_unrated";', to: '    s->event = "close_unrated";\n    w->satisfied = (Pick){SATISFIED_YES, true};', tests: 'clocks/' },
  { name: 'not_solved_closes', file: 'src/modules/whistle/answer.c', from: 'return again ? not_solved(s) : close_rated(s, by);', to: 'return again && w->reworks.v ? not_solved(s) : close_rated(s, by);', tests: 'life/' },
  { name: 'a_right_too_many', file: 'src/modules/whistle/whistle.c', from: '     .by = W_LEAD | W_HANDLER, INPUT(ReplyIn, reply_fields), .second_if = reply_second,', to: '     .by = W_LEAD | W_HANDLER | W_SUPPORT, INPUT(ReplyIn, reply_fields), .second_if = reply_second,', tests: 'rights/' },
  { name: 'a_label_lost', file: 'ui/en.staff.tsv', from: '全部类别\tAll classes\n', to: '', tests: 'sh:labels' },
  { name: 'wrong_query_code_opens', file: 'src/modules/whistle/code.c', from: '    if (!same_bytes(stored.b, given.b, HASH_LEN) || !known) return E_MISSING;', to: '    (void)given; if (!known) return E_MISSING;', tests: 'public/' },
  { name: 'mask_left_off_in_lists', file: 'src/desk/find.c', from: '        r->mask(who, rights_relations(who, work, k), row);', to: '        (void)work, (void)k;', tests: 'confidential' },
  { name: 'one_decides_his_own_request', file: 'src/desk/request.c', from: '    while (who && who != W_LEADER && (s->relations & who)) who = level_up(who);', to: '    (void)level_up;', tests: 'life/' },
  { name: 'login_never_locked', file: 'src/web/login.c', from: '    if (locked > now) return too_many(q, locked - now);', to: '    (void)locked;', tests: 'unit:web-web' },
  { name: 'check_digit_wrong', file: 'src/desk/act_apply.c', from: 's->flow->letter, base, check_digit(base));', to: 's->flow->letter, base, (check_digit(base) + 1) % 10);', tests: 'api/create_answers' },
  { name: 'sync_off', file: 'src/db/sqlite.c', from: '"pragma synchronous = full"', to: '"pragma synchronous = off"', tests: 'unit:db-sqlite' }
];

const run = (cmd, args, o = {}) => spawnSync(cmd, args, { cwd: COPY, encoding: 'utf8', maxBuffer: 1 << 28, ...o });

// A copy of what git knows and of the libraries for the browser, so that the work tree is never broken.
function copy() {
  fs.mkdirSync(COPY, { recursive: true });
  const files = run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT }).stdout.trim().split('\n').filter(f => fs.existsSync(path.join(ROOT, f)) && !f.startsWith('docs/pictures/'));
  const wanted = new Set(files);
  for (const f of run('find', ['src', 'ui', '-type', 'f']).stdout.split('\n')) if (f && !wanted.has(f)) fs.rmSync(path.join(COPY, f));
  for (const f of files) {
    const to = path.join(COPY, f), text = fs.readFileSync(path.join(ROOT, f));
    if (fs.existsSync(to) && fs.readFileSync(to).equals(text)) continue; // unchanged: ninja need not build it again
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, text, { mode: fs.statSync(path.join(ROOT, f)).mode });
  }
  if (!fs.existsSync(path.join(COPY, 'node_modules'))) fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(COPY, 'node_modules'));
}
function build() {
  const r = run('./dev', ['build']);
  return r.status === 0 ? null : (r.stdout + r.stderr).split('\n').filter(l => /error|FAILED/.test(l)).slice(0, 5).join('\n') || 'the build failed';
}
// {red: names of failed tests, ran: number}
function suite(b) {
  const [kind, name] = /^(unit|sh):/.test(b.tests) ? b.tests.split(':') : ['http', b.tests];
  const r = kind === 'unit' ? run(path.join('build', 'tests', name), [], { env: { ...process.env, CMOCKA_MESSAGE_OUTPUT: 'TAP' } })
    : kind === 'sh' ? run(`tests/${name}_test.sh`, [])
      : run('node', ['tests/run.mjs', '--bin', BIN, '--engine', b.engine || 'sqlite', name]);
  const text = r.stdout + r.stderr, red = [...text.matchAll(/^not ok (?:\d+ - )?(.*)$/gm)].map(m => m[1]);
  return { red: red.length || r.status === 0 ? red : [`ended with status ${r.status ?? r.signal}`], ran: (text.match(/^(not )?ok /gm) || []).length };
}

const only = process.argv[2] || '';
copy();
const broken = build();
if (broken) { console.log(`${broken}\nnot ok self: build`); process.exit(1); }
for (const b of breaks.filter(x => x.name.includes(only))) {
  const file = path.join(COPY, b.file), text = fs.readFileSync(file, 'utf8'), n = text.split(b.from).length - 1;
  if (n !== 1) { console.log(`    the text stands ${n} times in ${b.file}\nnot ok self: ${b.name}`); continue; }
  fs.writeFileSync(file, text.replace(b.from, () => b.to));
  try {
    const failed = build(), got = failed ? { red: [], ran: 0 } : suite(b);
    if (failed) console.log(`    ${failed}\nnot ok self: ${b.name}: cannot be built`);
    else if (got.red.length) console.log(`ok self: ${b.name}: ${got.red.length} of ${got.ran} turned red, first ${got.red[0].replace(/ \(\d+ ms\)$/, '')}`);
    else console.log(`not ok self: ${b.name}: ${got.ran} tests of ${b.tests} stayed green`);
  } finally { fs.writeFileSync(file, text); }
}
