import type { Service } from './operation.ts'
import type { Environment } from './world.ts'

/** A call that the stand-in received. It contains fingerprints of tokens, never tokens. */
export interface LoggedRequest {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly environment: Environment
  readonly service: Service
  readonly method: string
  /** Below the host, for example `/CustomerManagement/v13/User/Query`. */
  readonly path: string
  readonly trackingId: string
  readonly customerId: string | null
  readonly customerAccountId: string | null
  readonly identityProvider: string | null
  /** {@link import('./token-expiry.ts').fingerprint} of the header, or null without one. */
  readonly developerToken: string | null
  readonly accessToken: string | null
  /** The caller's W3C `traceparent`. */
  readonly traceParent: string | null
  /** Names of all headers received, in lower case. */
  readonly headerNames: readonly string[]
  /** The `CustomerId` in the body, set when the body is read. */
  aboutCustomerId: string | null
  /** The person's object id, set after the access token is verified. */
  user: string | null
  /** Null while the call is running, and permanently if it was left hanging or cut. */
  status: number | null
  /** The error code in the answer, null for none. */
  code: number | null
  /** How much of a file was read, and how much there is; null if the call isn't for a file. */
  sent: { bytes: number; readonly ofBytes: number } | null
}

/** The latest calls, oldest first. */
export interface RequestLog {
  add(request: LoggedRequest): void
  list(): readonly LoggedRequest[]
  clear(): void
}

/** A log that keeps the latest `capacity` calls. Default is 10,000. */
export function createRequestLog(capacity = 10_000): RequestLog {
  let requests: LoggedRequest[] = []
  return {
    add: (request) => {
      requests.push(request)
      if (requests.length > 2 * capacity) requests = requests.slice(-capacity)
    },
    list: () => requests.slice(-capacity),
    clear: () => {
      requests = []
    },
  }
}
