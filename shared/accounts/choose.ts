import * as z from 'zod'
import { type Account, accountName } from '../domain/account.ts'
import { accountNotReachable, accountNotSelected } from '../domain/findAccount.ts'
import { defaultAccountOf, defaultAmong, isSelected, selectAmong } from '../domain/selectAccounts.ts'
import type { DefaultAccount, StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { defaultEvents, selectionEvents } from './events.ts'
import { type AccountsDependencies, replaceAccounts } from './replace.ts'

/** Dependencies of choosing accounts. */
export interface ChooseDependencies extends AccountsDependencies {
  readonly accessTokens: Pick<AccessTokens, 'forget'>
}

/**
 * The accounts that may be vended, each by its id or number, and the one to vend when the app names none. Two members
 * instead of a union: no client generator expresses one.
 */
export const accountsChoice = z
  .strictObject({
    accounts: z.array(accountName).min(1).max(5000).optional(),
    all: z.literal(true).optional(),
    /** Without it, the current default stays if it's still chosen. */
    default: accountName.optional(),
  })
  .refine(({ accounts, all }) => (accounts === undefined) !== (all === undefined), {
    path: ['accounts'],
    message: 'is required, or `all`, but not both',
  })
  .transform(({ accounts = 'all' as const, all: _all, ...rest }) => ({ accounts, ...rest }))
  .meta({ id: 'AccountChoice', description: 'The accounts that can be vended, and the default among them.' })

/** Room for 5,000 ids or numbers of any length that the body allows, with some whitespace. */
export const maxChoiceBytes = 262_144

/** A parsed {@link accountsChoice}. */
export type AccountsChoice = z.infer<typeof accountsChoice>

/** The result of a choice. */
export const choiceResponse = z
  .object({
    accounts: z.int().describe('How many accounts the tenant has access to.'),
    selected: z.int().describe('How many of them are selected.'),
    defaultAccountId: z.string().optional(),
    defaultCustomerId: z.string().optional(),
  })
  .meta({ id: 'ChosenAccounts', description: 'The result of a choice.' })

/** A {@link choiceResponse}'s value. */
export type ChoiceResponse = z.infer<typeof choiceResponse>

/**
 * Sets the accounts that may be vended, and the default among them.
 * @param isStill whether the choice still applies to the tenant. Default is that it does.
 * @throws Problem `tenant_not_found`, `tenant_changed`, or `account_not_found` that names the accounts that can't be
 *   reached or, for a default, aren't chosen.
 */
export async function chooseAccounts(
  dependencies: ChooseDependencies,
  name: TenantName,
  choice: AccountsChoice,
  isStill: (tenant: Tenant) => boolean = () => true,
): Promise<ChoiceResponse> {
  let chosen: readonly Account[] = []
  const { tenant } = await replaceAccounts(dependencies, name, (row, before) => {
    if (!isStill(row)) throw new Problem('tenant_changed')
    chosen = selectAmong(before, choice.accounts === 'all' ? 'all' : idsOf(row, before, choice.accounts))
    const defaultAccount = chosenDefault(row, chosen, choice)
    const whyDropped = 'It wasn’t chosen.'
    const events = defaultEvents(row.defaultAccount, defaultAccount, dependencies.clock.now(), whyDropped)
    const changed = selectionEvents(before, chosen, dependencies.clock.now())
    return { accounts: chosen, defaultAccount, events: [...changed, ...events] }
  })
  dependencies.accessTokens.forget(name)
  return toResponse(tenant, chosen)
}

function idsOf(tenant: Tenant, accounts: readonly Account[], wanted: readonly string[]): ReadonlySet<string> {
  const byWord = new Map(accounts.map(({ number, accountId }) => [number.toUpperCase(), accountId]))
  for (const { accountId } of accounts) byWord.set(accountId, accountId)
  const ids = wanted.map((word) => {
    const accountId = byWord.get(word.toUpperCase())
    if (accountId === undefined) throw accountNotReachable(tenant, word)
    return accountId
  })
  return new Set(ids)
}

function chosenDefault(
  tenant: Tenant,
  chosen: readonly Account[],
  choice: AccountsChoice,
): DefaultAccount | undefined {
  if (choice.default === undefined) return defaultAccountOf(tenant, chosen)
  const [accountId] = idsOf(tenant, chosen, [choice.default])
  const defaultAccount = defaultAmong(chosen, accountId)
  if (!defaultAccount) throw accountNotSelected(tenant, choice.default)
  return defaultAccount
}

function toResponse(
  { defaultAccount }: StoredTenant['tenant'],
  accounts: readonly Account[],
): ChoiceResponse {
  return {
    accounts: accounts.length,
    selected: accounts.filter(isSelected).length,
    ...(defaultAccount && {
      defaultAccountId: defaultAccount.accountId,
      defaultCustomerId: defaultAccount.customerId,
    }),
  }
}
