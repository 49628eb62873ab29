// page: small help for pages that are complete without it: errors get the focus, fields that depend on a
// choice follow it, a form that was begun is not lost by a slip, and the numbers beside 待我决定 and 消息
// stay true.

const words = document.documentElement.lang === 'en'
  ? { restored: 'What you had typed here before was put back.', drop: 'Clear it',
      ends: 'You will be signed out in 5 minutes.', stay: 'Stay signed in', over: 'You have been signed out. What you typed here stays in this tab: sign in again to go on.' }
  : { restored: '您之前在这里写的内容已放回。', drop: '清空',
      ends: '5 分钟后会自动退出登录。', stay: '继续办理', over: '已自动退出登录。您写的内容还在这个标签页里，重新登录后接着写。' }

// The summary of what was wrong.
const summary = document.querySelector('.error-summary')
if (summary) summary.focus()

// data-show-if="field=code": shown while that choice is made.
const dependents = [...document.querySelectorAll('[data-show-if]')]
const follow = () => {
  for (const part of dependents) {
    const choice = part.dataset.showIf.split('='), name = choice[0], code = choice[1]
    const form = part.closest('form')
    const value = form ? new FormData(form).getAll(name) : []
    part.hidden = !value.includes(code) && !(code === '1' && value.includes('true'))
  }
}
if (dependents.length) {
  follow()
  document.addEventListener('change', follow)
}

// A form that was begun: kept in this tab until it is sent, and asked about before it is left.
const form = document.querySelector('main form[method="post"]:not(.no-print)')
const fields = form ? [...form.querySelectorAll('textarea[name], input[type="text"][name]')] : []
const key = 'typed:' + location.pathname
let sent = false
const typed = () => fields.filter(f => f.value !== f.defaultValue)
const keep = () => {
  const now = typed().map(f => [f.name, f.value])
  try {
    if (now.length) sessionStorage.setItem(key, JSON.stringify(now))
    else sessionStorage.removeItem(key)
  } catch { /* storage is full or forbidden: the form still works */ }
}
const restore = () => {
  let kept
  try { kept = JSON.parse(sessionStorage.getItem(key) || 'null') } catch { return }
  if (!kept || summary) return
  let n = 0
  for (const pair of kept) {
    const name = pair[0], value = pair[1]
    const field = fields.find(f => f.name === name)
    if (field && !field.value && value) { field.value = value; n++ }
  }
  if (!n) return
  const note = document.createElement('p'), button = document.createElement('button')
  note.className = 'note'
  note.textContent = words.restored + ' '
  button.type = 'button'
  button.className = 'btn-link'
  button.textContent = words.drop
  button.addEventListener('click', () => {
    for (const f of fields) f.value = f.defaultValue
    sessionStorage.removeItem(key)
    note.remove()
  })
  note.append(button)
  form.prepend(note)
}
if (fields.length && !location.pathname.startsWith('/login') && !location.pathname.startsWith('/me')) {
  restore()
  form.addEventListener('input', keep)
  form.addEventListener('submit', () => { sent = true; sessionStorage.removeItem(key) })
  addEventListener('beforeunload', event => {
    if (!sent && typed().some(f => f.value.length > 20)) event.preventDefault()
  })
}

// Five minutes before the session ends: a warning, and one press to stay.
const AHEAD = 300
const warning = document.createElement('div')
warning.className = 'note is-warn session-note'
warning.setAttribute('role', 'alert')
const say = (text, label, act) => {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'btn'
  button.textContent = label
  button.addEventListener('click', act)
  warning.replaceChildren(text + ' ', button)
  document.body.append(warning)
}
const stay = async () => {
  try {
    const left = /data-session="(\d+)"/.exec(await (await fetch('/me')).text())
    warning.remove()
    if (left) watch(Number(left[1]))
    else over()
  } catch { /* no line: the warning stays */ }
}
const over = () => say(words.over, document.documentElement.lang === 'en' ? 'Sign in' : '重新登录', () => location.reload())
let timer
const watch = seconds => {
  clearTimeout(timer)
  timer = setTimeout(() => {
    say(words.ends, words.stay, stay)
    timer = setTimeout(over, Math.min(AHEAD, seconds) * 1000)
  }, Math.max(0, seconds - AHEAD) * 1000)
}
const session = Number(document.body.dataset.session)
if (session > 0) watch(session)

// Live numbers: one line for all tabs would be better; the server allows six a person.
const person = document.querySelector('.site-header .person')
if (person && 'EventSource' in window) {
  const show = (link, n) => {
    if (!link) return
    let place = link.querySelector('i, [data-count]')
    if (!place && n > 0) {
      place = document.createElement(link.closest('.side-menu') ? 'i' : 'span')
      link.append(' ', place)
    }
    if (place) place.textContent = n > 0 ? n : ''
  }
  addEventListener('load', () => {
    const source = new EventSource('/events')
    source.addEventListener('counts', event => {
      const counts = JSON.parse(event.data)
      show(document.querySelector('.site-header a[href="/notices"]'), counts.notices)
      show(document.querySelector('.side-menu a[href="/requests"]'), counts.requests)
    })
    addEventListener('pagehide', () => source.close())
  })
}
