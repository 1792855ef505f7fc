import * as z from 'zod'
import { ianaTimeZone } from '../advertising/timeZones.ts'
import {
  type Account,
  type AccountPage,
  type AccountStore,
  continuationAfter,
  isAccountContinuation,
  marksOfGeneration,
  maxAccountPage,
  waysOf,
} from '../domain/account.ts'
import { accountNotReachable, findEntries } from '../domain/findAccount.ts'
import { isSelected } from '../domain/selectAccounts.ts'
import type { DefaultAccount, TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { invalidContinuation, Problem } from '../problems.ts'
import { readSoFarMeaning } from '../tenants/view.ts'

/** An account, as apps see it. Ids are strings: they exceed the range of a JSON number. */
export const accountView = z
  .object({
    accountId: z.string(),
    number: z
      .string()
      .describe('The number shown on Microsoft’s pages. Microsoft’s API doesn’t accept it; a vend does.'),
    name: z.string(),
    customerId: z
      .string()
      .describe('The customer through which the user reaches the account: the CustomerId header.'),
    customerName: z.string(),
    ownerCustomerId: z.string(),
    linked: z.boolean().describe('Whether the user reaches it through a customer other than its owner.'),
    lifeCycleStatus: z.string(),
    pauseReason: z.string().optional(),
    currencyCode: z.string().optional(),
    timeZone: z.string().optional(),
    ianaTimeZone: z.string().optional(),
    financialStatus: z.string().optional(),
    lastModifiedAt: z.iso.datetime().optional(),
    accountMode: z
      .string()
      .describe('`Expert`, `Smart`, or `UnifiedSmart`. Most API calls work only with an Expert account.')
      .optional(),
    reachUnknown: z
      .boolean()
      .describe('No path to the account is known, so it isn’t vended. `note` says why.')
      .optional(),
    roleId: z.string().optional(),
    ways: z
      .array(
        z.object({
          customerId: z.string(),
          roleId: z.string().optional(),
          linkPermission: z.string().optional(),
        }),
      )
      .describe(
        'All customers through which the user reaches the account, the strongest role first. `linkPermission` is `Administrative` or `Standard` if it’s a link that leads to the customer. A vend or a default can name any of them as `customerId`.',
      ),
    usable: z.boolean(),
    note: z.string().optional(),
    selected: z
      .boolean()
      .describe('Whether it was chosen, or there was no choice. Only a selected account can be vended.'),
    default: z.boolean(),
  })
  .meta({ id: 'Account', description: 'An account that a tenant can reach.' })

/** One page of accounts. */
export const accountsPage = z
  .object({
    accounts: z.array(accountView).describe('The accounts.'),
    discoveredAt: z.iso.datetime().optional(),
    readSoFar: z.int().describe(readSoFarMeaning).optional(),
    continuation: z.string().optional(),
  })
  .meta({ id: 'AccountsPage', description: 'One page of accounts.' })

/** A filter for accounts, and the page size. */
export interface AccountsQuery {
  readonly limit: number
  readonly continuation?: string | undefined
  /** Part of the name, number, id, or customer name. Case is ignored. */
  readonly search?: string | undefined
  readonly usable?: boolean | undefined
}

/**
 * Lists the accounts of the generation that the tenant row names.
 * @throws Problem `tenant_not_found`, or `invalid_request` for a continuation that no page returned.
 */
export async function listAccounts(
  stores: { readonly tenants: TenantStore; readonly accounts: AccountStore },
  name: TenantName,
  query: AccountsQuery,
): Promise<z.infer<typeof accountsPage>> {
  const stored = await stores.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  if (query.continuation !== undefined && !isAccountContinuation(query.continuation))
    throw invalidContinuation()
  const { accountsGeneration, defaultAccount, discoveredAt } = stored.tenant
  if (!accountsGeneration) return { accounts: [] }
  const page = await findPage(stores.accounts, name, accountsGeneration, query)
  const { readSoFar } = marksOfGeneration(accountsGeneration)
  return {
    accounts: page.accounts.map((account) => toAccountView(account, defaultAccount)),
    ...(readSoFar !== undefined && { readSoFar }),
    ...(discoveredAt && { discoveredAt: discoveredAt.toISOString() }),
    ...(page.continuation && { continuation: page.continuation }),
  }
}

/**
 * One account, by its id or its number, selected or not.
 * @throws Problem `tenant_not_found` or `account_not_found`.
 */
export async function viewAccount(
  stores: { readonly tenants: TenantStore; readonly accounts: AccountStore },
  name: TenantName,
  wanted: string,
): Promise<z.infer<typeof accountView>> {
  const stored = await stores.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const { tenant } = stored
  const [account] = await findEntries(stores.accounts, tenant, wanted)
  if (!account) throw accountNotReachable(tenant, wanted)
  return toAccountView(account, tenant.defaultAccount)
}

function toAccountView(
  account: Account,
  defaultAccount: DefaultAccount | undefined,
): z.infer<typeof accountView> {
  const zone = ianaTimeZone(account.timeZone ?? '')
  return {
    ...account,
    ...(zone && { ianaTimeZone: zone }),
    ways: [...waysOf(account)],
    selected: isSelected(account),
    default: isDefault(account, defaultAccount),
  }
}

/** Whether it's the default, reached through any of its customers. */
function isDefault(account: Account, defaultAccount: DefaultAccount | undefined): boolean {
  const { accountId, customerId } = defaultAccount ?? {}
  return account.accountId === accountId && waysOf(account).some((way) => way.customerId === customerId)
}

/**
 * Whether an account's name, number, id or customer contains the text, ignoring case. Every account contains the empty
 * text.
 */
export function isMatch(account: Account, search: string): boolean {
  const wanted = search.trim().toLowerCase()
  const texts = [account.name, account.number, account.accountId, account.customerName]
  return texts.some((text) => text.toLowerCase().includes(wanted))
}

/** A page of matching accounts; reads from the store until the page is full. */
async function findPage(
  store: AccountStore,
  name: TenantName,
  generation: string,
  { limit, continuation, search = '', usable }: AccountsQuery,
): Promise<AccountPage> {
  if (search === '' && usable === undefined) return store.list(name, generation, limit, continuation)
  const found: Account[] = []
  let next = continuation
  do {
    const page = await store.list(name, generation, maxAccountPage, next)
    const isWanted = (account: Account) => usable === undefined || account.usable === usable
    found.push(...page.accounts.filter((account) => isWanted(account) && isMatch(account, search)))
    next = page.continuation
  } while (next && found.length <= limit)
  const accounts = found.slice(0, limit)
  const last = accounts.at(-1)
  return { accounts, ...(found.length > limit && last && { continuation: continuationAfter(last) }) }
}
