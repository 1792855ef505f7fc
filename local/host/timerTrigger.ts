import type { RegisteredFunction } from './core.ts'
import { newInvocationId, type TriggerEvent } from './invocation.ts'
import { parseSchedule, type Schedule } from './schedule.ts'
import { resolveSettings } from './settings.ts'
import type { TimerStatus, TimerStatusStore } from './timerStatus.ts'

/** The time, and a wake-up call; tests supply their own. */
export interface Clock {
  now(): Date
  /** Calls back at `time`; returns a function that cancels it. */
  wakeAt(time: Date, callback: () => void): () => void
}

/** A started timer function. */
export interface Timer {
  /** Stops waiting; a running invocation continues. */
  stop(): void
  /** The event for an invocation on demand. */
  event(): TriggerEvent
}

/** Dependencies of a timer. */
export interface TimerOptions {
  readonly fn: RegisteredFunction
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly statuses: TimerStatusStore
  run(fn: RegisteredFunction, event: TriggerEvent): Promise<unknown>
}

/** .NET's default time: the timer has never run. */
const never = new Date('0001-01-01T00:00:00Z')

/**
 * Starts a timer function: immediately if it's monitored (`useMonitor`, the default for schedules of a minute or
 * longer) and an occurrence was missed while no host ran, or if `runOnStartup` is set; then by its schedule. An
 * occurrence that is due while the last one is still running starts immediately after it; of several, only one does
 * (azure-webjobs-sdk-extensions `TimerListener.cs`).
 */
export function startTimer(options: TimerOptions): Timer {
  const { fn, env, clock } = options
  const { name } = fn.metadata
  const binding = Object.values(fn.metadata.bindings).find(({ type }) => type === 'timerTrigger')!
  const schedule = parseSchedule(resolveSettings(String(binding.schedule), env))
  const store = binding.useMonitor !== false && !schedule.isFrequent ? options.statuses : undefined
  const stored = store?.read(name)
  const checked = checkStatus(stored, schedule, clock.now())
  if (store && checked !== stored) store.write(name, checked)
  // A first start stores its time, but the function sees that the timer has never run.
  let status = stored ? checked : { ...checked, lastUpdated: never }
  let cancel = () => {}
  let stopped = false

  const event = (isPastDue = false) => toTimerEvent(store && status, isPastDue)
  const fire = async (reason: 'schedule' | 'pastDue' | 'startup') => {
    const startedAt = clock.now()
    // The failure is already in the log; the timer continues.
    await options.run(fn, event(reason === 'pastDue')).catch(() => {})
    status = statusAfter(reason === 'schedule' ? later(status.next, startedAt) : startedAt, schedule)
    store?.write(name, status)
    wait()
  }
  const wait = () => {
    if (!stopped) cancel = clock.wakeAt(status.next, () => void fire('schedule'))
  }

  if (store && stored && clock.now() > status.next) void fire('pastDue')
  else if (binding.runOnStartup === true) void fire('startup')
  else wait()
  return {
    event,
    stop: () => {
      stopped = true
      cancel()
    },
  }
}

/**
 * The status with which a timer starts: a first start stores when the timer is due; a changed schedule
 * applies from now on, so the timer isn't past due (`ScheduleMonitor.CheckPastDueAsync`).
 */
function checkStatus(stored: TimerStatus | undefined, schedule: Schedule, now: Date): TimerStatus {
  if (!stored) return { last: never, next: schedule.next(now), lastUpdated: now }
  const counted = [stored.last, stored.lastUpdated].find((time) => time.getTime() !== never.getTime()) ?? now
  const expected = schedule.next(counted)
  if (stored.next.getTime() === expected.getTime()) return stored
  const from = now > expected ? now : counted
  return { last: never, next: schedule.next(from), lastUpdated: from }
}

/**
 * The next time counts from the occurrence, or from the start of the run if that was later, regardless of the run's
 * length.
 */
const statusAfter = (time: Date, schedule: Schedule): TimerStatus => ({
  last: time,
  next: schedule.next(time),
  lastUpdated: time,
})

/** A timer may wake slightly early; counting from the occurrence itself prevents a second run. */
const later = (a: Date, b: Date) => (a > b ? a : b)

function toTimerEvent(status: TimerStatus | undefined, isPastDue: boolean): TriggerEvent {
  const info = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status && { Last: status.last, LastUpdated: status.lastUpdated, Next: status.next },
    IsPastDue: isPastDue,
  }
  return { invocationId: newInvocationId(), data: { json: JSON.stringify(info) } }
}

/** `setTimeout` accepts at most 2^31 - 1 ms, about 24 days. */
const maxWait = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  wakeAt: (time, callback) => {
    let handle: NodeJS.Timeout
    const wait = () => {
      const left = time.getTime() - Date.now()
      handle = setTimeout(left > maxWait ? wait : callback, Math.max(0, Math.min(left, maxWait)))
    }
    wait()
    return () => clearTimeout(handle)
  },
}
