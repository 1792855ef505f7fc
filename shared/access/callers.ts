import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKeySource, type KeySourceOptions, KeysUnreachableError } from '../identity/keySource.ts'
import { verifyToken } from '../identity/verifyToken.ts'
import type { Problem } from '../problems.ts'
import type { CallerIssuer } from '../settings/callerIssuers.ts'
import { notAuthenticated, notTrusted, toCallerProblem } from './callerProblems.ts'
import { createFindWorkspace } from './findWorkspace.ts'
import { nameCaller } from './nameCaller.ts'
import type { Rights } from './rights.ts'
import { type ClaimedToken, findWrongKind } from './tokenKind.ts'

/** A verified calling app. */
export interface Caller {
  /** `azp` or `appid` of its token, or a `sub` that the settings list, prefixed with its issuer's namespace, if it has one (`partner:app`). */
  readonly app: string
  /** The id of its service principal in the directory, likewise prefixed, if the token is the app's own. */
  readonly objectId?: string
  /** The only workspace whose tenants it can use. */
  readonly workspace: string
  readonly rights: Rights
  /** Set if its token is a person's. */
  readonly isPerson?: true
  /** When its token was issued (`iat`), if it says so, and when it expires (`exp`). */
  readonly token: { readonly issuedAt?: Date; readonly expiresAt: Date }
}

/** Verifies callers. */
export interface Callers {
  /**
   * @param authorization the header as received.
   * @throws Problem `caller_not_authenticated`, or `identity_provider_unavailable` when the issuer's keys can't be
   *   fetched.
   * @throws StorageUnavailableError when a token is refused only because of its time, and the clock has never been
   *   compared.
   */
  authenticate(authorization: string | null): Promise<Caller>
  /** Fetches the issuers' keys ahead of the first caller. Never fails. */
  preload(): Promise<void>
}

/** The settings of checking callers. */
export type CallerConfig = Pick<Config, 'callerIssuers' | 'workspaces'> &
  Partial<Pick<Config, 'callerTokenMaxAgeSeconds'>>

/** Options of checking callers. */
export interface CallerOptions extends KeySourceOptions {
  /**
   * Compares the clock with storage's, so that a token isn't refused because the broker's own clock is wrong.
   * Throws when it can't be compared. Default is not to compare.
   */
  readonly compareClocks?: () => Promise<void>
}

/** A verified token is remembered until it expires, never longer than this. */
const maxMemoryMilliseconds = 300_000
const maxRemembered = 5000
/** Seconds by which the clocks of issuer and broker may differ. */
const clockToleranceSeconds = 30

interface Remembered {
  readonly caller: Caller
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Creates the check of bearer tokens: signature, `iss`, `aud`, `exp`, `nbf`, and algorithms allowed for the issuer. */
export function createCallers(config: CallerConfig, options: CallerOptions = {}): Callers {
  const { clock = systemClock, compareClocks } = options
  const maxAgeSeconds = config.callerTokenMaxAgeSeconds || undefined
  const keys = new Map(
    config.callerIssuers.map(({ jwksUrl }) => [jwksUrl, createKeySource(jwksUrl, options)]),
  )
  const issuers = new Map(
    config.callerIssuers.map((issuer) => [issuer.issuer, { ...issuer, keys: keys.get(issuer.jwksUrl)! }]),
  )
  const findWorkspace = createFindWorkspace(config)
  const namespaces = config.callerIssuers.flatMap(({ namespace }) => namespace || [])
  const remembered = new LRUCache<string, Remembered>({ max: maxRemembered })
  const recall = (authorization: string): Caller | undefined => {
    const known = remembered.get(authorization)
    return known && clock.now().getTime() < known.until ? known.caller : undefined
  }
  const verifyAnew = async (authorization: string | null): Promise<Caller> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1]
    if (!token) throw notAuthenticated('The Authorization header is missing or has no bearer JWT.')
    const claimed = readClaimed(token)
    const issuer = issuers.get(claimed.claims.iss ?? '')
    if (!issuer) throw notTrusted(claimed.claims)
    const wrongKind = findWrongKind(claimed, issuer, clock.now())
    if (wrongKind) throw wrongKind
    const payload = await verify(token, issuer, { clock, compareClocks, maxAgeSeconds })
    const named = nameCaller(payload, issuer, namespaces)
    const caller = { ...named, workspace: findWorkspace(named), token: timesOf(payload) }
    const { iat = 0, exp = 0 } = payload
    const endsAt = maxAgeSeconds === undefined ? exp : Math.min(exp, iat + maxAgeSeconds)
    const until = Math.min(endsAt * 1000, clock.now().getTime() + maxMemoryMilliseconds)
    if (authorization) remembered.set(authorization, { caller, until })
    return caller
  }
  return {
    authenticate: async (authorization) =>
      (authorization ? recall(authorization) : undefined) ?? verifyAnew(authorization),
    async preload() {
      await Promise.all([...keys.values()].map((each) => each.load()))
    },
  }
}

/** What a token says of itself, unverified; nothing if it can't be read. */
function readClaimed(token: string): ClaimedToken {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    return { header: {}, claims: {} }
  }
}

interface VerifyOptions {
  readonly clock: Clock
  readonly compareClocks: CallerOptions['compareClocks']
  readonly maxAgeSeconds: number | undefined
}

async function verify(
  token: string,
  issuer: CallerIssuer & { readonly keys: JWTVerifyGetKey },
  { clock, compareClocks, maxAgeSeconds }: VerifyOptions,
): Promise<JWTPayload> {
  const verifyNow = async () => {
    const { payload } = await verifyToken(token, issuer.keys, {
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      algorithms: [...issuer.algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
      currentDate: clock.now(),
      ...(maxAgeSeconds !== undefined && { maxTokenAge: maxAgeSeconds }),
    })
    if (payload.iat !== undefined && payload.iat > clock.now().getTime() / 1000 + clockToleranceSeconds)
      throw new errors.JWTClaimValidationFailed('in the future', payload, 'iat', 'check_failed')
    return payload
  }
  try {
    return await verifyNow().catch(async (error) => {
      if (!isAboutTime(error)) throw error
      await compareClocks?.()
      return verifyNow()
    })
  } catch (error) {
    if (isTooOld(error)) throw tooOld(error, maxAgeSeconds)
    const { claims } = readClaimed(token)
    if (error instanceof KeysUnreachableError) assertPlausible(token, claims, { issuer, now: clock.now() })
    throw toCallerProblem(error, claims)
  }
}

/** Of ES256 and EdDSA; RSA's are longer. */
const minSignatureBytes = 64

/**
 * Refuses a token that no key could make good, so that nobody is asked to repeat it.
 * @throws Problem `caller_not_authenticated`
 */
function assertPlausible(
  token: string,
  claims: JWTPayload,
  { issuer, now }: { readonly issuer: CallerIssuer; readonly now: Date },
): void {
  const { aud = [], exp } = claims
  const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url')
  if (signature.byteLength < minSignatureBytes)
    throw toCallerProblem(new errors.JWSSignatureVerificationFailed(), claims)
  if (![aud].flat().some((audience) => issuer.audiences.includes(audience)))
    throw toCallerProblem(new errors.JWTClaimValidationFailed('', claims, 'aud'), claims)
  if (typeof exp !== 'number' || exp + clockToleranceSeconds <= now.getTime() / 1000)
    throw toCallerProblem(new errors.JWTExpired('', claims), claims)
}

function isAboutTime(error: unknown): boolean {
  if (error instanceof errors.JWTExpired) return true
  if (!(error instanceof errors.JWTClaimValidationFailed)) return false
  return error.reason === 'check_failed' && (error.claim === 'nbf' || error.claim === 'iat')
}

function isTooOld(error: unknown): error is errors.JWTExpired {
  return error instanceof errors.JWTExpired && error.claim === 'iat'
}

function tooOld({ payload: { iat = 0 } }: errors.JWTExpired, maxAgeSeconds = 0): Problem {
  const issuedAt = new Date(iat * 1000).toISOString()
  return notAuthenticated(
    `The bearer token is too old: it was issued at ${issuedAt} (iat), and this broker accepts tokens for ${maxAgeSeconds} seconds (CALLER_TOKEN_MAX_AGE_SECONDS). Get a new token without the library’s cache. A managed identity can’t.`,
  )
}

function timesOf({ iat, exp = 0 }: JWTPayload): Caller['token'] {
  return { ...(iat !== undefined && { issuedAt: new Date(iat * 1000) }), expiresAt: new Date(exp * 1000) }
}
