import type { TokenRefusal } from '../domain/refusal.ts'
import { isStillValid } from '../domain/tenant.ts'
import { withClaims } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import type { SignIn } from './authorize.ts'

/**
 * Keeps the claims of a refused redemption or first refresh in the tenant's row, for its next authorization request. Claims of another
 * account than the tenant's don't concern it.
 */
export async function recordClaimsChallenge(
  dependencies: ChangeDependencies,
  signIn: SignIn,
  { claims }: TokenRefusal,
): Promise<void> {
  if (!claims || signIn.anotherAccount) return
  const { tenant, workspace } = signIn
  await changeTenant(dependencies, { tenant, workspace }, (row) =>
    isStillValid(signIn, row) && row.environment === signIn.environment && row.claims !== claims
      ? { next: withClaims(row, claims) }
      : undefined,
  )
}
