import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import type { Config } from '../config.ts'
import type { RedeemedSecret, SecretRedemption } from '../identity/redeemSecret.ts'
import { Problem } from '../problems.ts'
import type { Secret } from '../secret.ts'
import type { CallerIssuer } from '../settings/callerIssuers.ts'
import { notAuthenticated } from './callerProblems.ts'
import type { Caller, Callers } from './callers.ts'
import { createRefusalLimit } from './refusalLimit.ts'

/** A caller's client ID and secret, as a tool sends them. */
export interface ClientPair {
  /** As callers are named: with its issuer's namespace, if it has one (`partner:app`). */
  readonly clientId: string
  readonly clientSecret: Secret
  /** Whether they came as HTTP Basic. */
  readonly isBasic: boolean
}

/** Verifies callers that only have a client ID and a secret. */
export interface SecretCallers {
  /**
   * @throws Problem `caller_not_authenticated`, or `identity_provider_unavailable` when the issuer doesn't answer or has
   *   refused the app's secrets too often.
   */
  authenticate(pair: ClientPair): Promise<Caller>
}

/** The settings of checking secrets. */
export type SecretCallerConfig = Pick<Config, 'callerIssuers' | 'workspaces'> &
  Partial<Pick<Config, 'callerTokenMaxAgeSeconds'>>

/** Dependencies of checking secrets. */
export interface SecretCallerDependencies {
  readonly callers: Pick<Callers, 'authenticate'>
  readonly clock: Clock
  readonly redeem: (redemption: SecretRedemption) => Promise<RedeemedSecret>
}

/** Pairs are remembered by a keyed hash. Beyond this number, the least recently used one is redeemed again. */
const maxRemembered = 1000

interface Remembered {
  readonly caller: Caller
  /** Milliseconds since the epoch. Afterwards, the entry only says that the pair was good. */
  readonly until: number
}

/**
 * Creates the check of client IDs and secrets. A pair is redeemed at its own issuer's token endpoint, and the token that
 * comes back is checked like any caller's. The caller is remembered until that token ends; the secret isn't kept.
 *
 * The issuer is asked only about apps that WORKSPACES names, so strangers can't make the broker call it at will.
 */
export function createSecretCallers(
  config: SecretCallerConfig,
  { callers, clock, redeem }: SecretCallerDependencies,
): SecretCallers {
  const hashKey = randomBytes(32)
  const named = namedApps(config)
  const remembered = new LRUCache<string, Remembered>({ max: maxRemembered })
  const redeeming = createCoalesce<Caller>()
  const limit = createRefusalLimit(clock)
  const verify = async (pair: ClientPair, issuer: RedeemingIssuer): Promise<Caller> => {
    const redeemed = await redeem(toRedemption(pair, issuer))
    if (!redeemed.ok) throw toProblem(redeemed)
    return callers.authenticate(`Bearer ${redeemed.token}`)
  }
  const forget = (hash: string) => (error: unknown) => {
    if (error instanceof Problem && error.code === 'caller_not_authenticated') remembered.delete(hash)
    throw error
  }
  return {
    async authenticate(pair) {
      const issuer = issuerOf(config, pair.clientId)
      if (!named.has(pair.clientId)) throw notAuthenticated(notNamed)
      const hash = hashOf(hashKey, pair)
      const known = remembered.get(hash)
      if (known && clock.now().getTime() < known.until) return known.caller
      return redeeming(hash, async () => {
        const work = () => verify(pair, issuer)
        // A pair that was good before isn't a guess: guesses can't shut out the tool that has the right one.
        const caller = await (known ? work().catch(forget(hash)) : limit(pair.clientId, work))
        remembered.set(hash, { caller, until: endOf(caller, config) })
        return caller
      })
    },
  }
}

type RedeemingIssuer = CallerIssuer & { readonly tokenUrl: string }

/**
 * The issuer that knows the secret: the first one whose namespace the ID has. A secret is never sent to another.
 * @throws Problem `caller_not_authenticated`
 */
function issuerOf({ callerIssuers }: SecretCallerConfig, clientId: string): RedeemingIssuer {
  const prefixes = callerIssuers.flatMap(({ namespace }) => (namespace ? [`${namespace}:`] : []))
  const prefix = prefixes.find((each) => clientId.startsWith(each)) ?? ''
  const issuer = callerIssuers.find(({ namespace }) => (namespace ? `${namespace}:` : '') === prefix)
  if (!issuer?.tokenUrl) throw notAuthenticated(noTokenUrl)
  return { ...issuer, tokenUrl: issuer.tokenUrl }
}

const noTokenUrl =
  'The issuer of the client_id has no token endpoint in CALLER_ISSUERS (tokenUrl), so the broker can’t check the client_secret.'
const notNamed =
  'WORKSPACES doesn’t name the client_id. An app that authenticates with a secret must be listed there.'

/** The apps that settings name: in a workspace, or as the one that has a workspace of its own. */
function namedApps({ workspaces }: SecretCallerConfig): ReadonlySet<string> {
  return new Set(workspaces.flatMap(({ workspace, apps }) => (apps.length > 0 ? apps : [workspace])))
}

function toRedemption(pair: ClientPair, issuer: RedeemingIssuer): SecretRedemption {
  const { namespace, audiences, issuer: name, tokenUrl } = issuer
  const { clientId, clientSecret, isBasic } = pair
  return {
    issuer: name,
    tokenUrl,
    clientId: namespace ? clientId.slice(namespace.length + 1) : clientId,
    clientSecret,
    isBasic,
    audience: audiences[0] ?? '',
  }
}

function hashOf(key: Buffer, { clientId, clientSecret }: ClientPair): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([clientId, clientSecret.expose()]))
    .digest('base64url')
}

/** The end of the token, or the age at which its caller would be refused. */
function endOf({ token }: Caller, { callerTokenMaxAgeSeconds: maxAge }: SecretCallerConfig): number {
  const { issuedAt, expiresAt } = token
  const endsAt = maxAge ? (issuedAt?.getTime() ?? 0) + maxAge * 1000 : Number.POSITIVE_INFINITY
  return Math.min(expiresAt.getTime(), endsAt)
}

function toProblem(redeemed: Extract<RedeemedSecret, { ok: false }>): Problem {
  if (redeemed.reason === 'refused')
    return notAuthenticated(`The issuer refuses the client_id and client_secret (${redeemed.error}).`)
  return new Problem('identity_provider_unavailable', {
    detail: 'The issuer’s token endpoint isn’t responding, so the broker can’t check the client_secret.',
    retryAfterSeconds: redeemed.retryAfterSeconds,
    members: { reason: 'caller_issuer_unavailable' },
  })
}
