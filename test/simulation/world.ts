import type { StoredTenant, Tenant } from '../../shared/domain/tenant.ts'
import { createSimulatedBroker, type SimulatedBroker } from './broker.ts'
import { Checks } from './checks.ts'
import { createModelAccountStore } from './models/accountStore.ts'
import { createModelDueIndex } from './models/dueIndex.ts'
import { createModelHoldTable } from './models/environmentStates.ts'
import { createModelIdentityProvider, type ProviderMode } from './models/identityProvider.ts'
import { createModelSealer } from './models/sealer.ts'
import { createModelTenantStore } from './models/tenantStore.ts'
import { createModelVault } from './models/vault.ts'
import { describePlan, type FaultRates, type Plan, planOf, type SignInClient } from './plan.ts'
import { type ProcessWorld, SimulatedProcess } from './process.ts'
import { createRandom, type Random } from './random.ts'
import { createScheduler } from './scheduler.ts'
import type { Violation } from './violation.ts'

/** The production code, unchanged or with one deliberate breakage. */
export type UseCases = typeof import('./useCases.ts')

/** Options of a world. */
export interface WorldOptions {
  readonly seed: number
  readonly mode: ProviderMode
  readonly useCases: UseCases
  /** Receives the trace, line by line. */
  readonly trace?: (line: string) => void
}

/** The time of the last event in a process's work on a tenant; milliseconds since the epoch. */
type ProcessTimes = Map<SimulatedProcess, Map<string, number>>

const noFaults: FaultRates = { failsBefore: 0, failsAfter: 0, hangs: 0, dies: 0, slow: 0 }
const maxOutageMilliseconds = 120_000
/** The longest wait of an ending process (`endInstance.ts`). */
const endSeconds = 4
/** A crashed process restarts within this time. */
const maxRestartMilliseconds = 60_000

/**
 * A failed write is repeated if at least 7 s of the lease are left after the failure. An attempt takes at most a third
 * of the remaining time minus 2 s, so the last write of a secret starts 9.5 s before the end at the earliest; a commit
 * may be a write and a read, and its last one starts 13.25 s before the end.
 */
const lastTryMilliseconds = { vault: 9_500, sealed: 13_250 } as const

/** A service with an outage. */
type Outage = 'tables' | 'vault' | 'vault_writes'

/** The operations of storing a refresh token that is sealed into the row. */
const sealedKeeping: ReadonlySet<string> = new Set(['sealer.seal', 'due.insert', 'tenants.replace'])

/** One simulated world: models, processes, and the rules that they must keep. */
export class World implements ProcessWorld {
  readonly plan: Plan
  readonly random: Random
  readonly useCases: UseCases
  readonly scheduler = createScheduler()
  readonly sealer = createModelSealer()
  readonly holds = createModelHoldTable()
  readonly due = createModelDueIndex()
  readonly accounts = createModelAccountStore()
  readonly vaults = [createModelVault('grants1.vault.example'), createModelVault('grants2.vault.example')]
  readonly markVault = createModelVault('grants1.vault.example')
  readonly tenants = createModelTenantStore((before, after) => this.#rowWritten(before, after))
  readonly provider
  readonly checks
  readonly brokers: SimulatedBroker[] = []
  violation: Violation | undefined
  /** Once true, nothing fails and no process crashes. */
  calm = false
  /** Whether the vault answers a mark without delay or fault. */
  marksAnswerImmediately = false
  /** The registrations whose client secret in the broker is wrong, as `environment:identityProvider`. */
  readonly wrongSecrets = new Set<string>()
  #outage: { readonly service: Outage; readonly until: number } | undefined
  readonly #trace: ((line: string) => void) | undefined
  readonly #startedAt: number
  readonly #cutOff: ProcessTimes = new Map()
  readonly #attempts: ProcessTimes = new Map()
  readonly #ended: ProcessTimes = new Map()
  #lives = 0

  constructor({ seed, mode, useCases, trace }: WorldOptions) {
    this.random = createRandom(seed)
    this.plan = planOf(seed, this.random, mode)
    this.useCases = useCases
    this.#trace = trace
    this.#startedAt = this.scheduler.now()
    this.provider = createModelIdentityProvider({
      ...this.plan,
      now: () => this.scheduler.now(),
      fraction: () => this.random.fraction(),
      isSuspected: (tenant) => this.row(tenant)?.tenant.trouble?.suspectedSince !== undefined,
    })
    this.checks = new Checks(this)
    for (const line of describePlan(this.plan)) this.record('plan', line, '', '')
    for (let index = 0; index < this.plan.processes; index++) this.start()
  }

  get clockSkewMilliseconds(): number {
    return this.plan.clockSkewMilliseconds
  }

  /** The most by which the clocks of two processes can differ. */
  get clocksApartMilliseconds(): number {
    return 2 * this.plan.clockSkewMilliseconds
  }

  faults(): FaultRates {
    return this.calm ? noFaults : this.plan.faults
  }

  isOut(operation: string): boolean {
    const { service, until } = this.#outage ?? { until: 0 }
    if (service === 'vault_writes')
      return !this.calm && this.scheduler.now() < until && /^(vault|marks)\.(write|remove)$/.test(operation)
    const isVault = /^(vault|sealer|marks)\./.test(operation)
    const isStorage = isVault || /^(tenants|accounts|due|holds)\./.test(operation)
    return !this.calm && this.scheduler.now() < until && isStorage && isVault === (service === 'vault')
  }

  /** Starts an outage: for some time, a whole service fails, or the vault refuses every write, as after a failover. */
  breakDown(): void {
    const service = this.random.pick(['tables', 'vault', 'vault_writes'] as const)
    const milliseconds = this.random.below(maxOutageMilliseconds)
    this.#outage = { service, until: this.scheduler.now() + milliseconds }
    this.record('world', `${service} are out`, '', `for ${milliseconds} ms`)
  }

  /** Starts one more process. */
  start(): SimulatedBroker {
    const broker = createSimulatedBroker(this, new SimulatedProcess(`p${++this.#lives}`, this))
    this.brokers.push(broker)
    return broker
  }

  /**
   * Takes an instance away in order, as both the host's order and SIGTERM do: it commits what it has begun, for four
   * seconds at most. Until then, it may get more work.
   */
  async end({ dependencies, process }: SimulatedBroker): Promise<void> {
    process.endingAt = this.scheduler.now()
    this.record(process.name, 'is ending', '', '')
    const unfinished = await dependencies.unfinishedCommits.end(endSeconds)
    if (!process.alive) return
    this.record(process.name, 'has ended', '', `${unfinished} unfinished`)
    if (unfinished === 0) this.checks.ended(process)
    process.die()
  }

  died(process: SimulatedProcess): void {
    const at = this.brokers.findIndex((broker) => broker.process === process)
    if (at >= 0) this.brokers.splice(at, 1)
    if (this.calm) return
    this.scheduler.after(this.random.below(maxRestartMilliseconds), () => {
      if (!this.calm) this.record(this.start().process.name, 'starts', '', '')
    })
  }

  begun(process: SimulatedProcess, operation: string, tenant: string): void {
    const keeps = this.#isSealed(tenant) ? sealedKeeping.has(operation) : operation === 'vault.write'
    if (keeps) note(this.#attempts, process, tenant, this.scheduler.now())
  }

  failed(process: SimulatedProcess, operation: string, tenant: string): void {
    if (operation === 'tokenEndpoint.refresh') note(this.#cutOff, process, tenant, this.scheduler.now())
  }

  /** A refresh has ended, but its process may still be alive. */
  refreshEnded(process: SimulatedProcess, tenant: string): void {
    note(this.#ended, process, tenant, this.scheduler.now())
  }

  /**
   * Whether the new refresh token of a call sent at `sentAt` can no longer be kept: the answer didn't reach its
   * process, the process crashed before its refresh ended, or it tried to store the token for as long as the lease
   * allowed.
   */
  isLostBy(process: SimulatedProcess, tenant: string, sentAt: number, leaseUntil: number): boolean {
    const at = (times: ProcessTimes) => times.get(process)?.get(tenant) ?? 0
    if (at(this.#cutOff) >= sentAt || (!process.alive && at(this.#ended) < sentAt)) return true
    const leaseEndsAt = leaseUntil + this.scheduler.now() - process.clock.now().getTime()
    return (
      at(this.#attempts) >= leaseEndsAt - lastTryMilliseconds[this.#isSealed(tenant) ? 'sealed' : 'vault']
    )
  }

  /** Makes a client secret wrong, or right again. */
  toggleSecret({ environment, identityProvider }: SignInClient): void {
    const client = `${environment}:${identityProvider}`
    if (!this.wrongSecrets.delete(client)) this.wrongSecrets.add(client)
    this.record('world', `secret is ${this.wrongSecrets.has(client) ? 'wrong' : 'right'}`, '', client)
  }

  /** The error of a failed write of a secret: a refused write is never repeated. */
  failedWrite(process: SimulatedProcess, tenant: string): Error {
    if (!this.isOut('vault.write') || this.isOut('vault.read')) return this.unavailable('vault')
    note(this.#cutOff, process, tenant, this.scheduler.now())
    return new this.useCases.StorageUnavailableError('vault', 403, 'Forbidden')
  }

  readonly unavailable = (service: 'tables' | 'vault'): Error => {
    const [status, code] = this.random.pick([
      [0, 'ETIMEDOUT'],
      [503, 'ServerBusy'],
      [429, 'Throttled'],
    ] as const)
    return new this.useCases.StorageUnavailableError(service, status, code)
  }

  /** Writes a line of the trace: time since the start, process, operation, tenant, effect. */
  record(who: string, what: string, tenant: string, effect: string): void {
    if (!this.#trace) return
    const seconds = ((this.scheduler.now() - this.#startedAt) / 1000).toFixed(3).padStart(10)
    this.#trace(`${seconds} s  ${who.padEnd(9)} ${what.padEnd(24)} ${tenant.padEnd(3)} ${effect}`)
  }

  /** Runs the next event and checks the world against its rules. */
  async step(): Promise<boolean> {
    const stepped = await this.scheduler.step()
    this.checks.afterStep()
    if (this.violation) throw this.violation
    return stepped
  }

  /** Runs until nothing is left to happen. */
  async drain(): Promise<void> {
    while (await this.step());
  }

  /** Runs until work of the production code has settled. */
  async until<T>(work: T | Promise<T>): Promise<T> {
    let settled = false
    const end = () => {
      settled = true
    }
    Promise.resolve(work).then(end, end)
    while (!settled && (await this.step()));
    return work
  }

  /** Lets this much time pass. */
  async pass(milliseconds: number): Promise<void> {
    await this.until(new Promise<void>((resolve) => this.scheduler.after(milliseconds, resolve)))
  }

  /** A world's totals for the result. */
  totals(): { excused: number; calls: number; lives: number } {
    const families = [...this.provider.families()]
    return {
      excused: families.filter(({ excuse }) => excuse).length,
      calls: families.reduce((sum, { calls }) => sum + calls, 0),
      lives: this.#lives,
    }
  }

  readonly row = (tenant: string): StoredTenant | undefined => this.tenants.row({ workspace, tenant })

  #isSealed(tenant: string): boolean {
    return this.row(tenant)?.tenant.grant?.reference.startsWith('sealed:') ?? false
  }

  #rowWritten(before: Tenant | undefined, after: Tenant): void {
    const reference = after.grant?.reference
    if (reference?.startsWith('sealed:')) {
      this.provider.kept(this.sealer.openNow(reference.slice('sealed:'.length)) ?? '')
    }
    this.record('row', after.status, after.tenant, describeRow(after))
    this.checks.rowWritten(before, after)
  }
}

function note(times: ProcessTimes, process: SimulatedProcess, tenant: string, at: number): void {
  times.set(process, (times.get(process) ?? new Map<string, number>()).set(tenant, at))
}

/** Every simulated tenant is in this workspace. */
export const workspace = 'w'

function describeRow(tenant: Tenant): string {
  const { grant, lease, trouble, dueAt, accessToken, reauthorizationReason } = tenant
  const parts = [
    grant?.reference.replace(/0{8,}/g, '').replace(/grant-(.{6})[^/]*/, '$1'),
    lease && `lease ${lease.id.slice(0, 6)} until ${lease.until.toISOString().slice(11, 23)}`,
    trouble &&
      `trouble ${trouble.attempts} ${trouble.reason} until ${trouble.nextAttemptAt.toISOString().slice(11, 23)}`,
    dueAt && `due ${dueAt.toISOString().slice(5, 23)}`,
    accessToken && `token until ${accessToken.expiresAt.toISOString().slice(11, 23)}`,
    reauthorizationReason,
    tenant.secretsToDestroy && `to destroy ${tenant.secretsToDestroy}`,
    tenant.uncommittedSecrets && `uncommitted ${tenant.uncommittedSecrets.map((u) => u.reference)}`,
  ]
  return parts.filter(Boolean).join('; ')
}
