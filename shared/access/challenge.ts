import { Problem, type ProblemCode } from '../problems.ts'
import type { AppRole } from '../settings/appRoles.ts'
import { metadataPath, type ResourceConfig, scopesOf } from './protectedResource.ts'

/** A refused call. */
export interface RefusedCall {
  readonly config: ResourceConfig
  /** The app role that the operation requires. */
  readonly role: AppRole
  /** The header as received. */
  readonly authorization: string | null
}

/**
 * Adds to a refusal which token would be accepted: a `WWW-Authenticate` that names the metadata (RFC 9728, section 5.1),
 * the fault (RFC 6750, section 3.1), and the scope and app role needed. Other failures stay unchanged, and so do
 * `caller_refused` and the refusal of an app without a workspace, because no other token of the app helps.
 */
export function withChallenge(error: unknown, call: RefusedCall): unknown {
  if (!(error instanceof Problem) || !isForToken(error)) return error
  const { code, extras } = error
  const headers = { ...extras.headers, 'WWW-Authenticate': toChallenge(code, call) }
  return new Problem(code, { ...extras, headers })
}

const faults: Readonly<Partial<Record<ProblemCode, string>>> = {
  caller_not_authenticated: 'invalid_token',
  caller_not_allowed: 'insufficient_scope',
}

function isForToken({ code, extras }: Problem): boolean {
  return code in faults && (code !== 'caller_not_allowed' || extras.members?.requiredRole !== undefined)
}

function toChallenge(code: ProblemCode, { config, role, authorization }: RefusedCall): string {
  const scopes = scopesOf(config.callerIssuers)
  const [scope] = scopes
  // Without a bearer token there is no error code (RFC 6750, section 3.1).
  const fault = /^bearer /i.test(authorization ?? '') ? faults[code] : undefined
  const parameters = {
    resource_metadata: `${config.publicUrl}/${metadataPath}`,
    ...(fault && { error: fault }),
    // Several would mean that a token needs them all (RFC 6750, section 3).
    ...(scope && scopes.length === 1 && { scope }),
    role,
  }
  return `Bearer ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`
}
