import type { Browser } from '../access/browser.ts'
import type { Account } from '../domain/account.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { Problem } from '../problems.ts'
import { type ChoiceDependencies, type ChoiceWithAccounts, finishChoice, readChoice } from './choose.ts'
import { type ChoiceDraft, defaultCandidates, filterAccounts, parseDraft } from './draft.ts'

/** Room for 10,000 selected accounts with the longest ids. */
export const maxChoiceFormBytes = 262_144

/** The result of submitting the form. */
export type FormResult =
  /** The page again, with what is missing, or why the answer couldn't be stored. */
  | { readonly open: ChoiceWithAccounts; readonly draft: ChoiceDraft; readonly fault?: ChoiceFault }
  /** The choice has just been made: on to the app. */
  | { readonly open: ChoiceWithAccounts; readonly doneUrl: string }

/** Why the page is shown again. */
export interface ChoiceFault {
  readonly text: string
  readonly status: 422 | 503
}

/**
 * Carries out the form's command: shows the page again after a search, a selection, or a change of page, continues with
 * the default, or stores the choice and returns the browser's next address.
 * @returns undefined when the choice is over or belongs to another browser.
 */
export async function handleChoiceForm(
  dependencies: ChoiceDependencies,
  form: URLSearchParams,
  browser: Browser | undefined,
): Promise<FormResult | undefined> {
  const open = await readChoice(dependencies, form.get('choice') ?? '', browser)
  if (!open) return undefined
  if (open.doneUrl) return { open, doneUrl: open.doneUrl }
  const draft = parseDraft(form, open.accounts)
  const go = form.get('go') ?? 'search'
  if (go === 'later') return finish(dependencies, open, draft, undefined)
  if (go !== 'choose') return { open, draft: withNavigation(draft, go, open.accounts) }
  return draft.step === 'accounts'
    ? chooseAmong(dependencies, open, draft)
    : chooseDefault(dependencies, open, draft)
}

/** The page after a button that neither chooses nor leaves. */
function withNavigation(draft: ChoiceDraft, go: string, accounts: readonly Account[]): ChoiceDraft {
  const turned = /^page-(\d{1,5})$/.exec(go)?.[1]
  if (turned) return { ...draft, page: Number(turned) }
  const matching = filterAccounts(draft, accounts).map(({ accountId }) => accountId)
  switch (go) {
    case 'tick':
      return { ...draft, scope: 'these', ticked: new Set([...draft.ticked, ...matching]) }
    case 'untick':
      return { ...draft, ticked: draft.ticked.difference(new Set(matching)), onlyTicked: false }
    case 'ticked':
      return { ...draft, search: '', onlyTicked: true, page: 1 }
    case 'clear':
      return { ...draft, search: '', onlyTicked: false, page: 1 }
    case 'back':
      return { ...draft, step: 'accounts', search: '', onlyTicked: false, page: 1 }
    default:
      return { ...draft, page: 1 }
  }
}

function chooseAmong(
  dependencies: ChoiceDependencies,
  open: ChoiceWithAccounts,
  draft: ChoiceDraft,
): Promise<FormResult> | FormResult {
  const candidates = defaultCandidates(draft, open.accounts)
  const [only] = candidates
  if (!only) return { open, draft, fault: missing('Select at least one account, or choose all of them.') }
  if (candidates.length === 1) return finish(dependencies, open, draft, only.accountId)
  const usable = candidates.filter((account) => account.usable)
  const defaultId = draft.defaultId ?? (usable.length === 1 ? usable[0]?.accountId : undefined)
  return { open, draft: { ...draft, step: 'default', defaultId, search: '', onlyTicked: false, page: 1 } }
}

function chooseDefault(
  dependencies: ChoiceDependencies,
  open: ChoiceWithAccounts,
  draft: ChoiceDraft,
): Promise<FormResult> | FormResult {
  const chosen = defaultCandidates(draft, open.accounts).find(
    ({ accountId }) => accountId === draft.defaultId,
  )
  return chosen
    ? finish(dependencies, open, draft, chosen.accountId)
    : { open, draft, fault: missing('Choose one account.') }
}

async function finish(
  dependencies: ChoiceDependencies,
  open: ChoiceWithAccounts,
  draft: ChoiceDraft,
  defaultId: string | undefined,
): Promise<FormResult> {
  const accounts = draft.scope === 'all' ? ('all' as const) : [...draft.ticked]
  const answer = defaultId === undefined ? undefined : { accounts, default: defaultId }
  try {
    return { open, doneUrl: await finishChoice(dependencies, open, answer) }
  } catch (error) {
    if (!(error instanceof Problem || error instanceof StorageUnavailableError)) throw error
    // The account itself is the problem, so trying again wouldn't help: there is no known way to reach it.
    if (error instanceof Problem && error.code === 'account_not_found')
      return { open, draft, fault: missing('That account can’t be used yet. Choose another one.') }
    const text = 'Your choice couldn’t be saved. Try again in a moment.'
    return { open, draft, fault: { text, status: 503 } }
  }
}

function missing(text: string): ChoiceFault {
  return { text, status: 422 }
}
