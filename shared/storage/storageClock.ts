import { type Clock, type SharedClock, systemClock } from '../clock.ts'
import type { Log } from '../domain/logEvents.ts'
import { clockToleranceSeconds } from '../domain/plausibleTimes.ts'
import type { Tables } from './clients.ts'
import type { Policy } from './tryLimit.ts'
import { onRow } from './unavailable.ts'

/** The known state of this machine's clock. */
export interface ClockHealth {
  /**
   * Seconds by which the machine's clock is ahead of storage's; negative when it is behind, undefined before any
   * answer.
   */
  aheadSeconds(): number | undefined
}

/** A clock that follows storage's if the machine's own is wrong. */
export interface StorageClock extends SharedClock, ClockHealth {
  /** Compares the clocks with each answer of the client that uses it. */
  readonly policy: Policy
}

/** An answer's `Date` counts whole seconds, and answers take time, so a smaller difference proves nothing. */
const measurableSeconds = 2
/** A wrong clock is reported this often. */
const reportMilliseconds = 3_600_000

/**
 * Creates the clock of a process. All processes share one storage account, so its `Date` header (RFC 9110, section
 * 6.6.1) is the time that they agree on.
 * @param log called if the machine's clock is wrong by more than 5 s.
 * @param own the machine's clock.
 * @param elapsed elapsed milliseconds, independent of the machine's clock.
 */
export function createStorageClock(
  log: Log,
  own: Clock = systemClock,
  elapsed: () => number = () => performance.now(),
): StorageClock {
  /** Storage's time, and the moment of its measurement; undefined while the machine's own clock is right. */
  let anchor: { readonly time: number; readonly at: number } | undefined
  /** The last `Date` of any answer, even a slow one, and the moment at which it was heard. */
  let told: { readonly time: number; readonly at: number } | undefined
  let reportedAt = Number.NEGATIVE_INFINITY
  let ahead: number | undefined
  const now = () => (anchor ? anchor.time + elapsed() - anchor.at : own.now().getTime())
  const compare = (date: string | undefined, sentAt: number) => {
    const heardAt = elapsed()
    const takes = heardAt - sentAt
    const answered = Date.parse(date ?? '')
    if (!Number.isNaN(answered)) told = { time: answered, at: heardAt }
    const time = answered + 500 + takes / 2
    if (Number.isNaN(time) || takes > measurableSeconds * 1000) return
    ahead = (own.now().getTime() - time) / 1000
    if (Math.abs(ahead) <= measurableSeconds) anchor = undefined
    else if (Math.abs(time - now()) > measurableSeconds * 1000) anchor = { time, at: heardAt }
    if (!isWrong(ahead) || heardAt - reportedAt < reportMilliseconds) return
    reportedAt = heardAt
    log('clock.wrong', { aheadSeconds: Math.round(ahead) })
  }
  return {
    now: () => new Date(now()),
    storageNow: () => told && new Date(told.time + elapsed() - told.at),
    sleep: own.sleep,
    aheadSeconds: () => ahead,
    policy: {
      position: 'perRetry',
      policy: {
        name: 'brokerStorageClock',
        async sendRequest(request, next) {
          const sentAt = elapsed()
          const response = await next(request)
          compare(response.headers.get('date'), sentAt)
          return response
        },
      },
    },
  }
}

/** Whether a clock differs from storage's by more than the limit. */
export function isWrong(aheadSeconds: number): boolean {
  return Math.abs(aheadSeconds) > clockToleranceSeconds
}

/** A process asks storage for the time at most this often. */
const comparisonMilliseconds = 60_000

/**
 * Creates a function that compares the clocks immediately, with any answer from storage.
 * @throws StorageUnavailableError when storage doesn't answer and this process has never compared its clock with it.
 */
export function createClockComparison(
  { BrokerState: table }: Pick<Tables, 'BrokerState'>,
  clock: Clock & ClockHealth,
): () => Promise<void> {
  let last = { at: Number.NEGATIVE_INFINITY, failure: Promise.resolve<unknown>(undefined) }
  const failureOfAsking = () =>
    onRow(() => table.getEntity('clock', 'none'), { absent: undefined }).then(
      () => undefined,
      (error: unknown) => error,
    )
  return async () => {
    const at = clock.now().getTime()
    if (at - last.at >= comparisonMilliseconds) last = { at, failure: failureOfAsking() }
    const failure = await last.failure
    if (failure && clock.aheadSeconds() === undefined) throw failure
  }
}
