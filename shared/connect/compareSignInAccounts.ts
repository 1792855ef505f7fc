import { type PersonChange, personChange } from '../accounts/events.ts'
import { marksOf } from '../accounts/generation.ts'
import { keepUnread } from '../accounts/keepUnread.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import { type Account, type AccountStore, type GenerationMarks, listAllAccounts } from '../domain/account.ts'
import { carrySelectionToSignIn, defaultAccountOf, isSelected } from '../domain/selectAccounts.ts'
import type { DefaultAccount, Tenant } from '../domain/tenant.ts'
import { personOf } from './person.ts'
import type { ProvenSignIn } from './proveSignIn.ts'

/** Accounts that another person can't reach. */
export interface AccountLoss {
  readonly person: PersonChange
  readonly lost: readonly Account[]
}

/** The accounts that a sign-in can reach, compared with the tenant's previous ones. */
export interface AccountComparison {
  readonly known: readonly Account[]
  readonly after: readonly Account[]
  /** Whether accounts are missing from `after`. */
  readonly marks: GenerationMarks
  /** The account to vend when the app names none, if there is a clear one. */
  readonly defaultAccount: DefaultAccount | undefined
  /** The change of person, if it would lose accounts: the app learns of it before they are marked. */
  readonly loss?: AccountLoss
  /** Parameters that the return URL gets. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** Compares the accounts that a sign-in can reach with the tenant's current ones. */
export async function compareSignInAccounts(
  store: AccountStore,
  before: Tenant,
  proven: ProvenSignIn,
): Promise<AccountComparison> {
  const { discovery } = proven
  const known = await listAllAccounts(store, before, before.accountsGeneration)
  const person = personChange(before, personOf(proven))
  const isSamePerson = before.grant !== undefined && !person
  const found = isSamePerson ? keepUnread(known, discovery) : discovery.accounts
  const after = carrySelectionToSignIn(known, found, isSamePerson)
  const lost = compareAccounts(known, after).vanished
  const defaultAccount = defaultAccountOf(before, after)
  const outcome = {
    accounts: String(after.filter(isSelected).length),
    accounts_lost: lost.length > 0 ? String(lost.length) : undefined,
    // The rest comes with the next discovery.
    accounts_unfinished: discovery.unfinished && 'true',
    user_changed: person && 'true',
    // No account is chosen yet, so vends must name one.
    account_choice: defaultAccount ? undefined : 'open',
  }
  const isLoss = person !== undefined && lost.length > 0 && before.status !== 'disconnected'
  const loss = isLoss ? { person, lost } : undefined
  return { known, after, marks: marksOf(discovery), defaultAccount, outcome, ...(loss && { loss }) }
}
