/** The search of `/docs`: it hides what doesn't contain every word. Without a script, there is no search box. */
export const docsScript = `
const box = document.getElementById('search')
box.parentElement.hidden = false
const parts = [...document.querySelectorAll('section.card, .problem')]
const textOf = new Map(parts.map((part) => [part, part.textContent.toLowerCase()]))
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let shown = 0
  for (const part of parts) {
    part.hidden = !words.every((word) => textOf.get(part).includes(word))
    if (!part.hidden) shown++
  }
  for (const link of document.querySelectorAll('.side li a')) {
    const target = document.getElementById(link.hash.slice(1))
    link.parentElement.hidden = target?.hidden === true
  }
  document.getElementById('found').textContent = words.length === 0 ? '' : shown + ' found'
})
`
