import type { Account } from '../accounts/account.ts'
import { type Html, html } from '../http/page.ts'
import type { ChoiceDraft } from './choosePage.ts'

/** One account: a tick, what a person knows it by, its state, and the mark of the default. */
export function accountRow(account: Account, draft: ChoiceDraft): Html {
  const { accountId, name, number, customerName, linked, note, usable } = account
  const ticked = draft.ticked.has(accountId)
  const isDefault = draft.defaultId === accountId
  const title = name || number || accountId
  return html`<li>
<input type="checkbox" name="account" value="${accountId}" id="a${accountId}"${ticked && html` checked`}>
<label for="a${accountId}"><b>${title}</b> <span class="quiet">${[number, customerName].filter(Boolean).join(' · ') || accountId}</span>${linked && html` <span class="mark">Linked: reached through ${customerName || 'another customer'}</span>`}${note && html` <span class="${usable ? 'mark' : 'mark bad'}">${note}</span>`}</label>
<label class="default"><input type="radio" name="default" value="${accountId}"${isDefault && html` checked`}> Default<span class="unseen">: ${title}</span></label>
</li>`
}

/** The page's own style, after what every page has. */
export const choiceStyle = `
html{scroll-padding-bottom:8rem}
fieldset{border:1px solid var(--line);border-radius:.75rem;background:var(--card);margin:1rem 0;padding:0;min-width:0}
legend{font-weight:600;margin-left:.75rem;padding:0 .35rem;overflow-wrap:anywhere}
fieldset p{padding:0 1rem}
ul{list-style:none;margin:0;padding:0}
li{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.25rem .75rem;align-items:start;padding:.6rem 1rem;content-visibility:auto;contain-intrinsic-size:auto 4rem}
li+li{border-top:1px solid var(--line)}
li[hidden]{display:none}
li:has([name=account]:checked){background:color-mix(in srgb,var(--accent) 9%,transparent)}
label{cursor:pointer;overflow-wrap:anywhere}
li>label:not(.default){padding:.1rem 0}
li .quiet,.mark{display:block}
.mark{font-size:.875rem}
.mark.bad{color:#a4262c}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;margin:.2rem 0;accent-color:var(--accent);flex:none}
.default{display:inline-flex;gap:.4rem;align-items:flex-start;min-height:1.5rem;font-size:.9375rem}
.default input{margin:.1rem 0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.search{margin-top:1.25rem}
.search label{display:block;font-weight:600;margin-bottom:.25rem}
.search div{display:flex;gap:.5rem}
.search input{flex:1;min-width:0;padding:.6rem .75rem;border:1px solid var(--quiet);border-radius:.5rem;background:var(--card);color:var(--ink);font:inherit}
.search .button{margin:0}
.button.plain{background:none;color:var(--accent);box-shadow:inset 0 0 0 1px var(--line)}
.link{border:0;background:none;color:var(--accent);font:inherit;text-decoration:underline;padding:.4rem 0;cursor:pointer}
.pager{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center}
.pager .button{margin:0}
.fault{border-left:4px solid #a4262c;background:var(--card);padding:.6rem .9rem;font-weight:600}
.finish{background:var(--paper);border-top:1px solid var(--line);margin-top:1rem;padding:.75rem 0}
.finish p{margin:0}
.finish .button{margin:.5rem .5rem 0 0}
@media(min-height:34rem){.finish{position:sticky;bottom:0}}
@media(max-width:26rem){li{grid-template-columns:auto minmax(0,1fr)}.default{grid-column:2}}
@media(prefers-color-scheme:dark){.mark.bad{color:#ff9a9f}.fault{border-color:#ff9a9f}}
`

/**
 * Filters what is on the page while somebody types, and says how many are ticked. The page is whole without it.
 * Enter searches all accounts at the server.
 */
export const choiceScript = `
const form = document.forms[0], q = form.elements.q, list = document.getElementById('accounts')
const rows = [...list.querySelectorAll('li')].map(li => ({ li, text: li.textContent.toLowerCase() + ' ' + li.querySelector('input').value }))
const total = Number(list.dataset.total), count = document.getElementById('count'), ticked = document.getElementById('ticked')
const typed = q.value, said = count.textContent, number = n => n.toLocaleString('en')
let waiting
q.addEventListener('input', () => {
  const wanted = q.value.trim().toLowerCase()
  let matching = 0
  for (const { li, text } of rows) {
    const isMatch = q.value === typed || text.includes(wanted)
    if (li.hidden === isMatch) li.hidden = !isMatch
    if (isMatch) matching++
  }
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    const rest = rows.length < total ? ' Press Enter to search all ' + number(total) + '.' : ''
    count.textContent = q.value === typed ? said : number(matching) + ' of the ' + number(rows.length) + ' accounts on this page match.' + rest
  }, 250)
})
form.addEventListener('change', ({ target }) => {
  const n = form.querySelectorAll('[name=account]:checked').length
  if (target.name === 'account') ticked.textContent = n === 0
    ? 'None ticked: the app may use all ' + number(total) + '.'
    : number(n) + ' ticked: the app may use only ' + (n === 1 ? 'this one' : 'these') + '.'
})
`
