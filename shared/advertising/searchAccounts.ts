import { maxAccounts } from '../domain/account.ts'
import { accountsPageSize, type CallResult } from './client.ts'
import type { AdvertiserAccount } from './customerManagementSchemas.ts'
import type { DiscoveryCalls } from './discoveryCalls.ts'
import { toUnfinished, type Unfinished } from './unfinished.ts'

/** The accounts that a search found: the first 50,000 by id. */
export interface AccountSearch {
  readonly accounts: readonly AdvertiserAccount[]
  /** Whether accounts were left out, because there are more than 50,000. */
  readonly isCut: boolean
  /** Set if not every page could be read. */
  readonly unfinished?: Unfinished
}

/** One more page shows whether accounts are left out. */
const maxPages = maxAccounts / accountsPageSize + 1

type Page = CallResult<readonly AdvertiserAccount[]>

/**
 * Reads the pages of a user's accounts until one brings nothing new. A page that isn't full doesn't end the search:
 * accounts that come and go can be missing from it. Pages after a full one are read several at once.
 * A fault on the first page is the result; a later one leaves the search unfinished.
 */
export async function searchAllAccounts(
  calls: DiscoveryCalls,
  userId: string,
): Promise<CallResult<AccountSearch>> {
  const found = new Map<string, AdvertiserAccount>()
  let unfinished: Unfinished | undefined
  for (let turn: Turn = { next: 0, size: 1, isAfterFull: true }; turn.size > 0; ) {
    const pages = await readPages(calls, userId, turn)
    const fault = pages.find((page) => !page.ok)?.fault
    if (fault && turn.next === 0) return { ok: false, fault }
    if (fault) unfinished = toUnfinished(fault, calls.isOver(), true)
    const isNew = pages.map((page) => takeIn(found, page)).every(Boolean)
    const goesOn = isNew && !unfinished && found.size <= maxAccounts
    turn = goesOn ? turnAfter(turn, isFull(pages.at(-1)!), calls.atOnce) : { ...turn, size: 0 }
  }
  const accounts = [...found.values()].slice(0, maxAccounts)
  return { ok: true, value: { accounts, isCut: found.size > maxAccounts, ...(unfinished && { unfinished }) } }
}

function turnAfter({ next, size }: Turn, isAfterFull: boolean, atOnce: number): Turn {
  const left = maxPages - next - size
  return { next: next + size, size: Math.min(isAfterFull ? atOnce : 1, left), isAfterFull }
}

interface Turn {
  readonly next: number
  readonly size: number
  /** Whether the page before the first of these was full. */
  readonly isAfterFull: boolean
}

/** An empty page in the place of accounts removes them from a tenant, so it counts only if a second call agrees. */
async function readPages(calls: DiscoveryCalls, userId: string, turn: Turn): Promise<readonly Page[]> {
  const indexes = Array.from({ length: turn.size }, (_, offset) => turn.next + offset)
  const pages = await Promise.all(indexes.map((index) => calls.searchAccounts(userId, index)))
  const empty = pages.findIndex((page) => page.ok && page.value.length === 0)
  const isSuspicious = empty === 0 ? turn.isAfterFull : empty > 0 && isFull(pages[empty - 1]!)
  if (isSuspicious) pages[empty] = await calls.searchAccounts(userId, turn.next + empty)
  return pages
}

function isFull(page: Page): boolean {
  return page.ok && page.value.length >= accountsPageSize
}

/** @returns whether the page brought anything new. */
function takeIn(found: Map<string, AdvertiserAccount>, page: Page): boolean {
  const before = found.size
  for (const account of page.ok ? page.value : []) found.set(account.accountId, account)
  return found.size > before
}
