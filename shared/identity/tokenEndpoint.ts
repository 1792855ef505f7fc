import type * as oauth from 'oauth4webapi'
import { type Clock, TimeLimitError, withSignal } from '../clock.ts'
import {
  isCredentialRefusal,
  mayBeCredentialRefusal,
  refusalWithoutResponse,
  type TokenRefusal,
} from '../domain/refusal.ts'
import type { RefreshRequest, TokenEndpoint, TokenResult } from '../domain/tokenEndpoint.ts'
import type { SecretAge } from '../domain/vault.ts'
import type { Registration } from '../environment.ts'
import type { Secret } from '../secret.ts'
import { ClientCredentialError } from './clientAssertion.ts'
import { type GrantPost, type Read, sendGrant, type Tokens } from './sendGrant.ts'
import type { SignInRow, SignInTable } from './signInTable.ts'

/** Supplies the client authentications to try, in order; called again with `now` after a refusal. */
export interface ClientCredentials {
  list(registration: Registration, age: SecretAge): Promise<readonly ClientCredential[]>
  /** @throws StorageUnavailableError if this process has no credential, although the registration has one. */
  assertAvailable?(registration: Registration): Promise<void>
  /** Reports that one was refused and another accepted instead, so the refused one is tried last. */
  report?(registration: Registration, id: string, result: 'refused' | 'accepted'): Promise<void>
}

/** One way to authenticate as the registration. `id` shows whether a fresh list has a new one. */
export interface ClientCredential {
  readonly id: string
  readonly authenticate: oauth.ClientAuth
}

/** The result of redeeming a code. */
export type RedeemResult =
  | {
      readonly ok: true
      readonly accessToken: Secret
      readonly expiresInSeconds: number
      readonly refreshToken?: Secret
      readonly scope: string
      readonly idToken: string
    }
  | {
      readonly ok: false
      readonly refusal: TokenRefusal
      /** Our credential was refused, and the registration has another one, which the next sign-in uses first. */
      readonly otherCredentialLeft?: true
    }

/** A redemption of an authorization code. */
export interface RedeemRequest {
  readonly row: SignInRow
  readonly code: string
  readonly codeVerifier: string
  readonly redirectUri: string
}

/** The result of a refresh, with the ID token if the scopes include `openid`. */
export type RefreshedTokens = Extract<TokenResult, { ok: true }> & { readonly idToken?: string }

/** {@link RefreshedTokens}, and the time of the request: their lifetime counts from then. */
export type TimedTokens = RefreshedTokens & { readonly requestedAt: Date }

/** The identity providers' token endpoints: the only place that sends credentials to them. */
export interface TokenEndpoints extends TokenEndpoint {
  refresh(request: RefreshRequest): Promise<RefreshedTokens | Extract<TokenResult, { ok: false }>>
  /**
   * Redeems a code. It's sent once more if the first try brought no answer or a server error; never with other
   * parameters, because that can invalidate it.
   */
  redeem(request: RedeemRequest): Promise<RedeemResult>
}

/** Dependencies of calling token endpoints. */
export interface TokenEndpointDependencies {
  readonly signInTable: SignInTable
  readonly credentials: ClientCredentials
  readonly clock: Clock
  readonly timeLimitSeconds: number
  readonly allowInsecure: boolean
  readonly fetch?: typeof fetch
}

/** Creates the client of all token endpoints. */
export function createTokenEndpoints(dependencies: TokenEndpointDependencies): TokenEndpoints {
  return {
    assertAbleToAuthenticate: async (registration) =>
      dependencies.credentials.assertAvailable?.(registration),
    async refresh({ authorityTenant, scopes, refreshToken, ...registration }) {
      const row = dependencies.signInTable(registration)
      if (!row) return { ok: false, refusal: refusalWithoutResponse('environment_not_served') }
      const parameters = { refresh_token: refreshToken.expose(), scope: scopes.join(' ') }
      const read = await post(dependencies, { row, authorityTenant, grantType: 'refresh_token', parameters })
      return read.ok ? toTokenResult(read) : read
    },
    async redeem({ row, code, codeVerifier, redirectUri }) {
      const parameters = {
        code,
        code_verifier: codeVerifier,
        redirect_uri: redirectUri,
        ...(row.identityProvider === 'microsoft' && { scope: row.scopes.join(' ') }),
      }
      const authorityTenant = row.signInTenant
      const read = await post(dependencies, {
        row,
        authorityTenant,
        grantType: 'authorization_code',
        parameters,
      })
      return read.ok ? toRedeemResult(read) : read
    },
  }
}

/**
 * Posts a grant. If our own credential is refused, the registration's other one is tried, if there is one, and then
 * the vault's current one: a rotated secret is used immediately.
 */
async function post(dependencies: TokenEndpointDependencies, grant: GrantPost): Promise<Read> {
  // One limit for reading credentials and all attempts together: the lease that the caller holds counts on it.
  return withSignal(dependencies.timeLimitSeconds, (signal) => postWithin(dependencies, grant, signal))
}

async function postWithin(
  dependencies: TokenEndpointDependencies,
  grant: GrantPost,
  signal: AbortSignal,
): Promise<Read> {
  const { row, grantType } = grant
  const list = (age: SecretAge) => beforeEnd(dependencies, signal, listCredentials(dependencies, row, age))
  const tried = new Set<string>()
  let last: Read = { ok: false, refusal: refusalWithoutResponse('client_secret_missing') }
  // A code isn't sent again with another credential, so an old one could cost a person the sign-in.
  for (const age of [grantType === 'authorization_code' ? 'recent' : 'any', 'now'] as const) {
    const listed = await list(age)
    if ('refusal' in listed) return tried.size > 0 ? last : { ok: false, refusal: listed.refusal }
    for (const credential of listed.filter(({ id }) => !tried.has(id))) {
      tried.add(credential.id)
      last = await sendGrant(dependencies, grant, { authenticate: credential.authenticate, signal })
      const isCode = grantType === 'authorization_code'
      const isTriedOn = isCode ? isCredentialRefusal : mayBeCredentialRefusal
      if (last.ok || !isTriedOn(last.refusal)) {
        // An answer with a refresh token that isn't stored yet must not wait for this record.
        if (last.ok) void reportHealth(dependencies, row, [...tried]).catch(() => undefined)
        return last
      }
      // The refused attempt may have invalidated the code (Softeria/ms-365-mcp-server#664), so it isn't sent again.
      if (isCode) {
        const looking = takeUpOther(dependencies, row, credential.id)
        const otherCredentialLeft = await beforeEnd(dependencies, signal, looking).catch(() => false)
        return { ...last, ...(otherCredentialLeft && { otherCredentialLeft }) }
      }
    }
  }
  return last
}

/** @throws TimeLimitError if the signal aborts first: nothing was sent. */
async function beforeEnd<T>(
  { timeLimitSeconds }: TokenEndpointDependencies,
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(new TimeLimitError('reading the client credentials', timeLimitSeconds))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  work.catch(() => undefined)
  return Promise.race([work, ended])
}

async function listCredentials(
  { credentials }: TokenEndpointDependencies,
  row: SignInRow,
  age: SecretAge,
): Promise<readonly ClientCredential[] | { refusal: TokenRefusal }> {
  try {
    return await credentials.list(row, age)
  } catch (error) {
    if (error instanceof ClientCredentialError) return { refusal: refusalWithoutResponse(error.reason) }
    throw error
  }
}

/** The last one tried was accepted, so any that were refused before it are at fault themselves. */
async function reportHealth(
  { credentials }: TokenEndpointDependencies,
  row: SignInRow,
  tried: readonly string[],
): Promise<void> {
  for (const [index, id] of tried.entries()) {
    const result = index === tried.length - 1 ? 'accepted' : 'refused'
    await credentials.report?.(row, id, result)
  }
}

/**
 * Lets the next person's sign-in start with a working credential, regardless of this process's cache.
 * @returns whether there is another one.
 */
async function takeUpOther(
  dependencies: TokenEndpointDependencies,
  row: SignInRow,
  refused: string,
): Promise<boolean> {
  const list = await listCredentials(dependencies, row, 'now')
  if ('refusal' in list || list.every(({ id }) => id === refused)) return false
  if (list.some(({ id }) => id === refused)) await dependencies.credentials.report?.(row, refused, 'refused')
  return true
}

function toTokenResult({ tokens, body }: Tokens): RefreshedTokens {
  const idToken = textOf(body.id_token)
  return { ok: true, ...tokens, ...(idToken && { idToken }) }
}

function toRedeemResult({ tokens, body }: Tokens): RedeemResult {
  return { ok: true, ...tokens, scope: textOf(body.scope), idToken: textOf(body.id_token) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
