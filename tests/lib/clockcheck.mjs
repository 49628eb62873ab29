// Checks of a record's clocks against the independent count.
import { fail, match, ok, oneOf, show } from './assert.mjs';
import { minutesOf, textOf } from './calendar.mjs';
import { PROFILE, calendar, clock, clocks } from './world.mjs';

const near = (a, b) => Math.abs(a - b) < 1 / 30; // two seconds
const when = (a, what) => { match(a, /^\d{4}-\d\d-\d\dT/, what); return minutesOf(a); };

// Two instants (minutes) are the same within two seconds; a record may print whole seconds.
export const sameTime = (got, wanted, what) => { if (!near(got, wanted)) fail(`${what}: expected ${textOf(wanted)}, got ${textOf(got)}`); };

// The clock runs since `startedAt` (an instant's text, or null: since whenever it says) with the length of the profile.
export function running(rec, name, party, { length = PROFILE[name], startedAt = null } = {}) {
  const all = clocks(rec, name, party).filter(c => !c.ended_at);
  if (all.length !== 1) fail(`clock ${name} of ${party}: expected one running, got ${show(rec.clocks)}`);
  const c = all[0], start = when(c.started_at, `clock ${name}: started_at`);
  if (startedAt && !near(start, minutesOf(startedAt))) fail(`clock ${name} of ${party}: expected to start at ${startedAt}, got ${c.started_at}`);
  const due = calendar.due(start, ...length);
  if (!near(minutesOf(c.due_at), due)) fail(`clock ${name} of ${party}: started ${c.started_at}, ${length.join(' ')}: expected due ${textOf(due)}, got ${c.due_at}`);
  if (c.warn_at) {
    const right = calendar.warns(start, ...length);
    if (!right.some(w => Math.abs(minutesOf(c.warn_at) - w) <= 1)) fail(`clock ${name} of ${party}: started ${c.started_at}, due ${c.due_at}: expected warn_at ${right.map(textOf).join(' or ')}, got ${c.warn_at}`);
  } else fail(`clock ${name} of ${party}: warn_at is missing: ${show(c)}`);
  ok(!c.outcome, `clock ${name} of ${party} runs and must have no outcome: ${show(c)}`);
  ok(['green', 'yellow', 'red'].includes(c.light), `clock ${name} of ${party}: light expected green, yellow or red, got ${show(c.light)}`);
  return c;
}
export function ended(rec, name, party, outcome) {
  const c = clock(rec, name, party);
  ok(c, `clock ${name} of ${party}: is not in ${show(rec.clocks)}`);
  ok(c.ended_at, `clock ${name} of ${party}: expected to be ended, got ${show(c)}`);
  oneOf(c.outcome, [outcome].flat(), `outcome of clock ${name} of ${party} (due ${c.due_at}, ended ${c.ended_at})`);
  return c;
}
export const absent = (rec, name, party) => { if (clocks(rec, name, party).some(c => !c.ended_at)) fail(`clock ${name} of ${party ?? 'anyone'} must not run: ${show(clocks(rec, name, party))}`); };
export const noneRuns = rec => { const r = (rec.clocks || []).filter(c => !c.ended_at); if (r.length) fail(`in state ${rec.state} no clock may run: ${show(r)}`); };
