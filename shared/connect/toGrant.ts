import type { Grant } from '../domain/tenant.ts'
import type { ProvenSignIn } from './proveSignIn.ts'

/** What a proven sign-in makes of the grant, before it is known where its refresh token rests. */
export function toGrant(
  { row, user, discovery }: ProvenSignIn,
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
  }
}
