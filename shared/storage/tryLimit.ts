import { RestError, type TableServiceClientOptions } from '@azure/data-tables'
import type { TokenCredential } from '@azure/identity'
import { withSignal } from '../clock.ts'

/** One try of a storage call; a healthy one takes some tens of milliseconds, a page of a thousand rows some hundreds. */
export const storageTrySeconds = 5

/** What the Azure SDK’s clients do with each request. */
export type Policy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]

/**
 * Gives up a try that is not answered in time, the connection with it, so that the SDK tries again: its clients wait
 * for as long as a silent peer keeps the connection open.
 */
export function tryLimit(seconds: number): Policy {
  return {
    position: 'perRetry',
    policy: {
      name: 'brokerTryLimit',
      sendRequest: (request, next) =>
        unlessSilent(seconds, async (limit) => {
          const callers = request.abortSignal
          request.abortSignal = callers ? AbortSignal.any([limit, callers as AbortSignal]) : limit
          try {
            return await next(request)
          } finally {
            // The request object lives on into the next try, which has a limit of its own.
            if (callers) request.abortSignal = callers
            else delete request.abortSignal
          }
        }),
    },
  }
}

/** A credential that gives up as well: some clients ask for its token outside of their tries. */
export function withTryLimit(credential: TokenCredential, seconds: number): TokenCredential {
  return { getToken: (scopes, options) => unlessSilent(seconds, () => credential.getToken(scopes, options)) }
}

/** Work that may not heed its signal. Rejects with the code by which the SDK's retry policy knows that no answer came. */
function unlessSilent<T>(seconds: number, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  return withSignal(seconds, (limit) => {
    const silence = new Promise<never>((_, reject) => {
      limit.addEventListener('abort', () => reject(new RestError('no answer in time', { code: 'ETIMEDOUT' })))
    })
    return Promise.race([work(limit), silence])
  })
}
