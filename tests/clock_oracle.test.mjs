// `lianshao clock due` against an independent count from data/holidays_cn.csv: every hour of 2023-2026, each unit.
import path from 'node:path';
import { Calendar, localText, minutesOf, dayNumber } from './lib/calendar.mjs';
import { equal, fail, ok, show } from './lib/assert.mjs';
import { command, mustRun, ROOT } from './lib/server.mjs';

export const needs = 'program';
export const engines = 'first';
export const limit = 300000;
const calendar = new Calendar(path.join(ROOT, 'data', 'holidays_cn.csv'));
const FIRST = dayNumber('2023-01-01') * 1440, LAST = dayNumber('2027-01-01') * 1440;
const UNITS = { min: [1, 60, 1000], h: [2, 24], wh: [1, 2, 4, 9], wd: [1, 3, 10, 25], d: [1, 7, 30] };

// Sends lines "from n unit", compares the answers line by line.
function compare(lines, args = [], legal = false) {
  const r = command(['clock', 'due', '--batch', ...args], { input: lines.map(([from, n, unit]) => `${localText(from)} ${n} ${unit}`).join('\n') + '\n', timeout: 240000 });
  if (r.code !== 0) fail(`clock due --batch: exit ${r.code ?? r.signal}: ${r.err.slice(-600)}`);
  const out = r.out.trimEnd().split('\n');
  equal(out.length, lines.length, 'lines of the answer');
  const wrong = [];
  let bad = 0;
  lines.forEach(([from, n, unit], i) => {
    const right = calendar.due(from, n, unit, legal);
    let got;
    try { got = minutesOf(out[i].trim()); } catch { got = NaN; }
    if (got !== right) { bad++; if (wrong.length < 20) wrong.push(`${localText(from)} + ${n} ${unit}: expected ${localText(right)}, got ${show(out[i])}`); }
  });
  if (bad) fail(`${bad} of ${lines.length} differ:\n${wrong.join('\n')}`);
  return lines.length;
}

export const tests = {
  must_hold_list() {
    const list = [
      ['2024-02-08T16:00', 1, 'wd', '2024-02-09T18:00'], ['2024-02-08T16:00', 3, 'wd', '2024-02-19T18:00'], ['2024-02-10T10:00', 1, 'wd', '2024-02-18T18:00'],
      ['2025-09-30T17:00', 1, 'wd', '2025-10-09T18:00'], ['2025-09-30T17:00', 2, 'wh', '2025-10-09T09:30'], ['2025-10-13T11:30', 1, 'wh', '2025-10-13T15:00'],
      ['2026-02-13T10:00', 1, 'wd', '2026-02-14T18:00'], ['2026-02-13T10:00', 7, 'wd', '2026-03-02T18:00'], ['2026-02-13T17:30', 4, 'wh', '2026-02-14T12:00']
    ];
    const wrong = [];
    for (const [from, n, unit, due] of list) {
      equal(localText(calendar.due(minutesOf(from), n, unit)), due, `the count of the tests itself, ${from} + ${n} ${unit}`);
      const r = mustRun(['clock', 'due', '--from', from, '--n', String(n), '--unit', unit, '--json']);
      let j;
      try { j = JSON.parse(r.out); } catch { fail(`clock due --json: expected JSON, got ${show(r.out.slice(0, 200))}`); }
      if (minutesOf(j.due) !== minutesOf(due)) wrong.push(`${from} + ${n} ${unit}: expected ${due}, got ${j.due}`);
    }
    if (wrong.length) fail(wrong.join('\n'));
  },
  counted_intervals_add_up() {
    const wrong = [];
    for (const [from, n, unit] of [['2026-02-13T17:30', 4, 'wh'], ['2025-09-30T17:00', 2, 'wh'], ['2025-10-13T11:30', 1, 'wh'], ['2026-03-18T10:20', 9, 'wh'], ['2026-03-14T12:00', 4, 'wh'], ['2026-03-18T12:00', 1, 'wh'], ['2026-03-18T10:20', 90, 'min'], ['2026-03-18T10:20', 5, 'h'], ['2026-03-11T09:20', 10, 'wd'], ['2026-03-11T09:20', 3, 'd']]) {
      const j = JSON.parse(mustRun(['clock', 'due', '--from', from, '--n', String(n), '--unit', unit, '--json']).out);
      const where = `${from} + ${n} ${unit}`;
      if (!Array.isArray(j.counted) || !j.counted.length) { wrong.push(`${where}: counted expected a list of intervals, got ${show(j)}`); continue; }
      const spans = j.counted.map(([a, b]) => [minutesOf(a), minutesOf(b)]);
      spans.forEach(([a, b], i) => { if (!(a < b) || (i && a < spans[i - 1][1])) wrong.push(`${where}: intervals out of order: ${show(j.counted)}`); });
      if (spans.at(-1)[1] !== minutesOf(j.due)) wrong.push(`${where}: the last interval must end at the due time ${j.due}, got ${show(j.counted.at(-1))}`);
      const sum = spans.reduce((s, [a, b]) => s + b - a, 0);
      const length = { wh: n * 60, min: n, h: n * 60 }[unit];
      if (length && sum !== length) wrong.push(`${where}: the intervals add up to ${sum} minutes, expected ${length}`);
      if (unit === 'wh') {
        const right = calendar.spend(minutesOf(from), n * 60);
        if (JSON.stringify(spans) !== JSON.stringify(right)) wrong.push(`${where}: expected ${show(right.map(x => x.map(localText)))}, got ${show(j.counted)}`);
      }
      if (unit === 'wd') {
        const days = new Set(spans.map(([a]) => Math.floor(a / 1440)).filter(d => d !== Math.floor(minutesOf(from) / 1440)));
        if (days.size !== n) wrong.push(`${where}: expected ${n} counted days after the start day, got ${days.size}`);
      }
    }
    if (wrong.length) fail(wrong.join('\n'));
  },
  every_hour_of_four_years_each_unit() {
    const lines = [];
    for (const [unit, ns] of Object.entries(UNITS)) for (const n of ns) for (let t = FIRST; t < LAST; t += 60) lines.push([t, n, unit]);
    ok(compare(lines) > 500000, 'number of comparisons');
  },
  edges_of_the_segments_every_day() {
    const lines = [];
    for (let day = FIRST; day < LAST; day += 1440) for (const m of [509, 510, 511, 719, 720, 721, 869, 870, 871, 1079, 1080, 1081, 1439]) for (const [n, unit] of [[1, 'wh'], [4, 'wh'], [7, 'wh'], [1, 'wd'], [1, 'd'], [61, 'min'], [3, 'h']]) lines.push([day + m, n, unit]);
    compare(lines);
  },
  legal_days_end_on_a_working_day() {
    const lines = [];
    for (let t = FIRST; t < LAST; t += 60 * 5) for (const n of [1, 5, 10, 15, 30, 90]) lines.push([t, n, 'd']);
    compare(lines, ['--legal'], true);
    const one = JSON.parse(mustRun(['clock', 'due', '--from', '2026-02-13T10:00', '--n', '3', '--unit', 'd', '--legal', '--json']).out);
    equal(minutesOf(one.due), calendar.due(minutesOf('2026-02-13T10:00'), 3, 'd', true), '2026-02-13 + 3 d, legal');
  },
  after_the_published_years_weekends_alone_count() {
    const lines = [];
    for (let t = dayNumber('2027-01-01') * 1440; t < dayNumber('2028-01-01') * 1440; t += 60 * 7) for (const [n, unit] of [[4, 'wh'], [1, 'wd'], [10, 'wd'], [30, 'd']]) lines.push([t, n, unit]);
    compare(lines);
  },
  working_days_a_year_of_the_table() {
    const wanted = { 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248 };
    for (const [y, n] of Object.entries(wanted)) {
      let sum = 0;
      for (let d = dayNumber(`${y}-01-01`); d < dayNumber(`${Number(y) + 1}-01-01`); d++) if (calendar.works(d)) sum++;
      equal(sum, n, `working days of ${y} by the count of the tests`);
    }
  },
  wrong_arguments_are_refused() {
    for (const args of [['--from', 'yesterday', '--n', '1', '--unit', 'wd'], ['--from', '2026-02-30T10:00', '--n', '1', '--unit', 'wd'], ['--from', '2026-02-13T10:00', '--n', 'x', '--unit', 'wd'], ['--from', '2026-02-13T10:00', '--n', '-1', '--unit', 'wd'], ['--from', '2026-02-13T10:00', '--n', '1', '--unit', 'weeks'], ['--from', '2026-02-13T10:00', '--unit', 'wd'], ['--n', '1', '--unit', 'wd'], ['--from', '2026-02-13T10:00', '--n', '99999999999', '--unit', 'wd']]) {
      const r = command(['clock', 'due', ...args, '--json'], { timeout: 20000 });
      ok(r.code !== 0 && r.code !== null, `clock due ${args.join(' ')}: expected an exit status other than 0, got ${r.code ?? r.signal} ${r.out.slice(0, 100)}`);
    }
    const r = command(['clock', 'due', '--batch'], { input: '2026-02-13T10:00 1 wd\nnonsense\n', timeout: 20000 });
    ok(r.code !== 0 && r.code !== null, `clock due --batch with a wrong line: expected an exit status other than 0, got ${r.code}`);
  }
};
