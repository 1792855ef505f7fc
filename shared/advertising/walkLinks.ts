import pMap from 'p-map'
import type { Answer, CustomerManagement } from './client.ts'
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
const mostLevels = 5

/**
 * Limits a walk through a very wide hierarchy, with one call for each customer: a browser waits for it, and the
 * platform ends its call after 230 s (functions-scale, "timeout").
 */
export const mostWalkedCustomers = 500

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
): Promise<Answer<LinkWalk>> {
  const accounts = new Map<string, ListedAccount>()
  const customers = new Map<string, Customer>()
  const seen = new Set<string>()
  let isCut = false
  const next = (customerIds: Iterable<string>) => {
    const unseen = [...new Set(customerIds)].filter((id) => !seen.has(id))
    const left = mostWalkedCustomers - seen.size
    isCut ||= unseen.length > left
    return unseen.slice(0, left)
  }
  let level = next(roots)
  const isDone = () => level.length === 0 || [...wanted].every((id) => accounts.has(id))
  for (let depth = 0; depth <= mostLevels && !isDone(); depth++) {
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
): Promise<Answer<{ accounts: readonly ListedAccount[]; customers: readonly Customer[] }>> {
  const accounts: ListedAccount[] = []
  const customers: Customer[] = []
  const list = async (id: string) =>
    withoutUnwanted(await client.getLinkedAccountsAndCustomersInfo(credentials, id), wanted)
  const answers = await pMap(customerIds, list, { concurrency: callsAtOnce })
  for (const [index, answer] of answers.entries()) {
    if (!answer.ok && answer.fault.class === 'rights') continue
    if (!answer.ok) return answer
    const customerId = customerIds[index]!
    for (const account of answer.value.accounts) accounts.push({ account, customerId })
    for (const customer of answer.value.customers) customers.push(customer)
  }
  return { ok: true, value: { accounts, customers } }
}

/** Drops what later steps don't read: 500 answers would fill the memory. */
function withoutUnwanted(answer: Answer<Listed>, wanted: ReadonlySet<string>): Answer<Listed> {
  if (!answer.ok) return answer
  const accounts = answer.value.accounts.filter(({ accountId }) => wanted.has(accountId))
  // One more than the walk reads, so it notices the cut.
  const customers = answer.value.customers.slice(0, mostWalkedCustomers + 1)
  return { ok: true, value: { accounts, customers } }
}
