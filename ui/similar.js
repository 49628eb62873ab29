// While a whistle is written: own open ones that look like the same matter, shown under the text.
// Without it the page shows all own open ones from the start.
const wait = 600
const form = document.querySelector('form[data-similar]')
const place = document.getElementById('similar')
const watched = ['text', 'firm', 'enterprise']

const look = async () => {
  if (form.elements.text.value.trim().length < 10) return
  try {
    const answer = await fetch(form.action, {
      method: 'POST', headers: { 'X-Fragment': 'similar' }, body: new URLSearchParams(new FormData(form)), credentials: 'same-origin'
    })
    const found = answer.ok ? await answer.text() : null
    if (found === null || found.trim() === place.innerHTML.trim()) return
    place.innerHTML = found
    place.hidden = !found.trim()
  } catch { /* offline: what was shown stays */ }
}

if (form && place) {
  let timer = 0
  form.addEventListener('input', event => {
    if (!watched.includes(event.target.name)) return
    clearTimeout(timer)
    timer = setTimeout(look, wait)
  })
}
