// Reads RFC 4180 text: quotes, doubled quotes, line breaks inside cells.
import fs from 'node:fs';

export function parseCsv(text) {
  const rows = [];
  let row = [], cell = '', quoted = false, i = 0;
  while (i < text.length) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += '"'; i += 2; continue; }
      if (c === '"') { quoted = false; i++; continue; }
      cell += c; i++; continue;
    }
    if (c === '"') { quoted = true; i++; continue; }
    if (c === ',') { row.push(cell); cell = ''; i++; continue; }
    if (c === '\n' || (c === '\r' && text[i + 1] === '\n')) {
      row.push(cell); rows.push(row); row = []; cell = ''; i += c === '\r' ? 2 : 1; continue;
    }
    cell += c; i++;
  }
  if (cell !== '' || row.length) { row.push(cell); rows.push(row); }
  return rows;
}

// Rows as objects by the names of the first line. Lines that start with # are remarks.
export function readCsv(file) {
  const [head, ...rows] = parseCsv(fs.readFileSync(file, 'utf8'));
  return rows.map((r, n) => [r, n + 2]).filter(([r]) => r.length > 1 && !r[0].startsWith('#'))
    .map(([r, n]) => Object.fromEntries([...head.map((h, i) => [h, r[i] ?? '']), ['line', n]]));
}
