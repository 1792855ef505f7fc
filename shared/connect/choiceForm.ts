import type { AccountsChoice } from '../accounts/choose.ts'
import { isSelected } from '../accounts/select.ts'
import type { BrowserBinding } from './browser.ts'
import { type ChoiceDependencies, finishChoice, type OpenedChoice, readChoice } from './choose.ts'
import type { ChoiceDraft, ChoicePage } from './choosePage.ts'

/** Room for 5,000 ticked accounts with the longest ids. */
export const longestChoiceFormBytes = 262_144

/** The page as it first shows itself: an earlier choice is ticked, if there was one. */
export function firstDraft({ accounts }: OpenedChoice): ChoiceDraft {
  const chosen = accounts.every(isSelected) ? [] : accounts.filter(isSelected)
  return { ticked: new Set(chosen.map(({ accountId }) => accountId)), search: '', page: 1 }
}

/**
 * Carries out what the page's form asks for: shows the page again after a search or a turn of the page, or spends
 * the choice and says where the browser goes. Only `go=choose` and `go=later` spend it.
 * @returns undefined when the choice is over, or another browser's.
 */
export async function answerChoiceForm(
  dependencies: ChoiceDependencies,
  form: URLSearchParams,
  browser: BrowserBinding | undefined,
): Promise<{ readonly page: ChoicePage } | { readonly returnUrl: string } | undefined> {
  const token = form.get('choice') ?? ''
  const open = await readChoice(dependencies, token, browser)
  if (!open) return undefined
  const go = form.get('go') ?? 'search'
  const draft = draftOf(form, go, open)
  const page = { token, returnUrl: open.choice.returnUrl, accounts: open.accounts, draft }
  if (go !== 'choose' && go !== 'later') return { page }
  const answer = go === 'later' ? undefined : toAnswer(draft, open)
  if (answer && 'fault' in answer) return { page: { ...page, fault: answer.fault } }
  const returnUrl = await finishChoice(dependencies, token, answer)
  return returnUrl === undefined ? undefined : { returnUrl }
}

/** What the form says, as far as the tenant reaches it: anything else was never on the page. */
function draftOf(form: URLSearchParams, go: string, { accounts }: OpenedChoice): ChoiceDraft {
  const reached = new Set(accounts.map(({ accountId }) => accountId))
  const defaultId = form.get('default') ?? undefined
  const turned = /^page-(\d{1,6})$/.exec(go)?.[1]
  const kept = go === 'choose' ? Number(form.get('page')) || 1 : 1
  return {
    ticked: new Set(form.getAll('account').filter((accountId) => reached.has(accountId))),
    search: go === 'all' ? '' : (form.get('q') ?? '').slice(0, 200),
    page: turned ? Number(turned) : kept,
    ...(defaultId && reached.has(defaultId) && { defaultId }),
  }
}

/** A single ticked account is the default; the default is always among those that may be used. */
function toAnswer(
  { ticked, defaultId }: ChoiceDraft,
  { accounts }: OpenedChoice,
): AccountsChoice | { readonly fault: string } {
  const only = ticked.size === 1 ? [...ticked][0] : undefined
  const chosenDefault = defaultId ?? only ?? (accounts.length === 1 ? accounts[0]?.accountId : undefined)
  if (!chosenDefault) {
    return { fault: 'Mark one account as the default: it is used when the app names none.' }
  }
  return {
    accounts: ticked.size === 0 ? 'all' : [...new Set([...ticked, chosenDefault])],
    default: chosenDefault,
  }
}
