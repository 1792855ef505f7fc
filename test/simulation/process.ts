import type { Randomness, SharedClock } from '../../shared/clock.ts'
import type { FaultRates } from './plan.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** The result of an operation. */
export type Fate = 'done' | 'failed_before' | 'failed_after' | 'died_before' | 'died_after'

/** A process's operation on a model. */
export interface Operation<T> {
  /** For example `tenants.replace`. */
  readonly name: string
  /** The tenant whose row, secret, or token it concerns; empty if none in particular. */
  readonly tenant: string
  /** Changes or reads the model immediately. */
  readonly effect: () => Promise<T> | T
  /** The caller's result if it fails. */
  readonly failure: (fate: Fate) => Error | T
  /** The latest time of an answer. Default is 120 s. */
  readonly limitMilliseconds?: number
}

/** The processes' shared state, and their reports. */
export interface ProcessWorld {
  readonly scheduler: Scheduler
  readonly random: Random
  /** The most by which a process's clock differs from the true time. */
  readonly clockSkewMilliseconds: number
  faults(): FaultRates
  /** Whether the service of an operation is currently down. */
  isOut(operation: string): boolean
  record(process: string, operation: string, tenant: string, effect: string): void
  /** Called when an operation is requested. */
  begun(process: SimulatedProcess, operation: string, tenant: string): void
  /** Called when an operation fails, before any other process can act. */
  failed(process: SimulatedProcess, operation: string, tenant: string): void
  died(process: SimulatedProcess): void
}

/** The most time that a slow operation takes to take effect, and again to be answered. */
const slowMilliseconds = 4500
/** Slightly longer than the limit of a step under a lease. */
const bearableMilliseconds = 9000

/** One run of a broker process. After its crash, none of its continuations runs again. */
export class SimulatedProcess {
  alive = true
  /** The time of the order to end; milliseconds since the epoch. */
  endingAt: number | undefined
  readonly name: string
  readonly clock: SharedClock
  readonly randomness: Randomness
  readonly #world: ProcessWorld

  constructor(name: string, world: ProcessWorld) {
    this.name = name
    this.#world = world
    const most = world.clockSkewMilliseconds
    this.clock = clockOf(this, world.scheduler, most === 0 ? 0 : world.random.below(2 * most + 1) - most)
    this.randomness = randomnessOf(world.random)
  }

  /** Schedules an operation, with a random fate. */
  perform<T>(operation: Operation<T>): Promise<T> {
    const { scheduler, random } = this.#world
    this.#world.begun(this, operation.name, operation.tenant)
    const drawn = this.#draw(operation.limitMilliseconds ?? 120_000)
    const { effectAfter, answerAfter } = drawn
    const fate = this.#world.isOut(operation.name) ? 'failed_before' : drawn.fate
    return new Promise((resolve, reject) => {
      scheduler.after(effectAfter, () => {
        if (!this.alive && random.chance(0.5)) return
        const outcome = this.#takeEffect(operation, fate)
        if (fate === 'died_after' || fate === 'died_before') this.die()
        scheduler.after(answerAfter, () => {
          if (this.alive) settle(outcome, operation, fate, resolve, reject)
        })
      })
    })
  }

  /** Crashes the process: running operations may take effect, but are never answered. */
  die(): void {
    if (!this.alive) return
    this.alive = false
    this.#world.record(this.name, 'dies', '', '')
    this.#world.died(this)
  }

  #takeEffect<T>(operation: Operation<T>, fate: Fate): Promise<T> | undefined {
    const { name, tenant, effect } = operation
    const outcome = fate === 'failed_before' || fate === 'died_before' ? undefined : Promise.resolve(effect())
    outcome?.catch(() => undefined)
    this.#world.record(this.name, name, tenant, fate)
    if (fate !== 'done') this.#world.failed(this, name, tenant)
    return outcome
  }

  #draw(limit: number): { fate: Fate; effectAfter: number; answerAfter: number } {
    const { random } = this.#world
    const rates = this.#world.faults()
    const chance = random.fraction()
    const bad = rates.failsBefore + rates.failsAfter + rates.hangs
    const isSlow = rates.slow > 0 && random.chance(rates.slow)
    const maxSlow = Math.min(limit / 2, slowMilliseconds)
    const latency = () =>
      isSlow ? random.below(maxSlow) : random.chance(0.1) ? random.below(1500) : 1 + random.below(40)
    if (chance >= bad + rates.dies) return { fate: 'done', effectAfter: latency(), answerAfter: latency() }
    if (chance >= bad) {
      return { fate: random.pick(['died_before', 'died_after']), effectAfter: latency(), answerAfter: 0 }
    }
    if (chance < rates.hangs) {
      // Some hang and finally fail, some only take that long; half of them stay within the limit of a lease's step.
      const longest = random.chance(0.5) ? Math.min(limit, bearableMilliseconds) : limit
      const late = random.pick(['failed_before', 'failed_after', 'done'] as const)
      const effectAfter = random.below(longest)
      const answerAfter = late === 'done' ? random.below(longest - effectAfter) : longest - effectAfter
      return { fate: late, effectAfter, answerAfter }
    }
    return {
      fate: chance < rates.hangs + rates.failsBefore ? 'failed_before' : 'failed_after',
      effectAfter: latency(),
      answerAfter: latency(),
    }
  }
}

function settle<T>(
  outcome: Promise<T> | undefined,
  operation: Operation<T>,
  fate: Fate,
  resolve: (value: T | Promise<T>) => void,
  reject: (error: Error) => void,
): void {
  const result = fate === 'done' && outcome ? outcome : operation.failure(fate)
  if (result instanceof Error) reject(result)
  else resolve(result)
}

function clockOf(process: SimulatedProcess, scheduler: Scheduler, skewMilliseconds: number): SharedClock {
  return {
    // An answer's `Date` counts whole seconds, cut off.
    storageNow: () => new Date(Math.floor(scheduler.now() / 1000) * 1000),
    now: () => new Date(scheduler.now() + skewMilliseconds),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const callOff = scheduler.after(milliseconds, () => {
          if (process.alive) resolve()
        })
        signal?.addEventListener('abort', () => {
          callOff()
          resolve()
        })
      }),
  }
}

function randomnessOf(random: Random): Randomness {
  const word = () => random.below(0x1_0000_0000).toString(16).padStart(8, '0')
  return { fraction: () => random.fraction(), identifier: () => word() + word() + word() + word() }
}
