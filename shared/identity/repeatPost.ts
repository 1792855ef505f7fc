import type { TokenRefusal } from '../domain/refusal.ts'
import { parseRetryAfterSeconds } from '../domain/retryAfter.ts'

/** The grant types that the broker posts. */
export type GrantType = 'refresh_token' | 'authorization_code'

/** Why a post to a token endpoint brought no usable answer: an error instead of one, or an answer's status. */
export type FailedPost =
  | { readonly error: unknown }
  | { readonly status: number; readonly retryAfter: string | null }

/** The pause of Microsoft's own libraries before their only retry (MSAL, "retry policy"). */
const pauseSeconds = 1
/** A person waits; if the answer asks for more, they get the failure. */
const maxPauseSeconds = 3

/** Connections that never came about (Node.js `errors`, undici): no byte of the request has left. */
const unsent: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Decides whether a failed post is sent once more, unchanged.
 * A code is: unused, it still works, and used, it's lost anyway. A refresh token is sent again only if nothing was sent,
 * because a provider may revoke it when it's used. After the time limit, nothing is sent again.
 * @returns the pause in seconds; undefined if it isn't.
 */
export function decideRepeat(grantType: GrantType, failed: FailedPost): number | undefined {
  if ('error' in failed) {
    const isRepeated =
      grantType === 'authorization_code' ? !isTimeLimit(failed.error) : isUnsent(failed.error)
    return isRepeated ? pauseSeconds : undefined
  }
  if (grantType !== 'authorization_code' || failed.status < 500) return undefined
  const asked = parseRetryAfterSeconds(failed.retryAfter) ?? pauseSeconds
  return asked <= maxPauseSeconds ? asked : undefined
}

/** Whether an error is the end of the time limit (`withSignal`). */
export function isTimeLimit(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

/**
 * The refusal of a code that was sent twice. One that counts as used was used by the first try: its answer, which had the
 * tokens, is lost, and that is the failure.
 */
export function toRepeatedRefusal(first: TokenRefusal, second: TokenRefusal): TokenRefusal {
  const isUsed = second.reason === 'code_already_redeemed' || second.reason === 'grant_refused'
  if (!isUsed) return second
  const { errorCodes, traceId } = second
  return { ...first, errorCodes, traceId }
}

function isUnsent(error: unknown): boolean {
  const { cause, code } = (error ?? {}) as { readonly cause?: unknown; readonly code?: unknown }
  return unsent.has(code) || (cause instanceof Error && isUnsent(cause))
}
