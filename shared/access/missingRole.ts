import { Problem } from '../problems.ts'
import type { AppRole } from '../settings/appRoles.ts'
import type { Caller } from './callers.ts'

/**
 * The refusal of a caller whose token doesn't have a role. Roles are read from the token, so one that was assigned after
 * the token was issued is missing until the next token; a managed identity's tokens are kept for about 24 hours
 * (entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations).
 */
export function missingRole({ app, isPerson, token }: Caller, requiredRole: AppRole): Problem {
  const issuedAt = token.issuedAt?.toISOString()
  const expiresAt = token.expiresAt.toISOString()
  const since = issuedAt ? ` was issued at ${issuedAt} (iat),` : ''
  if (isPerson && requiredRole !== 'Broker.Operate')
    return new Problem('caller_not_allowed', {
      detail: `The token is a person’s (idtyp or scp). Only an app’s own token can have the app role ${requiredRole}; a person’s can only have Broker.Operate.`,
      members: { requiredRole, app },
    })
  return new Problem('caller_not_allowed', {
    detail: `The app’s token doesn’t have the app role ${requiredRole}. The token${since} expires at ${expiresAt} (exp) and has the roles of the time when it was issued. A role that was assigned later is in the next token. A managed identity keeps its token for up to 24 hours, and a restart doesn’t change that.`,
    members: { requiredRole, app, token: { ...(issuedAt && { issuedAt }), expiresAt } },
  })
}
