import type { Broker } from '../../shared/broker.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { runShard, runSweep } from '../../shared/operations/runSweep.ts'
import { alerts } from './alerts.ts'
import { type Calendar, calendarOf, type Outage } from './calendar.ts'
import { type Broken, findFalseEnd, isExplained } from './checks.ts'
import { type Deed, planDay, slotsPerDay, welcome } from './days.ts'
import { createGround, type GrantStoreName, type Ground, type Line } from './ground.ts'
import { type Habit, Ledger, type Person } from './ledger.ts'
import { Life } from './life.ts'
import { operatorDeeds } from './operator.ts'

/** Options of a world. */
export interface WorldOptions {
  readonly store: GrantStoreName
  readonly seed: number
  readonly days: number
  /** How many tenants are connected at the start. */
  readonly tenants: number
  /** The tenants' habit. Default is a mixture. */
  readonly habit?: Habit
}

const alertEvents = new Set(Object.values(alerts).flatMap(({ events }) => events))
const slotMilliseconds = 300_000
const dayMilliseconds = slotsPerDay * slotMilliseconds
/** The share of sweeps whose process is killed, and after how many operations at most. */
const [killShare, killOperations] = [0.01, 300]
const restartDays = 7
/** So that their keep-alives spread as they do later. */
const foundingDays = 7

/** A broker with its apps, its people, and its operator: one process answers apps, and one sweeps. */
export class World {
  readonly ledger = new Ledger()
  /** Those whose disconnect wasn't answered. */
  readonly unsure = new Set<Person>()
  /** What was logged in the calm time. */
  readonly lines: Line[] = []
  /** Those of them that have a cause, which the broker only tells. */
  readonly explained = new Set<Line>()
  /** Rules that were broken while time passed. */
  readonly findings: Broken[] = []
  readonly calendar: Calendar
  readonly ground: Ground
  #startedAt: number
  #deeds: ReturnType<typeof operatorDeeds> = []
  front: Life
  sweeper: Life

  private constructor(ground: Ground, { days }: WorldOptions) {
    this.ground = ground
    this.calendar = calendarOf(days)
    this.#startedAt = ground.clock.now().getTime() + foundingDays * dayMilliseconds
    this.front = this.startLife()
    this.sweeper = this.startLife()
    ground.onLine = (line) => this.#take(line)
  }

  /** Connects the first tenants, within the days before the start. */
  static async create(options: WorldOptions): Promise<World> {
    const { habit, seed, store, tenants } = options
    const ground = await createGround(store, seed)
    const world = new World(ground, options)
    for (let index = 0; index < tenants; index++) {
      await welcome(world, habit)
      ground.clock.advance((foundingDays * 86_400) / tenants)
      if (index % 10 === 0) await world.sweep()
    }
    world.#startedAt = ground.clock.now().getTime()
    world.#deeds = operatorDeeds(world)
    return world
  }

  /** Starts another process. */
  startLife(): Life {
    return new Life(this.ground)
  }

  /** Days since the start, with a fraction. */
  get today(): number {
    return (this.ground.clock.now().getTime() - this.#startedAt) / dayMilliseconds
  }

  /** Lets a day pass: deeds in their slots, and a sweep every five minutes. */
  async liveDay(day: number): Promise<void> {
    const deeds = planDay(this)
    if (day % restartDays === 0) {
      this.front = this.startLife()
      this.sweeper = this.startLife()
    }
    for (let slot = 0; slot < slotsPerDay; slot++) {
      this.advanceTo(this.#startedAt + day * dayMilliseconds + slot * slotMilliseconds)
      this.#setOutages(day + slot / slotsPerDay)
      while ((this.#deeds[0]?.at ?? Number.POSITIVE_INFINITY) <= this.today)
        await this.#guard(this.#deeds.shift()?.deed)
      for (const deed of deeds.get(slot) ?? []) await this.#guard(deed)
      await this.#guard(() => this.sweep())
    }
  }

  /** One run of the timer, with the shards that it hands over; sometimes the process is killed. */
  async sweep(): Promise<void> {
    const { random } = this.ground
    if (random.chance(killShare)) this.sweeper.dieAfter(1 + random.below(killOperations))
    const result = await this.#runTimer('refresh', (broker) => runSweep(broker, { mayHandOver: true }))
    for (const shard of result?.handOver ?? [])
      if (this.sweeper.isAlive)
        await this.#runTimer('refreshChunk', (broker) =>
          runShard(broker, { shard, sweep: result?.report.sweep }),
        )
    if (this.sweeper.isAlive) return
    this.ledger.note('kill', this.today)
    this.sweeper = this.startLife()
  }

  /** Keeps what alerts read, in the calm time alone: two years log millions of lines. */
  #take(line: Line): void {
    const lost = findFalseEnd(this, line)
    if (lost) this.findings.push({ day: Math.round(this.today), rule: 'grant_lost', detail: lost })
    if (this.today < this.calendar.calmFrom || !alertEvents.has(line.event)) return
    this.lines.push(line)
    if (isExplained(this, line)) this.explained.add(line)
  }

  /** An error that the broker doesn't expect is a finding, and no reason to end two years. */
  async #guard(deed: Deed | undefined): Promise<void> {
    try {
      await deed?.()
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.findings.push({ day: Math.round(this.today), rule: 'unexpected_error', detail })
    }
  }

  /** A function that fails says so, as `withTracing` does. */
  async #runTimer<T>(name: string, work: (broker: Broker) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.sweeper.run(work)
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error
      this.sweeper.log('function.failed', { function: name, error: error.name })
      return undefined
    }
  }

  /** Lets time pass, unless it's later already. */
  advanceTo(time: number): void {
    const ahead = time - this.ground.clock.now().getTime()
    if (ahead > 0) this.ground.clock.advance(ahead / 1000)
  }

  #setOutages(day: number): void {
    const isOn = ({ from, hours }: Outage) => from <= day && day < from + hours / 24
    this.ground.down.clear()
    for (const outage of this.calendar.outages) if (isOn(outage)) this.ground.down.add(outage.part)
  }
}
