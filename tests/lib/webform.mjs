// Finds the form of an action on the pages and sends it as a browser without script would.
import { fail } from './assert.mjs';
import { entries, forms, links, urlencode } from './html.mjs';

// Other last words of an address under which a page of the action may stand.
const ALIAS = { object: ['objection'], decide_objection: ['objection', 'decide-objection'], call_back: ['callback', 'call-back'], answer_now: ['answer-now', 'answer'], answer_escalation: ['answer-escalation', 'escalation'], hand_over: ['hand-over', 'assign'], not_contacted: ['not-contacted'] };
export const names = action => [action, ...(ALIAS[action] || [])];
const last = href => href.split(/[?#]/)[0].replace(/\/$/, '').split('/').at(-1);
const resolve = (base, href) => new URL(href || base, `http://x${base}`).pathname + new URL(href || base, `http://x${base}`).search;

export async function load(client, path) {
  const r = await client.get(path);
  if (r.status !== 200) return null;
  return { path, text: r.text, forms: forms(r.text).map(f => ({ ...f, target: resolve(path, f.action) })), links: links(r.text).map(l => ({ ...l, target: l.href.startsWith('/') || !/^[a-z]+:/.test(l.href) ? resolve(path, l.href) : null })) };
}
// {page, form} of the action on a case; `fields` are names of which the form must hold at least one (when it has any).
export async function findForm(client, id, action, fields = []) {
  const known = names(action);
  const fits = (f, page) => f.method === 'post' && (last(f.target) === action || (known.includes(last(f.target)) && fields.some(n => f.fields.some(x => x.name === n))) || (known.includes(last(page.path)) && fields.some(n => f.fields.some(x => x.name === n))));
  const home = await load(client, `/whistles/${id}`);
  if (!home) fail(`page /whistles/${id} as ${client.as} is not there`);
  const here = home.forms.filter(f => fits(f, home));
  const good = here.find(f => !fields.length || fields.every(n => f.fields.some(x => x.name === n))) || here[0];
  if (good) return { page: home, form: good };
  const ways = [...new Set([...home.links.filter(l => l.target && known.includes(last(l.target))).map(l => l.target), ...known.map(n => `/whistles/${id}/${n}`)])];
  for (const way of ways) {
    const page = await load(client, way);
    const form = page?.forms.find(f => fits(f, page)) || page?.forms.find(f => f.method === 'post' && last(f.target) === action);
    if (form) return { page, form };
  }
  return fail(`no form for ${action} on /whistles/${id} as ${client.as}; forms there: ${home.forms.map(f => f.target).join(', ') || 'none'}; looked also at ${ways.join(', ')}`);
}
function multipart(pairs) {
  const mark = `----test${Math.random().toString(36).slice(2)}`;
  const parts = pairs.map(([k, v]) => Buffer.concat([Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n`), Buffer.isBuffer(v) ? v : Buffer.from(String(v)), Buffer.from('\r\n')]));
  return { body: Buffer.concat([...parts, Buffer.from(`--${mark}--\r\n`)]), type: `multipart/form-data; boundary=${mark}` };
}
export async function press(client, form, values = {}, button = null) {
  const pairs = entries(form, values, button || form.buttons.find(b => b.name && b.type !== 'button' && !/draft|preview|recount|apply/.test(b.name)) || null);
  if (/multipart/.test(form.enctype)) return client.request('POST', form.target, { ...multipart(pairs), fresh: false, headers: { 'X-CSRF-Token': null } });
  return client.request('POST', form.target, { form: urlencode(pairs), fresh: false });
}
