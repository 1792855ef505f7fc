import type { Sealer } from '../domain/sealer.ts'
import type { Tenant } from '../domain/tenant.ts'
import { openSignInName } from '../tenants/signInName.ts'
import type { ConnectSession } from './sessions.ts'

/** What an authorization request says of the person. */
export interface PersonParameters {
  /** What the sign-in must meet (entra/identity-platform/claims-challenge). */
  readonly claims?: string | undefined
  readonly loginHint?: string | undefined
}

/**
 * What a tenant's authorization request says of the person: the session's own hint, and the claims that the tenant's last
 * sign-in or refresh lacked, with the name of the person who was asked for them. Claims go back to Microsoft only, which
 * sent them, in the same environment, and not with another account than the one that failed. A session that lets another person in names nobody.
 */
export async function createPersonParameters(
  dependencies: { readonly sealer: Sealer },
  session: ConnectSession & { readonly anotherAccount?: true },
  tenant: Tenant,
): Promise<PersonParameters> {
  const { allowDifferentUser, anotherAccount, identityProvider, loginHint } = session
  const { claims, grant } = tenant
  const isOfTenant = session.environment === tenant.environment && identityProvider === 'microsoft'
  if (!claims || !isOfTenant || anotherAccount) return { loginHint }
  if (loginHint || allowDifferentUser || grant?.identityProvider !== 'microsoft') return { claims, loginHint }
  // Without the sealing keys the person types the name.
  return { claims, loginHint: await openSignInName(dependencies, tenant).catch(() => undefined) }
}
