import * as oauth from 'oauth4webapi'
import type { Clock } from '../clock.ts'
import { refusalWithoutResponse, type TokenRefusal } from '../domain/refusal.ts'
import { type ReadTokens, readTokens } from './readTokens.ts'
import { classifyTokenRefusal } from './refusal.ts'
import {
  decideRepeat,
  type FailedPost,
  type GrantType,
  isTimeLimit,
  toRepeatedRefusal,
} from './repeatPost.ts'
import type { SignInRow } from './signInTable.ts'

/** A grant to post, and where. */
export interface GrantPost {
  readonly row: SignInRow
  readonly authorityTenant: string
  readonly grantType: GrantType
  readonly parameters: Record<string, string>
}

/** The tokens of an answer, and its other members. */
export interface Tokens {
  readonly ok: true
  readonly tokens: ReadTokens
  readonly body: Readonly<Record<string, unknown>>
}

/** An answer with tokens, or a refusal. */
export type Read = Tokens | { readonly ok: false; readonly refusal: TokenRefusal }

/** How a post is authenticated, and the end of its time. */
export interface Sending {
  readonly authenticate: oauth.ClientAuth
  readonly signal: AbortSignal
}

/** Dependencies of posting a grant. */
export interface SendDependencies {
  readonly clock: Clock
  readonly allowInsecure: boolean
  readonly fetch?: typeof fetch
}

/** Posts a grant, and once more if that is safe and its pause ends within the limit of all attempts. */
export async function sendGrant(
  dependencies: SendDependencies,
  grant: GrantPost,
  sending: Sending,
): Promise<Read> {
  const { failed, read: first } = await postOnce(dependencies, grant, sending)
  const pauseSeconds = failed && decideRepeat(grant.grantType, failed)
  if (first.ok || pauseSeconds === undefined) return first
  await dependencies.clock.sleep(pauseSeconds * 1000, sending.signal)
  if (sending.signal.aborted) return first
  const { read: second } = await postOnce(dependencies, grant, sending)
  if (second.ok || grant.grantType !== 'authorization_code') return second
  return { ok: false, refusal: toRepeatedRefusal(first.refusal, second.refusal) }
}

interface Posted {
  readonly read: Read
  /** Absent if the answer has tokens. */
  readonly failed?: FailedPost
}

async function postOnce(
  dependencies: SendDependencies,
  { row, authorityTenant, grantType, parameters }: GrantPost,
  { authenticate, signal }: Sending,
): Promise<Posted> {
  const server = { issuer: row.issuer(authorityTenant), token_endpoint: row.tokenUrl(authorityTenant) }
  try {
    const response = await oauth.genericTokenEndpointRequest(
      server,
      { client_id: row.clientId },
      authenticate,
      grantType,
      parameters,
      {
        signal,
        [oauth.allowInsecureRequests]: dependencies.allowInsecure,
        ...(dependencies.fetch && { [oauth.customFetch]: dependencies.fetch }),
      },
    )
    const answer = await read(response)
    const { headers, status } = response
    return { read: answer, ...(!answer.ok && { failed: { status, retryAfter: headers.get('retry-after') } }) }
  } catch (error) {
    const reason = isTimeLimit(error) ? 'identity_provider_timed_out' : 'identity_provider_unreachable'
    return { read: { ok: false, refusal: refusalWithoutResponse(reason) }, failed: { error } }
  }
}

async function read(response: Response): Promise<Read> {
  const text = await response.text().catch(withoutText)
  const body = parseObject(text)
  const tokens = response.ok && body ? readTokens(body) : undefined
  if (tokens && body) return { ok: true, tokens, body }
  return {
    ok: false,
    refusal: classifyTokenRefusal(response.status, body, response.headers.get('retry-after')),
  }
}

/** A status has arrived, so this is an answer, even if its body can't be decompressed or is cut off. */
function withoutText(error: unknown): string {
  if (isTimeLimit(error)) throw error
  return ''
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
