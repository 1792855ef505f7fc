import type { Sealer } from '../domain/sealer.ts'
import type { Tenant } from '../domain/tenant.ts'
import { openSignInName } from '../tenants/signInName.ts'
import type { ConnectSession } from './sessions.ts'

/** Parameters of an authorization request that concern the person. */
export interface PersonParameters {
  /** Requirements that the sign-in must meet (entra/identity-platform/claims-challenge). */
  readonly claims?: string | undefined
  readonly loginHint?: string | undefined
}

/**
 * Returns the person's part of a tenant's authorization request: the session's own hint, and the claims that the
 * tenant's last sign-in or refresh lacked, with the name of the person they concern. Claims go back only to Microsoft,
 * which sent them, in the same environment, and only with the account that failed. A session that allows another person
 * includes no name from there. A sign-in with another account includes nothing: the hint would lead to the same one.
 */
export async function createPersonParameters(
  dependencies: { readonly sealer: Sealer },
  session: ConnectSession & { readonly anotherAccount?: true },
  tenant: Tenant,
): Promise<PersonParameters> {
  const { allowDifferentUser, anotherAccount, identityProvider, loginHint } = session
  const { claims, grant } = tenant
  const isOfTenant = session.environment === tenant.environment && identityProvider === 'microsoft'
  if (anotherAccount) return {}
  if (!claims || !isOfTenant) return { loginHint }
  if (loginHint || allowDifferentUser || grant?.identityProvider !== 'microsoft') return { claims, loginHint }
  // Without the sealing keys, the person types the name.
  return { claims, loginHint: await openSignInName(dependencies, tenant).catch(() => undefined) }
}
