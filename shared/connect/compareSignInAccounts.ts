import { type PersonChange, personChange } from '../accounts/events.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import { type Account, type AccountStore, listAllAccounts } from '../domain/account.ts'
import { carrySelectionToSignIn, defaultAccountOf, isSelected } from '../domain/selectAccounts.ts'
import type { DefaultAccount, Tenant } from '../domain/tenant.ts'
import { personOf } from './person.ts'
import type { ProvenSignIn } from './proveSignIn.ts'

/** Accounts that another person does not reach. */
export interface AccountLoss {
  readonly person: PersonChange
  readonly lost: readonly Account[]
}

/** What a sign-in reaches, beside what the tenant reached before. */
export interface AccountComparison {
  readonly known: readonly Account[]
  readonly after: readonly Account[]
  /** Whether the user has more accounts than `after`. */
  readonly isCut: boolean
  /** The account to vend when the app names none, if that is clear. */
  readonly defaultAccount: DefaultAccount | undefined
  /** Who signed in instead of whom, where that would lose accounts: the app is told before they are marked. */
  readonly loss?: AccountLoss
  /** What the return URL says of it. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** Compares what a sign-in reaches with what the tenant has. */
export async function compareSignInAccounts(
  store: AccountStore,
  before: Tenant,
  proven: ProvenSignIn,
): Promise<AccountComparison> {
  const { discovery } = proven
  const known = await listAllAccounts(store, before, before.accountsGeneration)
  const person = personChange(before, personOf(proven))
  const isSamePerson = before.grant !== undefined && !person
  const after = carrySelectionToSignIn(known, discovery.accounts, isSamePerson)
  const lost = compareAccounts(known, after).vanished
  const defaultAccount = defaultAccountOf(before, after)
  const outcome = {
    accounts: String(after.filter(isSelected).length),
    accounts_lost: lost.length > 0 ? String(lost.length) : undefined,
    user_changed: person && 'true',
    // No account is chosen yet, so vends must name one.
    account_choice: defaultAccount ? undefined : 'open',
  }
  const isLoss = person !== undefined && lost.length > 0 && before.status !== 'disconnected'
  const loss = isLoss ? { person, lost } : undefined
  return { known, after, isCut: discovery.isCut === true, defaultAccount, outcome, ...(loss && { loss }) }
}
