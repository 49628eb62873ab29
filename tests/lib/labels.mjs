// Reads the texts as a person would look for them: [[…]] in templates, and what is given to word(), tr() and SAY() in C;
// each must stand in a catalogue of English, and nothing there may be left over from a text that is gone.
import fs from 'node:fs';
import path from 'node:path';

const walk = dir => fs.readdirSync(dir, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)]));
const files = walk('src').filter(f => /\.(c|html)$/.test(f) && !/_test\.c$/.test(f));
const english = new Map();
for (const f of fs.readdirSync('ui').filter(n => /^en\..*\.tsv$/.test(n)))
  fs.readFileSync(path.join('ui', f), 'utf8').split('\n').forEach((line, i) => {
    if (line && !line.startsWith('#')) english.set(line.split('\t')[0], { text: line.split('\t')[1], at: `ui/${f}:${i + 1}` });
  });
const han = /[\u3000-\u9fff\uff00-\uffef]/;
const plain = s => s.replace(/\\n/g, '\n').replace(/\\"/g, '"').replace(/\\\\/g, '\\');

// The text of a call from its opening parenthesis to the closing one.
function inside(text, from) {
  let depth = 0, quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (quoted) { if (c === '\\') i++; else if (c === '"') quoted = false; continue; }
    if (c === '"') quoted = true;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return text.slice(from + 1, i);
  }
  return '';
}
// String literals of an expression; neighbours are one text.
const literals = code => [...code.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*/g)].map(m => plain([...m[0].matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(x => x[1]).join('')));
// The second argument of SAY, which may choose between texts: all up to the comma that ends it.
function argument(code, n) {
  let depth = 0, quoted = false, at = 0, from = 0;
  for (let i = 0; i <= code.length; i++) {
    const c = code[i];
    if (quoted) { if (c === '\\') i++; else if (c === '"') quoted = false; continue; }
    if (c === '"') quoted = true;
    else if (c === '(' || c === '{') depth++;
    else if (c === ')' || c === '}') depth--;
    else if ((c === ',' && depth === 0) || i === code.length) { if (at++ === n) return code.slice(from, i); from = i + 1; }
  }
  return '';
}

const missing = [];
let n = 0;
const need = (text, file) => {
  if (!han.test(text)) return;
  n++;
  if (!english.get(text)?.text) missing.push(`${file}: no English for ${JSON.stringify(text)}`);
};
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8').replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/\{#[\s\S]*?#\}/g, '');
  for (const m of text.matchAll(/\[\[([\s\S]*?)\]\]/g)) if (file.endsWith('.html')) need(m[1], file);
  for (const m of text.matchAll(/\b(word|tr|SAY)\(/g)) {
    const arg = argument(inside(text, m.index + m[0].length - 1), 1);
    if (!/\b(word|tr|SAY|arena_f|rec_shown)\(/.test(arg)) for (const l of literals(arg)) need(l, file);
  }
}
const ok = missing.length === 0 && n > 500;
if (!ok) console.log(missing.map(x => `    ${x}`).join('\n') || `    only ${n} texts were found`);
console.log(`${ok ? 'ok' : 'not ok'} labels: each text has its English`);
process.exit(ok ? 0 : 1);
