import type { CallResult } from './client.ts'
import type { AccountInfo, Customer } from './customerManagementSchemas.ts'
import type { DiscoveryCalls } from './discoveryCalls.ts'
import { inTurns } from './inTurns.ts'
import {
  isAboutOneCall,
  type PassedOverCustomer,
  toPassedOver,
  toUnfinished,
  type Unfinished,
} from './unfinished.ts'

/** The result of a walk down the customer links. */
export interface LinkWalk {
  /** The nearest customer that lists a wanted account, by account id. */
  readonly listedBy: ReadonlyMap<string, string>
  readonly customers: readonly Customer[]
  /** Whether customers were left out: an account that was not found may be below one of them. */
  readonly isCut: boolean
  readonly passedOver: readonly PassedOverCustomer[]
  /** Set if the walk ended before every wanted account was found. */
  readonly unfinished?: Unfinished
}

/** Microsoft allows five levels of links (guides/account-hierarchy-permissions.md): the roots, and five below them. */
const maxLevels = 5

/**
 * Limits a walk through a very wide hierarchy, with one call for each customer: a person may wait for it.
 */
export const maxWalkedCustomers = 500

/** Failing customers after which Microsoft itself has failed. */
const maxFailing = 2

/**
 * Walks GetLinkedAccountsAndCustomersInfo from `roots` downward, one level at a time, until every wanted account
 * is found. It ends at the first throttled call, and when a second customer can't be read because Microsoft fails. A
 * customer that the user may not list, or that answers oddly, is passed over.
 */
export async function walkLinks(
  calls: DiscoveryCalls,
  roots: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<LinkWalk> {
  const walk = createWalk(calls, wanted)
  let level = walk.next(roots)
  for (let depth = 0; depth <= maxLevels && level.length > 0 && !walk.isDone(); depth++) {
    const below: string[] = []
    const list = (answer: CallResult<Listed>, customerId: string) =>
      below.push(...walk.handle(answer, customerId))
    await inTurns(level, calls.atOnce, calls.getLinkedAccountsAndCustomersInfo, list, walk.isDone)
    level = walk.next(below)
  }
  return walk.result(level.length > 0)
}

interface Listed {
  readonly accounts: readonly AccountInfo[]
  readonly customers: readonly Customer[]
}

/** What a walk has learned so far. */
function createWalk(calls: DiscoveryCalls, wanted: ReadonlySet<string>) {
  const listedBy = new Map<string, string>()
  const customers = new Map<string, Customer>()
  const passedOver: PassedOverCustomer[] = []
  const seen = new Set<string>()
  const failing: Unfinished[] = []
  let isCut = false
  let end: Unfinished | undefined
  const isFound = () => listedBy.size === wanted.size
  return {
    isDone: () => isFound() || end !== undefined,
    /** The customers of a level that are yet to be listed, as far as the limit allows. */
    next(customerIds: readonly string[]): readonly string[] {
      const unseen = [...new Set(customerIds)].filter((id) => !seen.has(id))
      const left = unseen.slice(0, maxWalkedCustomers - seen.size)
      isCut ||= left.length < unseen.length
      for (const id of left) seen.add(id)
      return left
    },
    /** Takes in a customer's answer. @returns the customers below. */
    handle(answer: CallResult<Listed>, customerId: string): readonly string[] {
      if (answer.ok) return takeIn(answer.value, customerId)
      const { fault } = answer
      if (isAboutOneCall(fault)) passedOver.push(toPassedOver(customerId, fault))
      else fail(toUnfinished(fault, calls.isOver(), false))
      return []
    },
    result: (isLevelLeft: boolean): LinkWalk => {
      const unfinished = isFound() ? undefined : (end ?? failing[0])
      const cut = isCut || (isLevelLeft && !end)
      return {
        listedBy,
        customers: [...customers.values()],
        isCut: cut,
        passedOver,
        ...(unfinished && { unfinished }),
      }
    },
  }

  function fail(unfinished: Unfinished): void {
    failing.push(unfinished)
    if (unfinished.because !== 'unavailable' || failing.length >= maxFailing) end ??= unfinished
  }

  function takeIn(listed: Listed, customerId: string): readonly string[] {
    for (const { accountId } of listed.accounts) {
      if (wanted.has(accountId) && !listedBy.has(accountId)) listedBy.set(accountId, customerId)
    }
    // One more than the walk reads, so it notices the cut.
    const below = listed.customers.slice(0, maxWalkedCustomers + 1)
    for (const customer of below) customers.set(customer.customerId, customer)
    return below.map((customer) => customer.customerId)
  }
}
