import type { Grant } from '../domain/tenant.ts'
import type { ProvenSignIn } from './proveSignIn.ts'

/** Creates the grant of a proven sign-in, before it's known where its refresh token is stored. */
export function toGrant(
  { row, user, discovery, isUnproven }: ProvenSignIn,
  consentedAt: Date,
): Omit<Grant, 'id' | 'reference' | 'signInNameSealed'> {
  return {
    identityProvider: row.identityProvider,
    scopes: row.scopes,
    accountKind: user.accountKind,
    authorityTenant: user.authorityTenant,
    consenter: user.consenter,
    consentedAt,
    advertisingUserId: discovery.advertisingUserId,
    ...(isUnproven && { unproven: isUnproven }),
  }
}
