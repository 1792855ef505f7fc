import { isStillWanted } from '../domain/tenant.ts'
import { challenged } from '../domain/transitions.ts'
import type { CodeAnswer } from '../identity/tokenEndpoint.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import type { SignIn } from './authorize.ts'

/**
 * Keeps the claims of a refused redemption in the tenant's row, for its next authorization request. Claims of another
 * account than the tenant's don't concern it.
 */
export async function noteChallenge(
  dependencies: ChangeDependencies,
  signIn: SignIn,
  answer: CodeAnswer,
): Promise<void> {
  const claims = answer.ok ? undefined : answer.refusal.claims
  if (!claims || signIn.anotherAccount) return
  const { tenant, workspace } = signIn
  await changeTenant(dependencies, { tenant, workspace }, (row) =>
    isStillWanted(signIn, row) && row.environment === signIn.environment && row.claims !== claims
      ? { next: challenged(row, claims) }
      : undefined,
  )
}
