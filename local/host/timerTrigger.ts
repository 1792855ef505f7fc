import type { RegisteredFunction } from './core.ts'
import { newInvocationId, type TriggerEvent } from './invocation.ts'
import { parseSchedule, type Schedule } from './schedule.ts'
import { resolveSettings } from './settings.ts'
import type { TimerStatus, TimerStatusStore } from './timerStatus.ts'

/** The time, and waking up at one; a test brings its own. */
export interface Clock {
  now(): Date
  /** Calls back at `time`; returns how to call that off. */
  wakeAt(time: Date, callback: () => void): () => void
}

/** One timer function that is waiting or running. */
export interface Timer {
  /** Waits no further; an invocation that runs goes on. */
  stop(): void
  /** What an invocation on demand is given. */
  event(): TriggerEvent
}

/** What a timer works with. */
export interface TimerOptions {
  readonly fn: RegisteredFunction
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly statuses: TimerStatusStore
  run(fn: RegisteredFunction, event: TriggerEvent): Promise<unknown>
}

/**
 * Starts a timer function: at once when `runOnStartup` says so or when, monitored (`useMonitor`, the default for
 * schedules of a minute or longer), an occurrence was missed while no host ran; then by its schedule.
 * An occurrence that comes while the last one still runs is left out.
 */
export function startTimer(options: TimerOptions): Timer {
  const { fn, env, clock } = options
  const binding = Object.values(fn.metadata.bindings).find(({ type }) => type === 'timerTrigger')!
  const schedule = parseSchedule(resolveSettings(String(binding.schedule), env))
  const isMonitored = binding.useMonitor !== false && !schedule.isFrequent
  let status = isMonitored ? options.statuses.read(fn.metadata.name) : undefined
  let cancel = () => {}
  let stopped = false

  const event = (isPastDue = false) =>
    toTimerEvent(isMonitored ? (status ?? newStatus(schedule, clock)) : undefined, isPastDue)
  const fire = async (isPastDue: boolean) => {
    // The failure is in the log already; the timer goes on.
    await options.run(fn, event(isPastDue)).catch(() => {})
    const now = clock.now()
    status = { last: now, next: schedule.next(now), lastUpdated: now }
    if (isMonitored) options.statuses.write(fn.metadata.name, status)
    wait()
  }
  let due = new Date(0)
  const wait = () => {
    if (stopped) return
    // Timers may wake a moment early; counting from the occurrence itself keeps it from coming twice.
    due = schedule.next(new Date(Math.max(due.getTime(), clock.now().getTime())))
    cancel = clock.wakeAt(due, () => void fire(false))
  }

  const isPastDue = status !== undefined && status.next <= clock.now()
  if (isPastDue || binding.runOnStartup === true) void fire(isPastDue)
  else wait()
  return {
    event,
    stop: () => {
      stopped = true
      cancel()
    },
  }
}

const newStatus = (schedule: Schedule, { now }: Clock): TimerStatus => ({
  last: new Date(0),
  next: schedule.next(now()),
  lastUpdated: new Date(0),
})

function toTimerEvent(status: TimerStatus | undefined, isPastDue: boolean): TriggerEvent {
  const info = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status && { Last: status.last, LastUpdated: status.lastUpdated, Next: status.next },
    IsPastDue: isPastDue,
  }
  return { invocationId: newInvocationId(), data: { json: JSON.stringify(info) } }
}

/** `setTimeout` counts no further than 2^31 - 1 ms, some 24 days. */
const longestWait = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  wakeAt: (time, callback) => {
    let handle: NodeJS.Timeout
    const wait = () => {
      const left = time.getTime() - Date.now()
      handle = setTimeout(left > longestWait ? wait : callback, Math.max(0, Math.min(left, longestWait)))
    }
    wait()
    return () => clearTimeout(handle)
  },
}
