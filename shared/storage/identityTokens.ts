import type { AccessToken, TokenCredential } from '@azure/identity'
import { type Clock, TimeLimitError, withTimeLimit } from '../clock.ts'
import type { IdentityFault, IdentityUnavailableError } from '../domain/identityUnavailable.ts'

/** Callers give up a request of this age, just before a refresh gives up its steps. */
const patienceSeconds = 7
/** A request of this age is started again: its answer may never come. */
const requestMilliseconds = 30_000
/** After a failure, the endpoint isn't asked again for this long. */
const restMilliseconds = 1000
/** A token is renewed this long before it expires, unless it says when. */
const renewedMilliseconds = 300_000
/** A token with less time left isn't given out while its renewal fails: its user's own call takes time. */
const leastValidMilliseconds = 120_000

/** Counts a failed request for a token, and makes the error for those who wait for it. */
export type JudgeIdentityFault = (fault: IdentityFault, failuresInARow: number) => IdentityUnavailableError

/**
 * An identity's tokens, shared by everything in this process. One request for a scope is under way at a time; it goes
 * on if its callers give up, and its token serves the next one. While a token is valid, an endpoint that fails or is
 * slow delays nobody; the SDK's own memory asks it on each call from half of a token's lifetime on, and fails with it.
 * The returned credential throws what `judge` makes of a failure.
 */
export function createIdentityTokens(
  credential: TokenCredential,
  clock: Clock,
  judge: JudgeIdentityFault,
): TokenCredential {
  const scopeTokens = new Map<string, ScopeTokens>()
  return {
    getToken(scopes, options) {
      const tenantId = options?.tenantId
      const key = JSON.stringify([scopes, tenantId])
      // The other options, such as the signal, belong to one caller, and the request to all of them.
      const request = () => credential.getToken(scopes, tenantId ? { tenantId } : {})
      const tokens = scopeTokens.get(key) ?? new ScopeTokens(request, clock, judge)
      scopeTokens.set(key, tokens)
      return tokens.get()
    },
  }
}

interface Asked {
  /** When a new request can replace this one, in milliseconds since the epoch. */
  replacedFrom: number
  readonly answer: Promise<AccessToken>
}

/** The last token for one scope, and the request for the next one. */
class ScopeTokens {
  readonly #request: () => Promise<AccessToken | null>
  readonly #clock: Clock
  readonly #judge: JudgeIdentityFault
  #token: AccessToken | undefined
  #asked: Asked | undefined
  #failures = 0

  constructor(request: () => Promise<AccessToken | null>, clock: Clock, judge: JudgeIdentityFault) {
    this.#request = request
    this.#clock = clock
    this.#judge = judge
  }

  async get(): Promise<AccessToken> {
    const token = this.#token
    if (!token) return this.#ask()
    const { expiresOnTimestamp, refreshAfterTimestamp } = token
    if (this.#now() < (refreshAfterTimestamp ?? expiresOnTimestamp - renewedMilliseconds)) return token
    const renewed = this.#ask()
    return expiresOnTimestamp - this.#now() > leastValidMilliseconds ? token : renewed
  }

  #now(): number {
    return this.#clock.now().getTime()
  }

  #ask(): Promise<AccessToken> {
    if (this.#asked && this.#now() < this.#asked.replacedFrom) return this.#asked.answer
    const work = this.#requestToken()
    const asked: Asked = {
      replacedFrom: this.#now() + requestMilliseconds,
      answer: withTimeLimit(this.#clock, patienceSeconds, 'requesting a token', () => work).catch((error) => {
        throw this.#judge(readFault(error), ++this.#failures)
      }),
    }
    const rest = (milliseconds: number) => {
      asked.replacedFrom = this.#now() + milliseconds
    }
    work.then(
      () => rest(0),
      () => rest(restMilliseconds),
    )
    asked.answer.catch(() => undefined)
    this.#asked = asked
    return asked.answer
  }

  async #requestToken(): Promise<AccessToken> {
    const token = await this.#request()
    if (!token) throw new Error('no token')
    this.#token = token
    this.#failures = 0
    return token
  }
}

/** Reads a credential's failure. The SDK's message is left out: it quotes the endpoint's answer. */
function readFault(error: unknown): IdentityFault {
  if (error instanceof TimeLimitError) return { reason: 'identity_silent', status: 0 }
  const { cause } = error as { cause?: { status?: unknown; errorCode?: unknown } }
  if (cause?.errorCode === 'network_error') return { reason: 'identity_unreachable', status: 0 }
  const status = typeof cause?.status === 'number' ? cause.status : 0
  const isRefused = status >= 400 && status < 500 && status !== 429
  return { reason: isRefused ? 'identity_refused' : 'identity_failing', status }
}
