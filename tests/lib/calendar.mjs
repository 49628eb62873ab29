// Independent count of due times from data/holidays_cn.csv alone (zone Asia/Shanghai, no daylight saving since 1991).
// Times are minutes since 1970-01-01 00:00 Shanghai; days are whole numbers since that day.
import { readCsv } from './csv.mjs';

const SEGMENTS = [[510, 720], [870, 1080]]; // 08:30-12:00 and 14:30-18:00
const DAY = 1440;
const SHIFT = 8 * 60;
const ms = minutes => Math.round(minutes * 60000) / 60000; // whole milliseconds, so that equal instants are equal numbers

export class Calendar {
  constructor(file) {
    this.days = new Map();
    for (const r of readCsv(file)) this.days.set(dayNumber(r.date), r.is_workday === '1');
    this.off = new Map();
  }
  // Days that the table names follow it; all others: Monday to Friday.
  works(day) {
    const named = this.days.get(day);
    if (named !== undefined) return named;
    const weekday = ((day + 3) % 7 + 7) % 7; // 1970-01-01 was a Thursday; Monday is 0
    return weekday < 5;
  }
  nextWorkday(day) { do day++; while (!this.works(day)); return day; }
  // The working intervals that are counted from `start` until `minutes` of them have passed.
  spend(start, minutes) {
    const counted = [];
    let day = Math.floor(start / DAY);
    for (let left = minutes; ; day++) {
      if (!this.works(day)) continue;
      for (const [a, b] of SEGMENTS) {
        const from = ms(Math.max(day * DAY + a, start)), end = day * DAY + b;
        if (from >= end) continue;
        const to = ms(Math.min(end, from + left));
        counted.push([from, to]);
        left -= to - from;
        if (left < 2e-5) return counted;
      }
    }
  }
  due(start, n, unit, legal = false) {
    const day = Math.floor(start / DAY);
    if (unit === 'min') return ms(start + n);
    if (unit === 'h') return ms(start + n * 60);
    if (unit === 'wh') return this.spend(start, n * 60).at(-1)[1];
    if (unit === 'wd') {
      let d = day;
      for (let i = 0; i < n; i++) d = this.nextWorkday(d);
      return d * DAY + SEGMENTS.at(-1)[1];
    }
    if (unit === 'd') {
      let d = day + n;
      if (legal && !this.works(d)) d = this.nextWorkday(d);
      return (d + 1) * DAY;
    }
    throw new Error(`unit ${unit}`);
  }
  workMinutes(from, to) {
    let sum = 0;
    for (let day = Math.floor(from / DAY); day * DAY < to; day++) {
      if (!this.works(day)) continue;
      for (const [a, b] of SEGMENTS) sum += Math.max(0, Math.min(to, day * DAY + b) - Math.max(from, day * DAY + a));
    }
    return sum;
  }
  // Warning at `permille` of the counted time. For wd two readings are right: the start day's rest counts, or it does not.
  warns(start, n, unit, permille = 750) {
    const due = this.due(start, n, unit);
    if (unit === 'min' || unit === 'h' || unit === 'd') return [start + (due - start) * permille / 1000];
    const from = [start];
    if (unit === 'wd') from.push((Math.floor(start / DAY) + 1) * DAY);
    return from.map(f => this.spend(f, this.workMinutes(f, due) * permille / 1000).at(-1)[1]);
  }
}

export function dayNumber(text) {
  const [y, m, d] = text.split('-').map(Number);
  return Date.UTC(y, m - 1, d) / 86400000;
}
// Text of an instant or of a local time to minutes; 24:00 is the next day's 00:00.
export function minutesOf(text) {
  const m = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!m) throw new Error(`not a time: ${text}`);
  let t = dayNumber(m[1]) * DAY + Number(m[2]) * 60 + Number(m[3]) + Number(m[4] || 0) / 60 + Number('0.' + (m[5] || 0)) / 60;
  if (m[6]) {
    const z = m[6] === 'Z' ? 0 : (m[6][0] === '-' ? -1 : 1) * (Number(m[6].slice(1, 3)) * 60 + Number(m[6].slice(-2)));
    t += SHIFT - z;
  }
  return ms(t);
}
export function textOf(minutes) { // RFC 3339 with the site's offset
  return new Date(Math.round(minutes * 60) * 1000).toISOString().replace(/\.\d+Z$/, '+08:00');
}
export const localText = minutes => textOf(minutes).slice(0, 16);
export const dayText = minutes => textOf(minutes).slice(0, 10);
export const nowMinutes = () => Date.now() / 60000 + SHIFT;
