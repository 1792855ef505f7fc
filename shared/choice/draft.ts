import { isMatch } from '../accounts/list.ts'
import type { Account } from '../domain/account.ts'
import { isSelected } from '../domain/selectAccounts.ts'

/** The person's input on the choice pages so far. Only the form carries it; it isn't stored anywhere else. */
export interface ChoiceDraft {
  /** First the accounts, then the default one among them. */
  readonly step: 'accounts' | 'default'
  /** All accounts, including later ones; or the selected ones. */
  readonly scope: 'all' | 'these'
  readonly ticked: ReadonlySet<string>
  readonly defaultId?: string | undefined
  readonly search: string
  /** Whether the list shows only selected accounts. */
  readonly onlyTicked: boolean
  /** Counted from 1. */
  readonly page: number
}

/** The part of the accounts that a page shows. */
export interface ChoiceView {
  readonly shown: readonly Account[]
  /** The number of matches on all pages. */
  readonly matching: number
  /** The number of selected accounts among them. */
  readonly ticked: number
  readonly page: number
  readonly pages: number
}

/** Rows on one page: as many as a phone can lay out instantly and a keyboard user can walk through. */
export const rowsPerPage = 100

/** The draft of a new page, with an earlier choice selected if there was one. */
export function firstDraft(accounts: readonly Account[]): ChoiceDraft {
  const chosen = accounts.every(isSelected) ? [] : accounts.filter(isSelected)
  const ticked = new Set(chosen.map(({ accountId }) => accountId))
  return { step: 'accounts', scope: 'these', ticked, search: '', onlyTicked: false, page: 1 }
}

/** Reads the form, limited to accounts that the tenant can reach: others were never on the page. */
export function parseDraft(form: URLSearchParams, accounts: readonly Account[]): ChoiceDraft {
  const reached = new Set(accounts.map(({ accountId }) => accountId))
  const words = [...form.getAll('account'), ...(form.get('selected') ?? '').split(' ')]
  const defaultId = form.get('default') ?? form.get('selectedDefault') ?? ''
  return {
    step: form.get('step') === 'default' ? 'default' : 'accounts',
    scope: form.get('scope') === 'all' ? 'all' : 'these',
    ticked: new Set(words.filter((accountId) => reached.has(accountId))),
    ...(reached.has(defaultId) && { defaultId }),
    search: (form.get('q') ?? '').trim().slice(0, 200),
    onlyTicked: form.get('only') === 'ticked',
    page: Math.min(Number(/^\d{1,6}$/.exec(form.get('page') ?? '')?.[0] ?? 1), 100_000),
  }
}

/** The accounts to choose the default from. */
export function defaultCandidates(draft: ChoiceDraft, accounts: readonly Account[]): readonly Account[] {
  return draft.scope === 'all' ? accounts : accounts.filter(({ accountId }) => draft.ticked.has(accountId))
}

/** The list's contents, before paging. */
export function filterAccounts(draft: ChoiceDraft, accounts: readonly Account[]): readonly Account[] {
  const { onlyTicked, search, step, ticked } = draft
  const listed = step === 'default' ? defaultCandidates(draft, accounts) : accounts
  const filtered = onlyTicked ? listed.filter(({ accountId }) => ticked.has(accountId)) : listed
  return search ? filtered.filter((account) => isMatch(account, search)) : filtered
}

/** The list's page that the draft is on. */
export function toChoiceView(draft: ChoiceDraft, accounts: readonly Account[]): ChoiceView {
  const matches = filterAccounts(draft, accounts)
  const pages = Math.max(1, Math.ceil(matches.length / rowsPerPage))
  const page = Math.min(Math.max(1, draft.page), pages)
  const shown = matches.slice((page - 1) * rowsPerPage, page * rowsPerPage)
  const ticked = matches.filter(({ accountId }) => draft.ticked.has(accountId)).length
  return { shown, matching: matches.length, ticked, page, pages }
}
