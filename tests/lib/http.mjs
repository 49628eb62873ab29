// A client that keeps cookies, signs in by the form, sends JSON with the token of the page, and tells what it sent.
import http from 'node:http';
import { Failure, fail, status } from './assert.mjs';
import { hidden, urlencode } from './html.mjs';

const wait = ms => new Promise(r => setTimeout(r, ms));

// One request as it is; nothing is followed or repeated but a connection that the server had just closed.
export function send(agent, port, { method = 'GET', path, headers = {}, body = null, timeout = 60000 }, again = true) {
  return new Promise((resolve, reject) => {
    const h = { ...headers };
    if (body !== null && h['Content-Length'] === undefined) h['Content-Length'] = body.length;
    const req = http.request({ agent, host: '127.0.0.1', port, method, path, headers: h, timeout }, res => {
      const parts = [];
      res.on('data', d => parts.push(d));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, raw: Buffer.concat(parts) }));
    });
    req.on('timeout', () => req.destroy(new Error(`no answer within ${timeout} ms`)));
    req.on('error', e => {
      if (again && req.reusedSocket && (e.code === 'ECONNRESET' || e.code === 'EPIPE')) {
        send(agent, port, { method, path, headers, body, timeout }, false).then(resolve, reject);
      } else reject(e);
    });
    if (body !== null) req.write(body);
    req.end();
  });
}

let visitor = 0;
export class Client {
  constructor(server, as, password = null) {
    Object.assign(this, { server, as, password, cookies: new Map(), csrf: null, token: null });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 64, timeout: 8000 });
    if (password === null) { visitor++; this.address = `198.51.${100 + (visitor >> 8) % 100}.${1 + visitor % 250}`; }
  }
  close() { this.agent.destroy(); }

  // {json | form | body, type, headers, patient: wait when told to (429), fresh: sign in again when the session is over}
  async request(method, path, { json, form, body = null, type = null, headers = {}, patient = true, fresh = true, timeout } = {}) {
    const run = async () => {
      const h = { Accept: path.startsWith('/api') ? 'application/json' : 'text/html', ...headers };
      if (this.address && !h['X-Forwarded-For']) h['X-Forwarded-For'] = this.address;
      let data = body;
      if (json !== undefined) { data = Buffer.from(JSON.stringify(json)); type ??= 'application/json'; }
      if (form !== undefined) { data = Buffer.from(typeof form === 'string' ? form : urlencode(Object.entries(form)), 'latin1'); type ??= 'application/x-www-form-urlencoded'; }
      if (typeof data === 'string') data = Buffer.from(data);
      if (data !== null && type) h['Content-Type'] = type;
      if (data === null && method !== 'GET' && method !== 'HEAD') { data = Buffer.alloc(0); }
      if (this.token) h.Authorization = `Bearer ${this.token}`;
      else if (this.cookies.size) {
        h.Cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
        if (this.csrf && method !== 'GET' && method !== 'HEAD' && form === undefined && h['X-CSRF-Token'] === undefined) h['X-CSRF-Token'] = this.csrf;
        if (h['X-CSRF-Token'] === null) delete h['X-CSRF-Token'];
      }
      let r;
      try { r = await send(this.agent, this.server.port, { method, path, headers: h, body: data, timeout }); } catch (e) {
        await wait(400);
        const dead = this.server.dead ? `; the server has ended: ${this.server.dead}` : '';
        throw new Failure(`${method} ${path} as ${this.as}: ${e.message}${dead}`);
      }
      for (const c of r.headers['set-cookie'] || []) {
        const [pair] = c.split(';');
        const k = pair.slice(0, pair.indexOf('=')).trim(), v = pair.slice(pair.indexOf('=') + 1).trim();
        if (v === '' || /max-age=0(;|$)/i.test(c)) this.cookies.delete(k); else this.cookies.set(k, v);
      }
      r.text = r.raw.toString('utf8');
      Object.assign(r, { method, path, as: this.as, sent: json !== undefined && JSON.stringify(json).length < 400 ? json : undefined, json: undefined });
      if (/json/.test(r.headers['content-type'] || '')) try { r.json = JSON.parse(r.text); } catch { fail(`${method} ${path} as ${this.as}: ${r.status} says JSON but is none: ${r.text.slice(0, 300)}`); }
      return r;
    };
    let r = await run();
    for (let n = 0; patient && r.status === 429 && n < 20; n++) {
      await wait(Math.min(5, Number(r.headers['retry-after']) || 1) * 1000);
      r = await run();
    }
    const over = r.status === 401 || (r.status === 303 && method === 'GET' && /^(https?:\/\/[^/]+)?\/login/.test(r.headers.location || ''));
    if (over && fresh && this.password !== null && !this.token && !this.entering) { await this.login(); r = await run(); }
    return r;
  }

  // The form of /login, as a browser without script would send it.
  async login(password = this.password) {
    this.entering = true;
    try {
      this.cookies.clear(); this.csrf = null;
      const page = status(await this.request('GET', '/login'), 200, 'sign-in page');
      const csrf = hidden(page.text, 'csrf');
      const r = await this.request('POST', '/login', { form: { username: this.as, password, ...(csrf === null ? {} : { csrf }) } });
      if (r.status !== 303) return r;
      const home = await this.request('GET', '/');
      status(home, 200, `first page after signing in as ${this.as}`);
      this.csrf = hidden(home.text, 'csrf');
      if (!this.csrf) fail(`the page of ${this.as} has no <input name="csrf">`);
      return r;
    } finally { this.entering = false; }
  }

  get(path, o) { return this.request('GET', path, o); }
  api(method, path, json, headers = {}, o = {}) { return this.request(method, '/api/v1' + path, { ...(json === undefined ? {} : { json }), headers, ...o }); }
  read(path) { return this.api('GET', path); }
  // An action on a whistle.
  act(id, name, body = {}, headers = {}, o = {}) { return this.api('POST', `/whistles/${id}/${name}`, body, headers, o); }
}
