import { createHash } from 'node:crypto'

/** A call that the sign-in answered. It never contains tokens, only their fingerprints. */
export interface LoggedRequest {
  /** Time of arrival, ISO 8601. */
  readonly at: string
  readonly endpoint: 'authorize' | 'token' | 'keys'
  /** `common`, `organizations`, `consumers`, or a directory's id; absent for Google. */
  readonly tenantPath?: string | undefined
  readonly grantType?: string | undefined
  readonly clientId?: string | undefined
  readonly username?: string | undefined
  /** The refresh token's original sign-in: fingerprint of its grant. */
  readonly family?: string | undefined
  /** Fingerprint of the refresh token that was sent. */
  readonly refreshTokenUsed?: string | undefined
  /** The caller's W3C `traceparent`. */
  readonly traceParent?: string | undefined
  /** Fingerprint of the refresh token that was issued. */
  refreshTokenIssued?: string | undefined
  /**
   * `ok`, the error (for example `invalid_grant 50173`), or the name of the injected fault; absent while it's running.
   */
  outcome?: string
  /** The most concurrent token calls for the same user during this one, including itself. */
  concurrent: number
}

/** The calls of one sign-in, oldest first; the latest 10,000 are kept. */
export interface RequestLog {
  begin(request: Omit<LoggedRequest, 'at' | 'concurrent' | 'outcome' | 'refreshTokenIssued'>): LoggedRequest
  end(request: LoggedRequest, outcome: string): void
  entries(): readonly LoggedRequest[]
  clear(): void
}

/** Creates an empty log. `write` receives a line for each finished call. Default is to ignore it. */
export function createRequestLog(write: (line: string) => void = () => {}): RequestLog {
  let entries: LoggedRequest[] = []
  const inFlight = new Set<LoggedRequest>()
  return {
    begin(request) {
      const entry: LoggedRequest = { at: new Date().toISOString(), ...request, concurrent: 1 }
      entries = [...entries.slice(-9_999), entry]
      inFlight.add(entry)
      countConcurrent(inFlight, entry)
      return entry
    },
    end(entry, outcome) {
      inFlight.delete(entry)
      entry.outcome = outcome
      write(
        [entry.endpoint, entry.tenantPath, entry.grantType, entry.username, outcome]
          .filter(Boolean)
          .join(' '),
      )
    },
    entries: () => entries,
    clear() {
      entries = []
    },
  }
}

function countConcurrent(inFlight: ReadonlySet<LoggedRequest>, entry: LoggedRequest): void {
  if (!entry.username || entry.endpoint !== 'token') return
  const together = [...inFlight].filter(
    ({ endpoint, username }) => endpoint === 'token' && username === entry.username,
  )
  for (const one of together) one.concurrent = Math.max(one.concurrent, together.length)
}

/** Identifies a token without revealing it: the first 16 hexadecimal digits of its SHA-256. */
export function toFingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}
