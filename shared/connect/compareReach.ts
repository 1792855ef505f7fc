import { type Account, type AccountStore, allAccounts } from '../accounts/account.ts'
import { personChange } from '../accounts/events.ts'
import { carrySelectionToSignIn, defaultAccountOf, isSelected } from '../accounts/select.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import type { DefaultAccount, Tenant } from '../tenants/tenant.ts'
import type { Proven } from './callback.ts'
import { personOf } from './person.ts'

/** What a sign-in reaches, beside what the tenant reached before. */
export interface Reach {
  readonly known: readonly Account[]
  readonly after: readonly Account[]
  /** The account to vend when the app names none, if that is clear. */
  readonly defaultAccount: DefaultAccount | undefined
  /** What the return URL says of it. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** Compares what a sign-in reaches with what the tenant has. */
export async function compareReach(store: AccountStore, before: Tenant, proven: Proven): Promise<Reach> {
  const { discovery } = proven
  const known = await allAccounts(store, before, before.accountsGeneration)
  const person = personChange(before, personOf(proven))
  const isSamePerson = before.grant !== undefined && !person
  const after = carrySelectionToSignIn(known, discovery.accounts, isSamePerson)
  const lost = compareAccounts(known, after).vanished.length
  const defaultAccount = defaultAccountOf(before, after)
  const outcome = {
    accounts: String(after.filter(isSelected).length),
    accounts_lost: lost > 0 ? String(lost) : undefined,
    user_changed: person && 'true',
    // Nobody has said which account is meant: a vend has to name one until somebody does.
    account_choice: defaultAccount ? undefined : 'open',
  }
  return { known, after, defaultAccount, outcome }
}
