import { pMapIterable } from 'p-map'
import { addSeconds, type Randomness, type SharedClock, secondsUntil } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import { DamagedRowError } from '../domain/damagedRow.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import { type DueIndex, type DueRow, dueRowOf } from '../domain/due.ts'
import type { GrantStore } from '../domain/grants.ts'
import { nameOfScope } from '../domain/holds.ts'
import { IdentityUnavailableError } from '../domain/identityUnavailable.ts'
import type { Log, SweepReport } from '../domain/logEvents.ts'
import { meaningOf } from '../domain/reasons.ts'
import { isTableMissing } from '../domain/storageUnavailable.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { areAccountsUnfinished } from '../domain/unfinishedAccounts.ts'
import { expirePending, hasCleanUp } from '../tenants/expirePending.ts'
import type { RefreshOutcome } from './outcome.ts'
import { type ParkDependencies, parkUnserved } from './parkUnserved.ts'
import type { Refresher } from './refreshTenant.ts'

/** Dependencies of a sweep. */
export interface SweepDependencies {
  readonly tenants: TenantStore
  readonly accounts: Pick<AccountStore, 'removeAll' | 'removeOthers'>
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly marks: DisconnectMarks
  readonly refresher: Refresher
  /** Discovers what a sign-in left unread or unwritten. Returns whether that is everything. */
  readonly finishAccounts: (name: TenantName) => Promise<boolean>
  readonly clock: SharedClock
  readonly config: RefreshConfig
  readonly log: Log
  readonly randomness: Randomness
  /** Whether the settings have a registration. Default is that all have one. */
  readonly isServed?: ParkDependencies['isServed']
  /** The names of the current holds ({@link nameOfScope}). Default is the holds that the sweep met. */
  readonly holds?: () => Promise<readonly string[]>
}

/** Options of a sweep. */
export interface SweepOptions {
  /** The shards to sweep. Default is all. */
  readonly shards?: readonly number[]
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

/** Failures of one identity provider in a row that end its part of the sweep. */
const failuresThatOpenTheCircuit = 10
/** Throttling can affect a single partition. More unreadable shards than this mean that the tables are down. */
const maxUnreadableShards = 3
const damagedRowSeconds = 86_400
/** The time of the next try to finish a tenant's accounts: a full hour, so that several hints become one. */
const finishEverySeconds = 3600
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
  for await (const outcome of outcomes) run.count(outcome)
  run.handOverUnfinished()
  const result = run.result(await readHolds(dependencies, run))
  dependencies.log('sweep.ended', result.report)
  return result
}

/** If storage fails at the end, the report lists the holds that the sweep met, and is logged anyway. */
async function readHolds({ holds }: SweepDependencies, run: SweepRun): Promise<readonly string[]> {
  return (await holds?.().catch(() => undefined)) ?? run.holdsMet()
}

/** The result for one row: `refreshed`, `passed_on`, `left_over`, or the kind of failure, or why it's stuck. */
type RowOutcome =
  | 'refreshed'
  | 'passed_on'
  | 'left_over'
  | { readonly failed: string }
  | { readonly stuck: string }

/** A due row, and the shard that it was read from. */
interface ShardRow {
  readonly row: DueRow
  readonly shard: number
}

interface Unfinished {
  readonly tenant: Tenant
  readonly hints: readonly ShardRow[]
}

class SweepRun {
  readonly #dependencies: SweepDependencies
  readonly #startedAt: Date
  #stopAt: Date
  /** After this, no discovery starts: the last one may need the other half of the time. */
  readonly #finishUntil: Date
  readonly #shards: number[]
  readonly #mayHandOver: boolean
  readonly #mayFinishAccounts: boolean
  readonly #failuresInARow = new Map<string, number>()
  readonly #heldUntil = new Map<string, Date>()
  readonly #firsts = new Map<string, Promise<void>>()
  readonly #failed: Record<string, number> = {}
  readonly #stuck: Record<string, number> = {}
  /** Tenants whose accounts a sign-in left unread or unwritten, with the hints that led here. */
  readonly #unfinished = new Map<string, Unfinished>()
  #due = 0
  #refreshed = 0
  #passedOn = 0
  #leftOver = 0
  #oldestDueAt: Date | undefined
  readonly #handOver = new Set<number>()
  #isTableMissing = false
  #untimely = 0
  #unreadable = 0

  constructor(dependencies: SweepDependencies, order: SweepOptions) {
    this.#dependencies = dependencies
    this.#startedAt = dependencies.clock.now()
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
    const { clock, config, due, isServed } = this.#dependencies
    for (const [index, shard] of this.#shards.entries()) {
      try {
        for await (const page of due.due(shard, this.#startedAt)) {
          const oldest = page.find((row) => isServed?.(row) ?? true)
          this.#oldestDueAt = earlier(this.#oldestDueAt, oldest?.dueAt)
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
        if (isTableMissing(error)) return this.count(this.#stopForMissingTable())
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

  #leaveOver(shard: number): RowOutcome {
    if (this.#mayHandOver) this.#handOver.add(shard)
    return 'left_over'
  }

  async work({ row, shard }: ShardRow): Promise<RowOutcome> {
    const provider = nameOfScope(row)
    const { clock } = this.#dependencies
    if (clock.now() >= this.#stopAt) return this.#leaveOver(shard)
    // The first row of each provider runs alone: it's the probe after a hold, and it discovers a new hold.
    const first = this.#firsts.get(provider)
    const refresh = () => this.#refresh(row, shard, provider)
    const own = first ? first.then(refresh) : refresh()
    if (!first)
      this.#firsts.set(
        provider,
        own.then(() => undefined),
      )
    return own
  }

  async #refresh(row: DueRow, shard: number, provider: string): Promise<RowOutcome> {
    const now = this.#dependencies.clock.now()
    if (now >= this.#stopAt) return this.#leaveOver(shard)
    if (this.#isTableMissing) return { failed: 'table_missing' }
    const heldUntil = this.#heldUntil.get(provider)
    if (heldUntil && heldUntil > now) return { failed: 'environment_on_hold' }
    if (this.#failuresOf(provider) >= failuresThatOpenTheCircuit) return { failed: 'circuit_open' }
    try {
      const finish = (stored: StoredTenant) => expirePending(this.#dependencies, stored)
      if (await parkUnserved(this.#dependencies, row, finish)) return 'passed_on'
      const outcome = await this.#dependencies.refresher.refresh(row, { for: 'sweep' })
      this.#learn(outcome)
      if (outcome.outcome === 'passed_on' && outcome.reason === 'instance_ending') return this.#endNow(shard)
      return await this.#settle({ row, shard }, outcome)
    } catch (error) {
      if (error instanceof DamagedRowError)
        return this.#putOff(row, error).catch(() => ({ failed: 'storage' }))
      if (error instanceof IdentityUnavailableError) return this.#passToOthers(shard)
      return isTableMissing(error) ? this.#stopForMissingTable() : { failed: 'storage' }
    }
  }

  /** The instance is being taken away: the rest stays due, or goes to the queue. */
  #endNow(shard: number): RowOutcome {
    this.#stopAt = this.#startedAt
    return this.#leaveOver(shard)
  }

  /** Only this process can't refresh: the queue gives the shard to another one. */
  #passToOthers(shard: number): RowOutcome {
    if (this.#mayHandOver) this.#handOver.add(shard)
    return { failed: 'identity' }
  }

  /**
   * Learns about a registration from an outcome. The tenant row and the hold name it; the due row is only a hint that
   * may still name the tenant's previous registration.
   */
  #learn(outcome: RefreshOutcome): void {
    if (outcome.outcome === 'not_found') return
    if (outcome.outcome === 'passed_on' && outcome.reason === 'environment_on_hold' && outcome.hold)
      this.#heldUntil.set(nameOfScope(outcome.hold), outcome.hold.until)
    const { environment, grant } = outcome.stored.tenant
    if (!grant) return
    const provider = nameOfScope({ environment, identityProvider: grant.identityProvider })
    this.#failuresInARow.set(provider, isProviderFailure(outcome) ? this.#failuresOf(provider) + 1 : 0)
  }

  #failuresOf(provider: string): number {
    return this.#failuresInARow.get(provider) ?? 0
  }

  /** A damaged row doesn't affect the others. It's reported again each day until it's repaired or disconnected. */
  async #putOff(row: DueRow, { damage }: DamagedRowError): Promise<RowOutcome> {
    const { clock, due, log } = this.#dependencies
    log('tenant.damaged', { tenantKey: tenantKey(row), ...damage })
    await due.insert({ ...row, dueAt: addSeconds(clock.now(), damagedRowSeconds) })
    await due.remove(row)
    return { failed: 'damaged_row' }
  }

  count(outcome: RowOutcome): void {
    if (outcome === 'refreshed') this.#refreshed++
    else if (outcome === 'passed_on') this.#passedOn++
    else if (outcome === 'left_over') this.#leftOver++
    else if ('stuck' in outcome) this.#stuck[outcome.stuck] = (this.#stuck[outcome.stuck] ?? 0) + 1
    else this.#failed[outcome.failed] = (this.#failed[outcome.failed] ?? 0) + 1
  }

  /** The holds that this sweep met. */
  holdsMet(): readonly string[] {
    return [...this.#heldUntil.keys()].sort()
  }

  result(holds: readonly string[]): SweepResult {
    const now = this.#dependencies.clock.now()
    return {
      handOver: [...this.#handOver],
      finishAccounts: () => this.#finishAccounts().catch(() => undefined),
      report: {
        startedAt: this.#startedAt.toISOString(),
        due: this.#due,
        refreshed: this.#refreshed,
        passedOn: this.#passedOn,
        failed: this.#failed,
        stuck: this.#stuck,
        handedOverShards: this.#handOver.size,
        leftOver: this.#leftOver,
        unreadShards: this.#untimely + (this.#mayHandOver ? 0 : this.#unreadable),
        durationMilliseconds: now.getTime() - this.#startedAt.getTime(),
        oldestOverdueSeconds: this.#oldestDueAt ? secondsUntil(this.#startedAt, this.#oldestDueAt) : 0,
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

  /** A hint that isn't the one by which the tenant was due: it may belong to a pending consent, or to nothing. */
  async #dropOther(
    hint: ShardRow,
    outcome: Extract<RefreshOutcome, { stored: unknown }> & { dueBefore?: Date | undefined },
  ): Promise<void> {
    if (outcome.dueBefore?.getTime() !== hint.row.dueAt.getTime()) await this.#dropOrphan(hint, outcome)
  }

  /**
   * Removes a hint that the tenant row doesn't confirm, at the cost of one read. Not while the tenant is leased: the
   * holder inserts the next due row before it commits. The row's own due time is written again, in case its hint is
   * missing.
   */
  async #dropOrphan(hint: ShardRow, { stored }: Extract<RefreshOutcome, { stored: unknown }>): Promise<void> {
    const { clock } = this.#dependencies
    const { tenant } = stored
    if (tenant.lease && tenant.lease.until > clock.now()) return
    if (tenant.pendingGrant || hasCleanUp(tenant)) {
      // The hint stays until everything is done, so a later sweep returns to it.
      if (!(await expirePending(this.#dependencies, stored))) return
    }
    if (areAccountsUnfinished(tenant)) {
      const hints = this.#unfinished.get(tenantKey(tenant))?.hints ?? []
      this.#unfinished.set(tenantKey(tenant), { tenant, hints: [...hints, hint] })
      return
    }
    await this.#removeHint(hint.row, tenant)
  }

  async #removeHint(row: DueRow, tenant: Tenant): Promise<void> {
    const { due } = this.#dependencies
    if (tenant.dueAt?.getTime() === row.dueAt.getTime()) return
    if (tenant.dueAt && tenant.grant) await due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
    await due.remove(row)
  }

  /** A sweep that hands over ends soon, so that no shard waits for its discoveries: they go along. */
  handOverUnfinished(): void {
    if (this.#handOver.size === 0) return
    for (const { hints } of this.#unfinished.values())
      for (const { shard } of hints) this.#handOver.add(shard)
    this.#unfinished.clear()
  }

  /** Finishes tenants' accounts while there is time. The hints of the others stay for the next sweep. */
  async #finishAccounts(): Promise<void> {
    const { clock, due, finishAccounts } = this.#dependencies
    if (!this.#mayFinishAccounts) return
    for (const { hints, tenant } of this.#unfinished.values()) {
      const now = clock.now()
      if (now >= this.#finishUntil || now >= this.#stopAt) return
      // One tenant's failure is no other's. Its hint stays for the next sweep.
      const isFinished = await finishAccounts(tenant).catch(() => undefined)
      if (isFinished === undefined) continue
      for (const { row } of hints) {
        if (!isFinished) await due.insert({ ...row, dueAt: nextFullHour(clock.now()) })
        await this.#removeHint(row, tenant)
      }
    }
  }
}

/** The operator's problems have their own limits: the environment's hold, and each tenant's wait. */
function isProviderFailure(outcome: RefreshOutcome): boolean {
  if (outcome.outcome !== 'refused' || isStuck(outcome)) return false
  return meaningOf(outcome.refusal.reason).about === 'provider'
}

/** Whether the trouble is the tenant's own and known: it says nothing about the provider, nor about this sweep. */
function isStuck({ stored }: Extract<RefreshOutcome, { outcome: 'refused' }>): boolean {
  return stored.tenant.trouble?.actor === 'operator'
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a && b ? (a < b ? a : b) : (a ?? b)
}

/** The first full hour that is at least half an hour away. */
function nextFullHour(now: Date): Date {
  const hour = finishEverySeconds * 1000
  return new Date(Math.ceil((now.getTime() + hour / 2) / hour) * hour)
}
