import type { LoadedApp } from './app.ts'
import type { RegisteredFunction } from './core.ts'
import type { HostJson } from './hostJson.ts'
import { isTrigger, newInvocationId } from './invocation.ts'
import type { QueueConnections } from './queueConnection.ts'
import { listenToQueue, type QueueListener } from './queueTrigger.ts'
import type { Runner } from './runner.ts'
import { createTimerStatusStore } from './timerStatus.ts'
import { type Clock, startTimer, type Timer } from './timerTrigger.ts'

/** The triggers of an app other than HTTP. */
export interface Triggers {
  /** Runs a function now, in the background; a timer gets its schedule's status, other functions the input. */
  start(fn: RegisteredFunction, input: string): void
  /** Stops the triggers; running invocations continue. */
  stop(): void
}

/** Dependencies of triggers. */
export interface TriggerOptions {
  readonly app: LoadedApp
  readonly functions: ReadonlyMap<string, RegisteredFunction>
  readonly runner: Runner
  readonly queues: QueueConnections
  readonly settings: HostJson['extensions']['queues']
  readonly clock: Clock
  readonly timerFolder: string | undefined
}

/**
 * Starts the timers and queue listeners of an app; a trigger of another kind is logged and skipped.
 * @throws Error if a schedule or a queue's connection isn't usable.
 */
export function startTriggers(options: TriggerOptions): Triggers {
  const { functions, runner, app } = options
  const timers = new Map<string, Timer>()
  const listeners: QueueListener[] = []
  const statuses = createTimerStatusStore(options.timerFolder)
  for (const fn of functions.values()) {
    const trigger = Object.values(fn.metadata.bindings).find(({ type }) => isTrigger(type))!
    const shared = { fn, run: runner.run }
    const warn = (message: string) => warnOf(app, fn, message)
    if (trigger.type === 'timerTrigger') {
      const timer = startTimer({ ...shared, env: process.env, clock: options.clock, statuses })
      timers.set(fn.metadata.name, timer)
    } else if (trigger.type === 'queueTrigger') {
      const queue = options.queues.open(trigger)
      listeners.push(listenToQueue({ ...shared, queue, settings: options.settings, warn }))
    } else if (trigger.type !== 'httpTrigger') {
      warn(`Its trigger, ${trigger.type}, is not one this host has; it runs on demand only.`)
    }
  }
  return {
    start: (fn, input) => {
      const onDemand = { invocationId: newInvocationId(), data: { string: input } }
      // The runner logs the failure, and nothing awaits it.
      runner.run(fn, timers.get(fn.metadata.name)?.event() ?? onDemand).catch(() => {})
    },
    stop: () => {
      for (const each of [...timers.values(), ...listeners]) each.stop()
    },
  }
}

function warnOf({ core }: LoadedApp, { metadata }: RegisteredFunction, message: string): void {
  core.log({ level: 'warning', category: 'host', functionName: metadata.name, message })
}
