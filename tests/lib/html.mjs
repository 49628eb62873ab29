// As much of HTML as the tests need: forms, fields, links and words of a page, without a browser.
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
export const decode = s => s.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (all, e) => {
  if (e[0] === '#') return String.fromCodePoint(e[1] === 'x' || e[1] === 'X' ? parseInt(e.slice(2), 16) : Number(e.slice(1)));
  return ENTITIES[e.toLowerCase()] ?? all;
});

export function* tokens(html) {
  const re = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?|\s*\/)*)\s*>|([^<]+|<)/g;
  for (const m of html.matchAll(re)) {
    if (m[2]) {
      const attrs = {};
      for (const a of m[3].matchAll(/([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
        attrs[a[1].toLowerCase()] = decode(a[2] ?? a[3] ?? a[4] ?? '');
      }
      yield { tag: m[2].toLowerCase(), end: m[1] === '/', attrs };
    } else if (m[4]) yield { text: decode(m[4]) };
  }
}
export function words(html) {
  let out = '', hidden = 0;
  for (const t of tokens(html)) {
    if (t.tag === 'script' || t.tag === 'style') hidden += t.end ? -1 : 1;
    else if (t.tag) out += ' ';
    else if (!hidden) out += t.text;
  }
  return out.replace(/\s+/g, ' ').trim();
}
export function links(html) {
  const out = [];
  let open = null;
  for (const t of tokens(html)) {
    if (t.tag === 'a' && !t.end && t.attrs.href !== undefined) { open = { href: t.attrs.href, text: '', attrs: t.attrs }; out.push(open); }
    else if (t.tag === 'a' && t.end) open = null;
    else if (t.text && open) open.text += t.text;
  }
  return out;
}
// [{action, method, enctype, fields: [{name, type, value, checked, required, maxlength, id, options}], buttons}]
export function forms(html) {
  const out = [], byId = new Map(), loose = [];
  let form = null, area = null, select = null, option = null, button = null;
  const owner = a => (a.form ? { id: a.form } : form);
  const add = (o, kind, item) => {
    if (!o) return;
    if (o.id && !o.fields) loose.push([o.id, kind, item]); else o[kind].push(item);
  };
  for (const t of tokens(html)) {
    if (t.text !== undefined) {
      if (area) area.value += t.text;
      if (option) option.text += t.text;
      if (button) button.text += t.text;
      continue;
    }
    const a = t.attrs;
    if (t.tag === 'form') {
      if (t.end) form = null;
      else {
        form = { action: a.action || '', method: (a.method || 'get').toLowerCase(), enctype: a.enctype || 'application/x-www-form-urlencoded', fields: [], buttons: [], attrs: a };
        out.push(form);
        if (a.id) byId.set(a.id, form);
      }
    } else if (t.tag === 'input' && !t.end) {
      const type = (a.type || 'text').toLowerCase();
      if (type === 'submit' || type === 'image') add(owner(a), 'buttons', { name: a.name, value: a.value ?? '', text: a.value ?? '', attrs: a });
      else if (a.name && a.disabled === undefined) add(owner(a), 'fields', { tag: 'input', name: a.name, type, value: a.value ?? (type === 'checkbox' || type === 'radio' ? 'on' : ''), checked: a.checked !== undefined, required: a.required !== undefined, maxlength: a.maxlength, id: a.id, attrs: a });
    } else if (t.tag === 'textarea') {
      if (t.end) { if (area) area.value = area.value.replace(/^\n/, ''); area = null; }
      else if (a.name) { area = { tag: 'textarea', name: a.name, type: 'textarea', value: '', required: a.required !== undefined, maxlength: a.maxlength, id: a.id, attrs: a }; add(owner(a), 'fields', area); }
    } else if (t.tag === 'select') {
      if (t.end) select = option = null;
      else if (a.name) { select = { tag: 'select', name: a.name, type: 'select', options: [], required: a.required !== undefined, id: a.id, multiple: a.multiple !== undefined, attrs: a }; add(owner(a), 'fields', select); }
    } else if (t.tag === 'option') {
      if (t.end) option = null;
      else if (select) { option = { value: a.value, text: '', selected: a.selected !== undefined }; select.options.push(option); }
    } else if (t.tag === 'button') {
      if (t.end) button = null;
      else { button = { name: a.name, value: a.value ?? '', text: '', type: (a.type || 'submit').toLowerCase(), attrs: a }; add(owner(a), 'buttons', button); }
    }
  }
  for (const [id, kind, item] of loose) byId.get(id)?.[kind].push(item);
  for (const f of out) for (const s of f.fields) if (s.type === 'select') {
    for (const o of s.options) o.value ??= o.text.trim();
    s.value = (s.options.find(o => o.selected) || s.options[0] || { value: '' }).value;
  }
  return out;
}
// What a browser would send: [[name, value], …]; `values` overrides by name (an array sends several, null sends none).
export function entries(form, values = {}, button = null) {
  const out = [], done = new Set();
  for (const f of form.fields) {
    if (f.type === 'file') continue;
    if (f.name in values) {
      if (done.has(f.name)) continue;
      done.add(f.name);
      const v = values[f.name];
      for (const x of Array.isArray(v) ? v : v === null ? [] : [v]) out.push([f.name, x]);
      continue;
    }
    if ((f.type === 'checkbox' || f.type === 'radio') && !f.checked) continue;
    out.push([f.name, f.value]);
  }
  for (const [k, v] of Object.entries(values)) if (!done.has(k) && v !== null && !Array.isArray(v) && !form.fields.some(f => f.name === k)) out.push([k, v]);
  if (button && button.name) out.push([button.name, button.value]);
  return out;
}
// Percent-encoding that lets raw bytes through: a value may be a string or a Buffer.
export function urlencode(pairs) {
  const enc = v => [...(Buffer.isBuffer(v) ? v : Buffer.from(String(v)))].map(b =>
    (b >= 48 && b <= 57) || (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b === 45 || b === 46 || b === 95 ? String.fromCharCode(b)
      : b === 32 ? '+' : '%' + b.toString(16).padStart(2, '0').toUpperCase()).join('');
  return pairs.map(([k, v]) => enc(k) + '=' + enc(v)).join('&');
}
export const hidden = (html, name) => {
  for (const t of tokens(html)) if (t.tag === 'input' && t.attrs?.name === name) return t.attrs.value ?? '';
  return null;
};
