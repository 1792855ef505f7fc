/**
 * Filters the page's rows while the person types, shows the number of selected rows, and lets Enter on a row continue.
 * The page works without it. Enter in the search box searches all accounts on the server.
 */
export const choiceScript = `
const form = document.forms[0], q = form.elements.q, list = document.getElementById('accounts'), none = document.getElementById('none')
const rows = [...list.querySelectorAll('li')].map(li => ({ li, text: li.textContent.toLowerCase() + ' ' + li.querySelector('input').value }))
const total = Number(list.dataset.total), elsewhere = Number(list.dataset.elsewhere)
const count = document.getElementById('count'), ticked = document.getElementById('ticked'), number = n => n.toLocaleString('en')
const said = count.textContent, typed = q ? q.value : ''
let waiting
function filter() {
  const wanted = q.value.trim().toLowerCase()
  let matching = 0
  for (const { li, text } of rows) {
    const isMatch = q.value === typed || text.includes(wanted)
    if (li.hidden === isMatch) li.hidden = !isMatch
    if (isMatch) matching++
  }
  const rest = rows.length < total ? ' Press Enter to search all ' + number(total) + '.' : ''
  none.hidden = matching > 0
  none.textContent = 'Nothing on this page matches.' + rest
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    count.textContent = q.value === typed ? said : number(matching) + ' of the ' + number(rows.length) + ' on this page match.' + rest
  }, 250)
}
function tell() {
  if (!form.querySelector('[type=radio][name=scope]')) return
  const n = elsewhere + list.querySelectorAll('[name=account]:checked').length
  const isAll = form.elements.scope.value === 'all'
  ticked.textContent = isAll ? 'All ' + number(total) + ' accounts' : (n ? number(n) : 'None') + ' of ' + number(total) + ' selected'
  ticked.hidden = false
}
if (q) q.addEventListener('input', filter)
form.addEventListener('change', tell)
form.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !/^(checkbox|radio)$/.test(event.target.type)) return
  event.preventDefault()
  form.requestSubmit(document.getElementById('choose'))
})
tell()
`
