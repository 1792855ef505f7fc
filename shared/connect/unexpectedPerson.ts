import { isConsenterOf, type Tenant } from '../domain/tenant.ts'
import type { SignedInUser } from '../identity/idToken.ts'
import type { SignIn } from './authorize.ts'

/**
 * Whether someone else signed in than the app meant: none of the ID token's names is the session's `loginHint`,
 * without regard to case. A hint is only a proposal, and the session of another person in the browser wins
 * (AzureAD/microsoft-authentication-library-for-js#5899). The person who connected the tenant is known, by whatever
 * name; a person without a name can't be compared.
 */
export function isUnexpectedPerson(
  { loginHint }: Pick<SignIn, 'loginHint'>,
  before: Pick<Tenant, 'grant'>,
  { consenter, email, signInName }: SignedInUser,
): boolean {
  const names = [signInName, email].filter((name) => name !== undefined)
  if (!loginHint || names.length === 0 || isConsenterOf(before, consenter)) return false
  const meant = toComparable(loginHint)
  return !names.some((name) => toComparable(name) === meant)
}

const toComparable = (name: string) => name.trim().toLowerCase()
