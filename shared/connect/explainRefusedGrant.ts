import type { TokenRefusal } from '../domain/refusal.ts'
import type { SignedInUser } from '../identity/idToken.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import type { SignIn } from './authorize.ts'
import type { ConnectFailure } from './failures.ts'
import { authorityReasons } from './proveGrant.ts'

/**
 * Explains why a grant that was issued just now can't be refreshed, if the authority may be the cause: the person signs
 * in once more at the other authority, or, if there is none, the operator must act.
 * @returns undefined if the refusal has a cause of its own.
 */
export function explainRefusedGrant(
  signInTable: SignInTable,
  signIn: SignIn,
  { row, user, refusal }: { row: SignInRow; user: SignedInUser; refusal: TokenRefusal },
): ConnectFailure | undefined {
  const { reason, traceId } = refusal
  if (!authorityReasons.has(reason)) return undefined
  const cause = { reason, ...(traceId && { traceId }) }
  // From the usual authority, a person goes to the one of their kind of account, and the other way round.
  const signInWith = signIn.signInWith ? undefined : user.accountKind
  const other = signInTable({ ...signIn, signInWith })
  if (!signIn.otherAuthority && other && other.signInTenant !== row.signInTenant)
    return { failed: 'other_sign_in_required', ...cause, otherAuthority: { signInWith } }
  return reason === 'grant_refused' ? { failed: 'grant_not_accepted', ...cause } : undefined
}
