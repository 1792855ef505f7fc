import { createRemoteJWKSet, customFetch, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Config } from '../config.ts'
import { Problem } from '../problems.ts'
import type { CallerIssuer } from '../settings.ts'
import { tracedFetch } from '../telemetry/outgoing.ts'

/** What an app may be allowed to do; assigned in the broker's own API registration. */
export const appRoles = ['Tokens.Vend', 'Tenants.Manage', 'Broker.Operate'] as const

/** One of {@link appRoles}. */
export type AppRole = (typeof appRoles)[number]

/** A verified calling app. */
export interface Caller {
  /** `azp`, `appid` or `sub` of its token. */
  readonly app: string
  /** The one workspace whose tenants it may touch. */
  readonly workspace: string
  readonly roles: ReadonlySet<string>
}

/** Verifies callers. */
export interface Callers {
  /**
   * @param authorization the header as received.
   * @throws Problem `caller_not_authenticated`, or `identity_provider_unavailable` when the issuer's keys are out of reach.
   */
  authenticate(authorization: string | null): Promise<Caller>
}

/** A verified token is remembered until it expires, never longer than this. */
const longestMemoryMilliseconds = 300_000
const mostRemembered = 5000

/** Creates the check of bearer tokens: signature, `iss`, `aud`, `exp`, `nbf`, and algorithms allowed for the issuer. */
export function createCallers(config: Pick<Config, 'callerIssuers' | 'workspaces'>): Callers {
  const issuers = new Map(
    config.callerIssuers.map((issuer) => [
      issuer.issuer,
      { ...issuer, keys: createRemoteJWKSet(new URL(issuer.jwksUrl), { [customFetch]: tracedFetch }) },
    ]),
  )
  const workspaceOf = createWorkspaceLookup(config)
  const remembered = new LRUCache<string, Caller>({ max: mostRemembered, ttl: longestMemoryMilliseconds })
  return {
    async authenticate(authorization) {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1]
      if (!token) throw notAuthenticated('The Authorization header is missing or carries no bearer JWT.')
      const known = remembered.get(token)
      if (known) return known
      const issuer = issuers.get(issuerIn(token))
      if (!issuer) throw notAuthenticated('The bearer token was issued by nobody whom CALLER_ISSUERS trusts.')
      const payload = await verify(token, issuer)
      const caller = toCaller(payload, workspaceOf)
      const untilExpiry = (payload.exp ?? 0) * 1000 - Date.now()
      if (untilExpiry > 0)
        remembered.set(token, caller, { ttl: Math.min(untilExpiry, longestMemoryMilliseconds) })
      return caller
    },
  }
}

/** Which workspace an app lives in: the one that settings name, else its own. */
function createWorkspaceLookup({ workspaces }: Pick<Config, 'workspaces'>): (app: string) => string {
  const named = new Map(
    workspaces.flatMap(({ workspace, apps }) => apps.map((app) => [app, workspace] as const)),
  )
  return (app) => named.get(app) ?? app
}

function issuerIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? ''
  } catch {
    return ''
  }
}

async function verify(
  token: string,
  issuer: CallerIssuer & { keys: ReturnType<typeof createRemoteJWKSet> },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, issuer.keys, {
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      algorithms: [...issuer.algorithms],
      requiredClaims: ['exp'],
      clockTolerance: 30,
    })
    return payload
  } catch (error) {
    throw toProblem(error)
  }
}

function toProblem(error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return notAuthenticated('The bearer token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) {
    return notAuthenticated(`The bearer token's claim ${error.claim} is not as it must be.`)
  }
  const isJose = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)
  if (isJose && error.code !== 'ERR_JOSE_GENERIC')
    return notAuthenticated('The bearer token does not verify.')
  return new Problem('identity_provider_unavailable', {
    detail: 'The keys of the bearer token’s issuer are out of reach, so nobody can be authenticated.',
    retryAfterSeconds: 5,
    members: { reason: 'caller_keys_unreachable' },
  })
}

function notAuthenticated(detail: string): Problem {
  return new Problem('caller_not_authenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } })
}

function toCaller(payload: JWTPayload, workspaceOf: (app: string) => string): Caller {
  const app = [payload.azp, payload.appid, payload.sub].find((id) => typeof id === 'string' && id !== '')
  if (typeof app !== 'string') throw notAuthenticated('The bearer token names no app (azp, appid or sub).')
  const roles = Array.isArray(payload.roles) ? payload.roles.map(String) : []
  return { app, workspace: workspaceOf(app), roles: new Set(roles) }
}
