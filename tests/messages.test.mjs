// Sixty real messages from submission to their real answer and the evaluation: each text comes back unchanged.
import { equal, fail, ok, show, status } from './lib/assert.mjs';
import { readCsv } from './lib/csv.mjs';
import { strings } from './lib/world.mjs';

export const limit = 300000;

// Always the same sixty: the longest, those with most line breaks, the odd characters, the shortest, and an even spread.
export function pick(rows) {
  const chosen = new Map();
  const take = (list, n) => { for (const r of list) { if (n === 0) break; if (!chosen.has(r.line)) { chosen.set(r.line, r); n--; } } };
  const by = f => [...rows].sort((a, b) => f(b) - f(a) || a.line - b.line);
  const odd = s => [...s].filter(c => { const p = c.codePointAt(0); return p > 0xffff || (p >= 0x2000 && p <= 0x206f && !'“”‘’—…·'.includes(c)) || (p >= 0x80 && p < 0x2000) || (p >= 0xe000 && p < 0xff00) || p < 10; }).length;
  take(by(r => r.detail.length), 8);
  take(by(r => r.reply.length), 8);
  take(by(r => r.detail.split('\n').length), 8);
  take(by(r => odd(r.title)), 6);
  take(by(r => odd(r.detail + r.reply)), 6);
  take(by(r => r.title.length), 4);
  take(by(r => -r.detail.length), 3);
  take(by(r => -r.reply.length), 3);
  take(by(r => (r.detail.match(/[<>&"'%\\]/g) || []).length), 4);
  take(rows.filter((_, i) => i % Math.floor(rows.length / 40) === 7), 60 - chosen.size);
  return [...chosen.values()].slice(0, 60);
}

export const tests = {
  async sixty_real_messages_unchanged(t) {
    const file = t.needsShared('data', 'messages', 'replies.csv');
    const rows = pick(readCsv(file));
    equal(rows.length, 60, 'rows chosen');
    const w = t.w, wrong = [];
    const one = async (row, n) => {
      const where = `row ${row.line} (${row.id}, ${row.title.length}/${row.detail.length}/${row.reply.length} characters)`;
      try {
        const fields = { title: row.title, text: row.detail, contact_name: row.user.slice(0, 20) || '来信人', contact_phone: '13800001234', class: w.plain };
        const c = n % 3 === 2 ? await w.submitPublic(fields) : await w.submit({ by: n % 2 ? 'ent2' : 'ent1', ...fields });
        await c.do('disp', 'dispatch', { lead: w.d1 }, 'dispatched');
        await c.do('hand', 'sign', {}, 'handling');
        await c.do('hand', 'contact', await c.body('contact'), 'handling');
        await c.do('hand', 'reply', { outcome: 'solved', text: row.reply, call: '值班室 0935-0000118' }, 'replied');
        const shown = status(await w.visitor().api('GET', `/public/whistles/${c.number}?code=${encodeURIComponent(c.code)}`), 200, 'progress');
        if (![...strings(shown.json)].includes(row.reply)) wrong.push(`${where}: the progress answer does not hold the reply unchanged`);
        if (c.author) await c.do(c.author, 'evaluate', { solved: true, satisfied: 'yes', words: '已收到答复' }, 'closed');
        else equal(status(await c.public('evaluate', { solved: true, satisfied: 'yes', words: '已收到答复' }), 200).json.state, 'closed', 'state');
        for (const who of ['super', 'hand', ...(c.author ? [c.author] : [])]) {
          const r = status(await (await w.as(who)).read(`/whistles/${c.id}`), 200, `record as ${who}`);
          if (r.json.title !== row.title) wrong.push(`${where} as ${who}: title expected ${show(row.title)}, got ${show(r.json.title)}`);
          if (r.json.text !== row.detail) wrong.push(`${where} as ${who}: text differs at ${differs(row.detail, r.json.text)}`);
          const all = [...strings(r.json)];
          if (!all.includes(row.reply)) wrong.push(`${where} as ${who}: the record does not hold the reply unchanged`);
        }
        const page = await (await w.as('super')).get(`/whistles/${c.id}`);
        if (page.status !== 200) wrong.push(`${where}: the page answers ${page.status}`);
      } catch (e) { wrong.push(`${where}: ${e.message.slice(0, 400)}`); }
    };
    for (let i = 0; i < rows.length; i += 6) await Promise.all(rows.slice(i, i + 6).map((r, k) => one(r, i + k)));
    if (wrong.length) fail(`${wrong.length} differences:\n${wrong.slice(0, 40).join('\n')}`);
  },
  async the_sixty_cover_what_is_hard(t) {
    const rows = pick(readCsv(t.needsShared('data', 'messages', 'replies.csv')));
    ok(rows.some(r => r.detail.length > 3000), 'a message of over 3,000 characters');
    ok(rows.some(r => r.reply.length > 7000), 'a reply of over 7,000 characters');
    ok(rows.filter(r => r.detail.includes('\n')).length >= 10, 'ten messages with broken lines');
    ok(rows.some(r => r.title.includes('\u200b')), 'a title with a zero-width space');
    ok(rows.some(r => r.reply.length < 12), 'a reply of under 12 characters');
  }
};
function differs(a, b) {
  if (typeof b !== 'string') return show(b);
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return `${i}: expected …${show(a.slice(Math.max(0, i - 10), i + 20))}, got …${show(b.slice(Math.max(0, i - 10), i + 20))}`;
}
