import type { ChoiceWithAccounts } from '../choice/choose.ts'
import { type ChoiceDraft, type ChoiceView, rowsPerPage } from '../choice/draft.ts'
import type { ChoiceFault } from '../choice/form.ts'
import type { Account } from '../domain/account.ts'
import { type Html, html } from './page.ts'

/** The contents of a choice page. */
export interface ChoicePage {
  readonly token: string
  readonly app: string | undefined
  readonly open: ChoiceWithAccounts
  readonly draft: ChoiceDraft
  /** What is missing from the choice, or why it couldn't be stored. */
  readonly fault?: ChoiceFault
  /** Whether the person has just searched or changed the page: a screen reader should announce the count. */
  readonly moved?: boolean
}

/** With fewer accounts, a search box isn't needed. */
const worthSearching = 10

/** The button that Enter in a field presses: the first one of the form, visible or not. */
export function defaultButton(total: number): Html {
  const go = total > worthSearching ? 'search' : 'choose'
  return html`<button class="unseen" name="go" value="${go}" tabindex="-1" aria-hidden="true">Go</button>`
}

/** The error; focused, so that it's read out and seen first. */
export function faultMessage(text: string): Html {
  return html`<p class="fault" role="alert" id="fault" tabindex="-1" autofocus>${text}</p>`
}

/** Hidden fields of the form: selected accounts on other pages stay selected, in a single field. */
export function hiddenFields({ token, draft }: ChoicePage, { shown, page }: ChoiceView): Html {
  const visible = new Set(draft.step === 'accounts' ? shown.map(({ accountId }) => accountId) : [])
  const elsewhere = [...draft.ticked].filter((accountId) => !visible.has(accountId))
  const { defaultId, onlyTicked, scope, step } = draft
  const isDefaultShown = step === 'default' && shown.some(({ accountId }) => accountId === defaultId)
  const hidden = (name: string, value: string | number) =>
    html`<input type="hidden" name="${name}" value="${value}">`
  return html`${hidden('choice', token)}${hidden('step', step)}${hidden('page', page)}${hidden('selected', elsewhere.join(' '))}${
    onlyTicked && hidden('only', 'ticked')
  }${step === 'default' && hidden('scope', scope)}${defaultId && !isDefaultShown && hidden('selectedDefault', defaultId)}`
}

/** The search box, if there is something to search. */
export function searchBox({ search }: ChoiceDraft, total: number): Html | false {
  if (total <= worthSearching) return false
  return html`<div class="search" role="search">
<label class="unseen" for="q">Search by name, number, ID, or customer</label>
<input type="search" id="q" name="q" value="${search}" maxlength="200" placeholder="Find an account" autocomplete="off" spellcheck="false"><button class="button plain" name="go" value="search">Search</button>
</div>`
}

/** The count, the actions for the whole list, and its rows. */
export function accountList(page: ChoicePage, view: ChoiceView): Html {
  const { draft, moved, open } = page
  const { shown, matching } = view
  const elsewhere = draft.ticked.size - shown.filter(({ accountId }) => draft.ticked.has(accountId)).length
  const isFiltered = draft.search !== '' || draft.onlyTicked
  const isAccounts = draft.step === 'accounts'
  // For a long list, selecting everything is already one press away.
  const isWorthTicking = matching > 1 && !draft.onlyTicked && (isFiltered || view.pages === 1)
  return html`<div class="tools">
<p class="quiet" id="count" role="status" tabindex="-1"${moved && html` autofocus`}>${countText(draft, view)}</p>
${isFiltered && tool('clear', 'Show all')}
${isAccounts && isWorthTicking && tool('tick', `Select ${isFiltered ? 'these' : 'all'} ${matching.toLocaleString('en')}`)}
${isAccounts && view.ticked > 0 && tool('untick', isFiltered ? 'Clear these' : 'Clear all')}
${isAccounts && elsewhere > 0 && !draft.onlyTicked && tool('ticked', `Show ${elsewhere.toLocaleString('en')} more selected`)}
</div>
<a class="skip" href="#finish">Skip the list</a>
<fieldset id="accounts" data-total="${open.accounts.length}" data-elsewhere="${elsewhere}">
<legend class="unseen">${draft.search ? html`Accounts that match “${draft.search}”` : 'Accounts'}</legend>
${shown.length > 0 && html`<ul>${shown.map((account) => accountRow(account, draft))}</ul>`}
<p class="none" id="none"${shown.length > 0 && html` hidden`}>No matches. Try part of a name, a number, or an ID.</p>
</fieldset>
${view.pages > 1 && pager(view)}`
}

/** One account as a single button: its identifying texts, and its state. */
function accountRow(account: Account, { step, ticked, defaultId }: ChoiceDraft): Html {
  const { accountId, name, number, customerName, linked, note, usable } = account
  const [type, field, isOn] =
    step === 'default'
      ? ['radio', 'default', accountId === defaultId]
      : ['checkbox', 'account', ticked.has(accountId)]
  const details = [name && number, customerName].filter(Boolean).join(' · ') || accountId
  return html`<li><label><input type="${type}" name="${field}" value="${accountId}"${isOn && html` checked`}><span><b>${name || number || accountId}</b> <span class="quiet">${details}</span>${linked && html` <span class="mark quiet">Linked: reached through ${customerName || 'another customer'}</span>`}${note && html` <span class="mark${!usable && ' bad'}">${note}</span>`}</span></label></li>`
}

function tool(go: string, text: string): Html {
  return html`<button class="tool" name="go" value="${go}">${text}</button>`
}

function pager({ page, pages }: ChoiceView): Html {
  const button = (to: number, text: string) =>
    html`<button class="button plain" name="go" value="page-${to}">${text}</button>`
  return html`<nav class="pager" aria-label="Pages of accounts">
${page > 1 && button(page - 1, 'Previous')}
<span>Page ${page} of ${pages}</span>
${page < pages && button(page + 1, 'Next')}
</nav>`
}

/** The title of the browser's tab; a screen reader reads it first after a search. */
export function pageTitle({ draft, fault }: ChoicePage, view: ChoiceView, title: string): string {
  if (fault) return `Error: ${title}`
  if (draft.search || draft.onlyTicked) return `${countText(draft, view)} ${title}`
  return view.page > 1 ? `Page ${view.page} of ${view.pages}: ${title}` : title
}

function countText({ search, onlyTicked }: ChoiceDraft, { shown, matching, page }: ChoiceView): string {
  const first = (page - 1) * rowsPerPage + 1
  const range =
    shown.length < matching
      ? `${first.toLocaleString('en')}–${(first + shown.length - 1).toLocaleString('en')} of `
      : ''
  const ticked = onlyTicked ? ' selected' : ''
  const match = search ? ` match${matching === 1 ? 'es' : ''} “${search}”` : ''
  return `${range}${counted(matching)}${ticked}${match}.`
}

function counted(count: number): string {
  return `${count.toLocaleString('en')} account${count === 1 ? '' : 's'}`
}
