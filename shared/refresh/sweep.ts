import { pMapIterable } from 'p-map'
import { addSeconds, type Randomness, type SharedClock } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import { DamagedRowError } from '../domain/damagedRow.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import type { DueIndex } from '../domain/due.ts'
import type { GrantStore } from '../domain/grants.ts'
import { type EnvironmentHold, nameOfScope } from '../domain/holds.ts'
import { IdentityUnavailableError } from '../domain/identityUnavailable.ts'
import type { Log, SweepReport } from '../domain/logEvents.ts'
import { isTableMissing } from '../domain/storageUnavailable.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { expirePending } from '../tenants/expirePending.ts'
import { dropOrphan } from './dropOrphan.ts'
import { lateSince } from './lateSince.ts'
import type { RefreshOutcome } from './outcome.ts'
import { type ParkDependencies, parkUnserved } from './parkUnserved.ts'
import { probeHolds } from './probeHolds.ts'
import { putOffDamaged } from './putOffDamaged.ts'
import type { Refresher } from './refreshTenant.ts'
import { createSweepBrakes, isStuck } from './sweepBrakes.ts'
import { createSweepTally, type RowOutcome, type SweepTally } from './sweepTally.ts'
import {
  createUnfinishedAccounts,
  type ShardRow,
  type UnfinishedAccounts,
  type UnfinishedDependencies,
} from './unfinishedAccounts.ts'

/** Dependencies of a sweep. */
export interface SweepDependencies {
  readonly tenants: TenantStore
  readonly accounts: Pick<AccountStore, 'removeAll' | 'removeOthers'>
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly marks: DisconnectMarks
  readonly refresher: Refresher
  readonly finishAccounts: UnfinishedDependencies['finishAccounts']
  readonly clock: SharedClock
  readonly config: RefreshConfig
  readonly log: Log
  readonly randomness: Randomness
  /** Whether the settings have a registration. Default is that all have one. */
  readonly isServed?: ParkDependencies['isServed']
  /** The current holds. Default is that none is known but those that the sweep met. */
  readonly holds?: () => Promise<readonly EnvironmentHold[]>
}

/** Options of a sweep. */
export interface SweepOptions {
  /** The shards to sweep. Default is all. */
  readonly shards?: readonly number[]
  /** When the whole sweep started that these shards are a part of. Default is now. */
  readonly sweep?: string | undefined
  /** Whether work beyond one instance's share, or its time, may be handed over. Default is false. */
  readonly mayHandOver?: boolean
  /** Seconds after which no more refreshes start, if this is less than the setting. */
  readonly maxSeconds?: number
}

/** The report of a sweep, the shards that it hands over, and what is left to do after both. */
export interface SweepResult {
  readonly report: SweepReport
  readonly handOver: readonly number[]
  /**
   * Discovers what sign-ins left unread or unwritten. A discovery can take minutes, and neither a refresh, nor a report,
   * nor another process may wait for it. Never throws.
   */
  readonly finishAccounts: () => Promise<void>
}

/** Throttling can affect a single partition. More unreadable shards than this mean that the tables are down. */
const maxUnreadableShards = 3
/** Finished rows that may wait to be counted, for each row in flight. */
const backpressureFactor = 4

/**
 * Refreshes due tenants with bounded concurrency, and stops cleanly before its time is up.
 * Concurrent sweeps are harmless: each refresh takes the tenant's lease.
 */
export async function sweep(dependencies: SweepDependencies, order: SweepOptions = {}): Promise<SweepResult> {
  const run = new SweepRun(dependencies, order)
  const { sweepConcurrency } = dependencies.config
  const outcomes = pMapIterable(run.rows(), (row) => run.work(row), {
    concurrency: sweepConcurrency,
    backpressure: sweepConcurrency * backpressureFactor,
  })
  for await (const outcome of outcomes) run.tally.count(outcome)
  if (!order.shards) await run.probeHolds()
  run.handOverUnfinished()
  const result = run.result(await readHolds(dependencies, run))
  dependencies.log('sweep.ended', result.report)
  return result
}

/** If storage fails at the end, the report lists the holds that the sweep met, and is logged anyway. */
async function readHolds({ holds }: SweepDependencies, run: SweepRun): Promise<readonly string[]> {
  const current = await holds?.().catch(() => undefined)
  return current?.map(nameOfScope) ?? run.brakes.holdsMet()
}

class SweepRun {
  readonly #dependencies: SweepDependencies
  readonly #startedAt: Date
  #stopAt: Date
  /** After this, no discovery starts: the last one may need the other half of the time. */
  readonly #finishUntil: Date
  readonly #shards: number[]
  readonly #sweep: string
  readonly #mayHandOver: boolean
  readonly #mayFinishAccounts: boolean
  readonly brakes = createSweepBrakes()
  readonly #firsts = new Map<string, Promise<void>>()
  readonly tally: SweepTally
  readonly #unfinished: UnfinishedAccounts
  #due = 0
  readonly #handOver = new Set<number>()
  #isTableMissing = false
  #untimely = 0
  #unreadable = 0

  constructor(dependencies: SweepDependencies, order: SweepOptions) {
    this.#dependencies = dependencies
    this.#unfinished = createUnfinishedAccounts(dependencies)
    this.#startedAt = dependencies.clock.now()
    this.tally = createSweepTally(this.#startedAt)
    this.#sweep = order.sweep ?? this.#startedAt.toISOString()
    const { sweepSeconds } = dependencies.config
    this.#stopAt = addSeconds(this.#startedAt, Math.min(sweepSeconds, order.maxSeconds ?? sweepSeconds))
    this.#finishUntil = addSeconds(this.#startedAt, sweepSeconds / 2)
    const all = order.shards ?? Array.from({ length: dependencies.due.shardCount }, (_, shard) => shard)
    // A random start, so that the same shards aren't always the ones left out.
    const first = Math.floor(dependencies.randomness.fraction() * all.length)
    this.#shards = [...all.slice(first), ...all.slice(0, first)]
    this.#mayHandOver = order.mayHandOver ?? false
    // A discovery can take two minutes, and the platform ends an HTTP call.
    this.#mayFinishAccounts = order.maxSeconds === undefined
  }

  /** Due rows of all shards, streamed; ends when the time is up or the rest is handed over. */
  async *rows(): AsyncGenerator<ShardRow> {
    const { clock, config, due } = this.#dependencies
    for (const [index, shard] of this.#shards.entries()) {
      try {
        for await (const page of due.due(shard, this.#startedAt)) {
          this.#due += page.length
          for (const row of page) yield { row, shard }
          if (this.#isTableMissing) return
          const isEnough = this.#mayHandOver && this.#due >= config.sweepHandoverCount
          if (isEnough || clock.now() >= this.#stopAt) {
            this.#leave(index)
            return
          }
        }
      } catch (error) {
        if (isTableMissing(error)) return this.tally.count(this.#stopForMissingTable())
        this.#passOver(shard, error)
      }
    }
  }

  /**
   * An unreadable shard doesn't affect the others. If all of them are unreadable, or more than a few, the tables are
   * down, and the sweep has failed.
   */
  #passOver(shard: number, error: unknown): void {
    this.#unreadable++
    if (this.#unreadable === this.#shards.length || this.#unreadable > maxUnreadableShards) throw error
    if (this.#mayHandOver) this.#handOver.add(shard)
  }

  /** Without its tables a sweep learns nothing about any tenant. The due rows stay for the sweep after the repair. */
  #stopForMissingTable(): RowOutcome {
    this.#isTableMissing = true
    return { failed: 'table_missing' }
  }

  /** The shard at `index` may hold unread rows, and the shards after it weren't read at all. */
  #leave(index: number): void {
    if (this.#mayHandOver) for (const shard of this.#shards.slice(index)) this.#handOver.add(shard)
    else this.#untimely = this.#shards.length - index - 1
  }

  #leaveOver({ row, shard }: ShardRow): RowOutcome {
    this.tally.countLate(row.dueAt)
    if (this.#mayHandOver) this.#handOver.add(shard)
    return 'left_over'
  }

  async work(hint: ShardRow): Promise<RowOutcome> {
    const provider = nameOfScope(hint.row)
    const { clock } = this.#dependencies
    if (clock.now() >= this.#stopAt) return this.#leaveOver(hint)
    // The first row of each provider runs alone: it's the probe after a hold, and it discovers a new hold.
    const first = this.#firsts.get(provider)
    const refresh = () => this.#refresh(hint, provider)
    const own = first ? first.then(refresh) : refresh()
    if (!first)
      this.#firsts.set(
        provider,
        own.then(() => undefined),
      )
    return own
  }

  async #refresh(hint: ShardRow, provider: string): Promise<RowOutcome> {
    const { row } = hint
    const now = this.#dependencies.clock.now()
    if (now >= this.#stopAt) return this.#leaveOver(hint)
    let since: Date | undefined = row.dueAt
    try {
      if (this.#isTableMissing) return { failed: 'table_missing' }
      const skipped = this.brakes.reasonToSkip(provider, now)
      if (skipped) return { failed: skipped }
      const finish = (stored: StoredTenant) => expirePending(this.#dependencies, stored)
      if (await parkUnserved(this.#dependencies, row, finish)) {
        since = undefined
        return 'passed_on'
      }
      const outcome = await this.#dependencies.refresher.refresh(row, { for: 'sweep' })
      since = lateSince(row, outcome)
      this.brakes.learn(outcome)
      if (outcome.outcome === 'passed_on' && outcome.reason === 'instance_ending') return this.#endNow(hint)
      return await this.#settle(hint, outcome)
    } catch (error) {
      return this.#explain(hint, error)
    } finally {
      if (since) this.tally.countLate(since)
    }
  }

  async #explain({ row, shard }: ShardRow, error: unknown): Promise<RowOutcome> {
    if (error instanceof DamagedRowError)
      return putOffDamaged(this.#dependencies, row, error).then(
        () => ({ failed: 'damaged_row' }),
        () => ({ failed: 'storage' }),
      )
    if (error instanceof IdentityUnavailableError) return this.#passToOthers(shard)
    return isTableMissing(error) ? this.#stopForMissingTable() : { failed: 'storage' }
  }

  /** The instance is being taken away: the rest stays due, or goes to the queue. */
  #endNow(hint: ShardRow): RowOutcome {
    this.#stopAt = this.#startedAt
    return this.#leaveOver(hint)
  }

  /** Only this process can't refresh: the queue gives the shard to another one. */
  #passToOthers(shard: number): RowOutcome {
    if (this.#mayHandOver) this.#handOver.add(shard)
    return { failed: 'identity' }
  }

  result(holds: readonly string[]): SweepResult {
    const now = this.#dependencies.clock.now()
    return {
      handOver: [...this.#handOver],
      finishAccounts: () => this.#finishAccounts().catch(() => undefined),
      report: {
        startedAt: this.#startedAt.toISOString(),
        sweep: this.#sweep,
        due: this.#due,
        ...this.tally.report(),
        handedOverShards: this.#handOver.size,
        unreadShards: this.#untimely + (this.#mayHandOver ? 0 : this.#unreadable),
        durationMilliseconds: now.getTime() - this.#startedAt.getTime(),
        holds,
      },
    }
  }

  async #settle(hint: ShardRow, outcome: RefreshOutcome): Promise<RowOutcome> {
    const { row } = hint
    switch (outcome.outcome) {
      case 'refreshed':
        await this.#dropOther(hint, outcome)
        return 'refreshed'
      case 'refused':
        // Otherwise, it would come first in each sweep, and be the probe after each hold.
        await this.#dropOther(hint, outcome)
        return isStuck(outcome) ? { stuck: outcome.refusal.reason } : { failed: outcome.refusal.class }
      case 'not_found':
        await this.#dependencies.due.remove(row)
        return 'passed_on'
      case 'fresh':
        await this.#dropOrphan(hint, outcome)
        return 'passed_on'
      case 'passed_on':
        if (outcome.reason === 'grant_is_dead' || outcome.reason === 'not_connected')
          await this.#dropOrphan(hint, outcome)
        return outcome.reason === 'environment_on_hold' ? { failed: outcome.reason } : 'passed_on'
    }
  }

  /** After the due tenants, which have probed some. Best effort: the next sweep tries again. */
  async probeHolds(): Promise<void> {
    const { holds } = this.#dependencies
    if (!holds || this.#isTableMissing) return
    const probed = holds().then((current) => probeHolds(this.#dependencies, current, this.#stopAt))
    await probed.catch(() => undefined)
  }

  /** A sweep that hands over ends soon, so that no shard waits for its discoveries: they go along. */
  handOverUnfinished(): void {
    if (this.#handOver.size === 0) return
    for (const shard of this.#unfinished.passOn()) this.#handOver.add(shard)
  }

  /** A hint that isn't the one by which the tenant was due: it may belong to a pending consent, or to nothing. */
  async #dropOther(
    hint: ShardRow,
    outcome: Extract<RefreshOutcome, { stored: unknown }> & { dueBefore?: Date | undefined },
  ): Promise<void> {
    if (outcome.dueBefore?.getTime() !== hint.row.dueAt.getTime()) await this.#dropOrphan(hint, outcome)
  }

  async #dropOrphan(hint: ShardRow, { stored }: Extract<RefreshOutcome, { stored: unknown }>): Promise<void> {
    const dropped = await dropOrphan(this.#dependencies, hint.row, stored)
    if (dropped === 'accounts_unfinished') this.#unfinished.add(stored.tenant, hint)
  }

  async #finishAccounts(): Promise<void> {
    if (!this.#mayFinishAccounts) return
    await this.#unfinished.finish(earlier(this.#finishUntil, this.#stopAt))
  }
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}
