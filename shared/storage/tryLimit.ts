import { RestError, type TableServiceClientOptions } from '@azure/data-tables'
import { withSignal } from '../clock.ts'

/** Seconds that one attempt may take. */
export interface TrySeconds {
  /** A call about one entity, a transaction, or one secret. */
  readonly point: number
  /** A page of a list. */
  readonly list: number
}

/**
 * A healthy call takes some tens of milliseconds. A query runs for up to 5 seconds in Table Storage, which then answers
 * with what it has and a continuation (query-timeout-and-pagination); an impatient client would never get past it.
 */
export const storageTrySeconds: TrySeconds = { point: 5, list: 12 }

/** A pipeline policy of the Azure SDK's clients. */
export type Policy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]

/**
 * Gives up an attempt that isn't answered in time, along with its connection, so that the SDK tries again: its clients
 * wait for as long as a silent peer keeps the connection open.
 * @param isList whether a request's URL asks for a page of a list.
 */
export function tryLimit({ point, list }: TrySeconds, isList: (url: URL) => boolean): Policy {
  return {
    position: 'perRetry',
    policy: {
      name: 'brokerTryLimit',
      sendRequest: (request, next) =>
        unlessSilent(isList(new URL(request.url)) ? list : point, async (limit) => {
          const callers = request.abortSignal
          request.abortSignal = callers ? AbortSignal.any([limit, callers as AbortSignal]) : limit
          try {
            return await next(request)
          } finally {
            // The request object is used again for the next attempt, which has its own limit.
            if (callers) request.abortSignal = callers
            else delete request.abortSignal
          }
        }),
    },
  }
}

/**
 * For work that may ignore its signal. Rejects with the code that tells the SDK's retry policy that there was no
 * answer.
 */
function unlessSilent<T>(seconds: number, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  return withSignal(seconds, (limit) => {
    const silence = new Promise<never>((_, reject) => {
      limit.addEventListener('abort', () => reject(new RestError('no answer in time', { code: 'ETIMEDOUT' })))
    })
    return Promise.race([work(limit), silence])
  })
}
