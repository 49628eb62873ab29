// preview: beside a form, what was chosen and what the reader of its text will see. Without it the page
// says in words where that would stand.
const letter = document.querySelector('[data-preview]')
const form = letter?.closest('form')

const value = field => {
  const list = field instanceof RadioNodeList ? [...field] : field?.type === 'radio' ? [field] : null
  if (!list) return field?.value || ''
  const chosen = list.find(f => f.checked)
  return chosen?.labels[0]?.querySelector('b')?.textContent.replace('²', '') || ''
}
const show = () => {
  for (const place of letter.querySelectorAll('[data-preview-of]'))
    place.textContent = value(form.elements[place.dataset.previewOf]).trim() || place.dataset.empty
}
if (form) {
  for (const place of letter.querySelectorAll('[data-preview-of]')) place.dataset.empty = place.textContent
  form.addEventListener('input', show)
  form.addEventListener('change', show)
  show()
}
