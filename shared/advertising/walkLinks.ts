import pMap from 'p-map'
import type { CallResult, CustomerManagement } from './client.ts'
import type { AccountInfo, Customer } from './customerManagementSchemas.ts'
import type { Credentials } from './services.ts'

/** An account and the nearest customer that lists it. */
export interface ListedAccount {
  readonly account: AccountInfo
  readonly customerId: string
}

/** The result of a walk down the customer links. */
export interface LinkWalk {
  /** By account id. */
  readonly accounts: ReadonlyMap<string, ListedAccount>
  readonly customers: readonly Customer[]
  /** Whether customers were left out: an account that was not found may be below one of them. */
  readonly isCut: boolean
}

/** Microsoft allows five levels of links (guides/account-hierarchy-permissions.md): the roots, and five below them. */
const maxLevels = 5

/**
 * Limits a walk through a very wide hierarchy, with one call for each customer: a browser waits for it, and the
 * platform ends its call after 230 s (functions-scale, "timeout").
 */
export const maxWalkedCustomers = 500

const callsAtOnce = 4

/**
 * Walks GetLinkedAccountsAndCustomersInfo from `roots` downward, one level at a time, until every wanted account
 * is found. A customer that the user may not list is skipped; any other fault ends the walk, because half a
 * walk would make accounts seem to have vanished.
 */
export async function walkLinks(
  client: CustomerManagement,
  credentials: Credentials,
  roots: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<CallResult<LinkWalk>> {
  const accounts = new Map<string, ListedAccount>()
  const customers = new Map<string, Customer>()
  const seen = new Set<string>()
  let isCut = false
  const next = (customerIds: Iterable<string>) => {
    const unseen = [...new Set(customerIds)].filter((id) => !seen.has(id))
    const left = maxWalkedCustomers - seen.size
    isCut ||= unseen.length > left
    return unseen.slice(0, left)
  }
  let level = next(roots)
  const isDone = () => level.length === 0 || [...wanted].every((id) => accounts.has(id))
  for (let depth = 0; depth <= maxLevels && !isDone(); depth++) {
    for (const id of level) seen.add(id)
    const listed = await listLevel(client, credentials, level, wanted)
    if (!listed.ok) return listed
    for (const one of listed.value.accounts) {
      if (!accounts.has(one.account.accountId)) accounts.set(one.account.accountId, one)
    }
    for (const customer of listed.value.customers) customers.set(customer.customerId, customer)
    level = next(listed.value.customers.map((customer) => customer.customerId))
  }
  return {
    ok: true,
    value: { accounts, customers: [...customers.values()], isCut: isCut || level.length > 0 },
  }
}

interface Listed {
  readonly accounts: readonly AccountInfo[]
  readonly customers: readonly Customer[]
}

async function listLevel(
  client: CustomerManagement,
  credentials: Credentials,
  customerIds: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<CallResult<{ accounts: readonly ListedAccount[]; customers: readonly Customer[] }>> {
  const accounts: ListedAccount[] = []
  const customers: Customer[] = []
  const list = async (id: string) =>
    withoutUnwanted(await client.getLinkedAccountsAndCustomersInfo(credentials, id), wanted)
  const answers = await pMap(customerIds, list, { concurrency: callsAtOnce })
  for (const [index, result] of answers.entries()) {
    if (!result.ok && result.fault.class === 'rights') continue
    if (!result.ok) return result
    const customerId = customerIds[index]!
    for (const account of result.value.accounts) accounts.push({ account, customerId })
    for (const customer of result.value.customers) customers.push(customer)
  }
  return { ok: true, value: { accounts, customers } }
}

/** Drops what later steps don't read: 500 answers would fill the memory. */
function withoutUnwanted(result: CallResult<Listed>, wanted: ReadonlySet<string>): CallResult<Listed> {
  if (!result.ok) return result
  const accounts = result.value.accounts.filter(({ accountId }) => wanted.has(accountId))
  // One more than the walk reads, so it notices the cut.
  const customers = result.value.customers.slice(0, maxWalkedCustomers + 1)
  return { ok: true, value: { accounts, customers } }
}
