import type { HttpResponseInit } from '@azure/functions'
import type { Account } from '../accounts/account.ts'
import { isMatch } from '../accounts/list.ts'
import { answerPage, type Html, html } from '../http/page.ts'
import { accountRow, choiceScript, choiceStyle } from './choosePageParts.ts'

/** What the person has done on the page so far. */
export interface ChoiceDraft {
  /** Account ids that are ticked; none means all. */
  readonly ticked: ReadonlySet<string>
  readonly defaultId?: string | undefined
  readonly search: string
  /** Counted from 1. */
  readonly page: number
}

/** What the page shows. */
export interface ChoicePage {
  readonly token: string
  readonly returnUrl: string
  /** In the order in which they are shown. */
  readonly accounts: readonly Account[]
  readonly draft: ChoiceDraft
  /** What is missing before the choice can be made. */
  readonly fault?: string
}

/** Rows at once: a page that a phone lays out in an instant, and a search that is worth typing. */
const rowsAtOnce = 200

/**
 * The page on which a person says which accounts the app may use, and which one by default. A plain form: searching
 * and paging post it too, so that what is ticked stays ticked without a script.
 */
export function choicePage(page: ChoicePage): HttpResponseInit {
  const { draft, accounts, fault, token, returnUrl } = page
  const matches = draft.search ? accounts.filter((account) => isMatch(account, draft.search)) : accounts
  const pages = Math.max(1, Math.ceil(matches.length / rowsAtOnce))
  const at = Math.min(Math.max(1, draft.page), pages)
  const shown = matches.slice((at - 1) * rowsAtOnce, at * rowsAtOnce)
  const title = 'Which accounts may the app use?'
  const body = html`<h1>${title}</h1>
${fault && html`<p class="fault" role="alert" id="fault">${fault}</p>`}
<p>You are connected to ${counted(accounts.length)}. Mark one as the default. Tick the accounts that the app may use; tick none to allow all of them, also those you get later.</p>
<form method="post" action="accounts">
<input type="hidden" name="choice" value="${token}">
<input type="hidden" name="page" value="${at}">
${searchBox(draft, matches.length, accounts.length)}
<p class="quiet" id="count" role="status">${countText(shown.length, at, matches.length, draft.search)}</p>
${heldElsewhere(accounts, shown, draft)}
<fieldset id="accounts" data-total="${accounts.length}">
<legend>${draft.search ? html`Accounts that match “${draft.search}”` : 'Accounts'}</legend>
${shown.length > 0 ? html`<ul>${shown.map((account) => accountRow(account, draft))}</ul>` : html`<p>None. Try part of a name, a number or an id.</p>`}
</fieldset>
${pages > 1 && pager(at, pages)}
<div class="finish">
<p id="ticked" role="status">${tickedText(draft.ticked.size, accounts.length)}</p>
<button class="button" name="go" value="choose">Continue</button>
<button class="button plain" name="go" value="later">Decide later</button>
</div>
</form>`
  return answerPage(
    {
      title: fault ? `Error: ${title}` : title,
      body,
      status: fault ? 422 : 200,
      script: choiceScript,
      formTargets: [new URL(returnUrl).origin],
    },
    choiceStyle,
  )
}

/** The page for a choice that is over, or that another browser began. */
export function choiceOverPage(): HttpResponseInit {
  const title = 'There is nothing left to choose here'
  const body = html`<div class="card">
<h1>${title}</h1>
<p>The choice was made already, the page has waited too long, or it was opened in another browser. The connection itself works: go back to the app, which can ask you which account to use.</p>
</div>`
  return answerPage({ title, body, status: 410 })
}

function searchBox(draft: ChoiceDraft, matching: number, total: number): Html {
  return html`<div class="search" role="search">
<label for="q">Search by name, number, id or customer</label>
<div><input type="search" id="q" name="q" value="${draft.search}" maxlength="200" autocomplete="off" spellcheck="false"><button class="button" name="go" value="search">Search</button></div>
${draft.search && matching < total && html`<button class="link" name="go" value="all">Show all ${total.toLocaleString('en')}</button>`}
</div>`
}

/** What is ticked, or the default, and not on this page: it stays in sight and in the form. */
function heldElsewhere(
  accounts: readonly Account[],
  shown: readonly Account[],
  draft: ChoiceDraft,
): Html | false {
  const visible = new Set(shown.map(({ accountId }) => accountId))
  const held = accounts.filter(
    ({ accountId }) =>
      (draft.ticked.has(accountId) || accountId === draft.defaultId) && !visible.has(accountId),
  )
  if (held.length === 0) return false
  return html`<fieldset id="held">
<legend>Chosen so far, not in the list below</legend>
<ul>${held.map((account) => accountRow(account, draft))}</ul>
</fieldset>`
}

function pager(at: number, pages: number): Html {
  const button = (page: number, text: string) =>
    html`<button class="button plain" name="go" value="page-${page}">${text}</button>`
  return html`<nav class="pager" aria-label="Pages of accounts">
${at > 1 && button(at - 1, 'Previous')}
<span>Page ${at} of ${pages}</span>
${at < pages && button(at + 1, 'Next')}
</nav>`
}

function countText(shown: number, at: number, matching: number, search: string): string {
  const first = (at - 1) * rowsAtOnce + 1
  const range = shown < matching ? `Showing ${first} to ${first + shown - 1} of ` : ''
  const verb = search ? ` match${matching === 1 ? 'es' : ''}.` : '.'
  return `${range}${counted(matching)}${verb}`
}

/** The script says the same. */
function tickedText(ticked: number, total: number): string {
  return ticked === 0
    ? `None ticked: the app may use all ${total.toLocaleString('en')}.`
    : `${ticked.toLocaleString('en')} ticked: the app may use only ${ticked === 1 ? 'this one' : 'these'}.`
}

function counted(count: number): string {
  return `${count.toLocaleString('en')} account${count === 1 ? '' : 's'}`
}
