import { AsyncLocalStorage } from 'node:async_hooks'
import { type EnvironmentHold, type HoldScope, kindOfGrant, nameOfScope } from '../../shared/domain/holds.ts'
import type { RefreshTrouble, Tenant } from '../../shared/domain/tenant.ts'
import type { RefreshRequest } from '../../shared/domain/tokenEndpoint.ts'
import type { SecretVersion } from '../../shared/domain/vault.ts'
import type { RefreshPurpose } from '../../shared/refresh/decide.ts'
import type { RefreshOutcome } from '../../shared/refresh/outcome.ts'
import type { UsableToken } from '../../shared/vend/usableToken.ts'
import type { Family } from './models/identityProvider.ts'
import type { SimulatedProcess } from './process.ts'
import { type Rule, Violation } from './violation.ts'
import type { World } from './world.ts'

/** Less is never vended (invariant 1). */
const minimumValiditySeconds = 60

/** The remaining time of a lease after a call, for storing its answer. */
const minKeepSeconds = 5

/** A vend uses the token that the row names, and a newer one if that is refused. */
const maxCallsPerVend = 2

/** A write that hangs takes effect within this time, or never. */
const maxWriteMilliseconds = 150_000

/** Too few to suspect the registration. */
const maxTenantsOfSmallWorld = 4
/** A process sees a hold after 5 s, and a refresh that was decided on before calls a few seconds later. */
const knownMilliseconds = 20_000

/** The waits that the model's answers ask for, by reason. */
const silenceSeconds: Readonly<Record<string, number>> = { throttled: 30, loop_detected: 300 }

/** A pending call to the token endpoint. */
interface Call {
  readonly process: SimulatedProcess
  readonly leaseId: string | undefined
}

/** The current vend; a vend that waits for another's refresh causes no call. */
const vending = new AsyncLocalStorage<{ calls: number }>()

/** What the current refresh is for; several callers may wait for it. */
const refreshing = new AsyncLocalStorage<RefreshPurpose>()

/** Only an app's request may try a tenant before the time for a sweep. */
function waitEndsAt({ nextAttemptAt, nextVendAttemptAt }: RefreshTrouble): number {
  const isForApp = refreshing.getStore()?.for !== 'sweep'
  return ((isForApp && nextVendAttemptAt) || nextAttemptAt).getTime()
}

/** Checks a world against the rules: on every write, every call, every vend, and after every step. */
export class Checks {
  readonly #world: World
  readonly #calls = new Map<Family, Set<Call>>()
  readonly #leaseHolders = new Map<string, SimulatedProcess>()
  readonly #leasesAsked = new Map<string, { readonly process: SimulatedProcess; readonly at: number }>()
  /** The sealed access token of each process's last commit attempt, by tenant. */
  readonly #committed = new Map<SimulatedProcess, Map<string, string>>()
  readonly #disconnectedAt = new Map<string, number>()
  readonly #holds = new Map<string, EnvironmentHold & { readonly putAt: number }>()
  readonly #answeredAt = new Map<Family, number>()
  readonly #choosing = new Set<number>()
  #choices = 0
  #releasedAt = Number.NEGATIVE_INFINITY
  #dirty = false

  constructor(world: World) {
    this.#world = world
  }

  /** Records a broken rule; the first one counts. */
  report(rule: Rule, detail: string): void {
    this.#world.violation ??= new Violation(rule, detail)
  }

  /** Invariants 3 and 8, when a process sends a call. Returns a function to call at its end. */
  callSent(process: SimulatedProcess, request: RefreshRequest): () => void {
    const { provider } = this.#world
    const family = provider.familyOf(request.refreshToken.expose())
    if (!family) return () => undefined
    const vend = vending.getStore()
    if (vend) vend.calls++
    const row = this.#world.row(family.tenant)?.tenant
    const isCurrent = row?.grant?.consenter.subject === family.id
    if (row && isCurrent) {
      this.#assertMayCall(process, row)
      this.#assertOwnClient(request, row)
    }
    this.#assertNoHold(process, request)
    if (row?.grant && isCurrent) this.#assertNoHold(process, { ...request, kind: kindOfGrant(row.grant) })
    const call: Call = { process, leaseId: isCurrent ? row?.lease?.id : undefined }
    const calls = this.#calls.get(family) ?? new Set<Call>()
    this.#calls.set(family, calls)
    for (const other of calls) {
      if (other.process.alive)
        this.report('one_call_a_lease', `${process.name} and ${other.process.name} call for ${family.tenant}`)
    }
    calls.add(call)
    return () => calls.delete(call)
  }

  /** The first writer of a lease's id is its holder, even without an answer to the write. */
  leaseSent(process: SimulatedProcess, leaseId: string): void {
    if (!this.#leaseHolders.has(leaseId)) this.#leaseHolders.set(leaseId, process)
  }

  /** Invariant 3, when a process tries to commit its refresh: its lease must not have ended. */
  commitSent(process: SimulatedProcess, before: Tenant, next: Tenant): void {
    const { lease } = before
    const isRefresh = next.accessToken && next.accessToken !== before.accessToken
    const isSameGrant = next.grant?.consenter.subject === before.grant?.consenter.subject
    if (!lease || next.lease || !isRefresh || !isSameGrant) return
    const committed = this.#committed.get(process) ?? new Map<string, string>()
    this.#committed.set(process, committed.set(next.tenant, next.accessToken.sealed))
    if (lease.until <= process.clock.now())
      this.report('lease_outlived', `${process.name} commits for ${next.tenant}`)
  }

  /** A refresh requests a row with its own lease. */
  leaseAsked(process: SimulatedProcess, leaseId: string): void {
    if (!this.#leasesAsked.has(leaseId))
      this.#leasesAsked.set(leaseId, { process, at: this.#world.scheduler.now() })
  }

  /**
   * A refresh that started at `startedAt` reports its outcome: it must report writes that took effect, even if the
   * answer was lost.
   */
  refreshEnded(process: SimulatedProcess, outcome: RefreshOutcome, startedAt: number): void {
    if (outcome.outcome !== 'passed_on') return
    const { lease, tenant, accessToken } = outcome.stored.tenant
    const asked = lease && this.#leasesAsked.get(lease.id)
    if (outcome.reason === 'leased_elsewhere' && asked?.process === process && asked.at >= startedAt)
      this.report('own_write_denied', `${process.name} waits for its own lease on ${tenant}`)
    const sealed = this.#committed.get(process)?.get(tenant)
    if (outcome.reason === 'lease_lost' && !lease && sealed && accessToken?.sealed === sealed)
      this.report('own_write_denied', `${process.name} takes its own commit for ${tenant} for another one's`)
  }

  /** An instance that ended in order, with nothing unfinished, leaves no lease that others would have to wait for. */
  ended(process: SimulatedProcess): void {
    const { plan, scheduler } = this.#world
    // The write that ends a lease can fail, or be one that nobody waited for.
    if (!this.#world.calm && plan.faults.failsBefore + plan.faults.failsAfter > 0) return
    for (const { tenant } of this.#world.tenants.rows()) {
      const { lease } = tenant
      if (!lease || this.#leaseHolders.get(lease.id) !== process) continue
      if (lease.until.getTime() > scheduler.now())
        this.report('left_by_ending', `${process.name} keeps ${tenant.tenant} from the others`)
    }
  }

  /** Invariant 2: a process that redeems a used token although its successor could be stored has lost the successor. */
  callAnswered(refreshToken: string): void {
    const family = this.#world.provider.familyOf(refreshToken)
    if (family) this.#answeredAt.set(family, this.#world.scheduler.now())
    if (family?.reused && !family.excuse)
      this.report('used_token_redeemed', `${refreshToken} of ${family.tenant}, whose successor is kept`)
  }

  /** Invariants 2 and 9: no person is asked to sign in again while the grant works. */
  rowWritten(before: Tenant | undefined, after: Tenant): void {
    this.#dirty = true
    this.#assertChoiceKept(before, after)
    this.#assertNotNoted(before, after)
    if (after.trouble && after.trouble !== before?.trouble) this.#assertWaits(after, after.trouble)
    if (before?.status === after.status) return
    if (after.status === 'disconnected') this.#disconnectedAt.set(after.tenant, this.#world.scheduler.now())
    if (after.status === 'connected') this.#disconnectedAt.delete(after.tenant)
    if (after.status !== 'reauthorization_required') return
    const family = this.#familyOf(after)
    if (family && !family.revoked && !family.excuse)
      this.report('false_reauthorization', `${after.tenant} (${after.reauthorizationReason})`)
  }

  /** A refresh runs with its purpose, which decides when it may call. */
  refresh<T>(purpose: RefreshPurpose, work: () => Promise<T>): Promise<T> {
    return refreshing.run(purpose, work)
  }

  /** A vend causes few calls, regardless of its outcome. */
  async vend<T>(process: SimulatedProcess, tenant: string, work: () => Promise<T>): Promise<T> {
    const caused = { calls: 0 }
    try {
      return await vending.run(caused, work)
    } finally {
      if (caused.calls > maxCallsPerVend)
        this.report('calls_per_vend', `${caused.calls} for ${tenant} by ${process.name}`)
    }
  }

  /** A confirmation activates only the grant that its code belongs to. */
  confirmed({ tenant, grant }: Tenant, familyId: string): void {
    if (grant?.consenter.subject !== familyId)
      this.report('isolation', `the code for ${familyId} brought ${tenant} ${grant?.consenter.subject}`)
  }

  /** Invariant 1, and the end of vending after a disconnect. */
  vended(
    obtained: UsableToken,
    purpose: { tenant: string; minValiditySeconds?: number; startedAt: number },
  ): void {
    const { provider, scheduler, plan } = this.#world
    const real = provider.accessToken(obtained.accessToken.expose())
    if (real?.tenant !== purpose.tenant)
      this.report('isolation', `${purpose.tenant} got ${obtained.accessToken.expose()}`)
    const promised = Math.max(purpose.minValiditySeconds ?? 0, minimumValiditySeconds)
    const validSeconds = ((real?.expiresAt ?? 0) - scheduler.now()) / 1000
    // The token's expiry and the current time come from different processes.
    if (validSeconds < promised - this.#world.clocksApartMilliseconds / 1000)
      this.report('validity', `${purpose.tenant} got ${validSeconds} s of at least ${promised} s`)
    const endedAt = this.#disconnectedAt.get(purpose.tenant)
    if (endedAt !== undefined && purpose.startedAt > endedAt + plan.rowCacheSeconds * 1000)
      this.report('vended_after_disconnect', `${purpose.tenant}, ${purpose.startedAt - endedAt} ms after it`)
  }

  /**
   * Neither a refusal by one directory nor a failed call for a tenant is a fault of the environment; in worlds this
   * small, only a wrong secret is.
   */
  held(hold: EnvironmentHold, before: EnvironmentHold | undefined): void {
    const { kind, reason } = hold
    const { scheduler, tenants } = this.#world
    this.#holds.set(nameOfScope(hold), { ...hold, putAt: scheduler.now() })
    // If many tenants are refused for one reason, the cause may be ours, or the provider itself.
    if ([...tenants.rows()].length > maxTenantsOfSmallWorld) return
    // A process that extends a hold may have read it before its release.
    const wasHeld = before || scheduler.now() < this.#releasedAt + maxWriteMilliseconds
    if (!wasHeld && !kind && reason !== 'client_secret_invalid')
      this.report('healthy_environment_held', reason)
  }

  /** A hold was deleted. */
  released(key: string): void {
    this.#holds.delete(key)
    this.#releasedAt = this.#world.scheduler.now()
  }

  /** Something in the due index or a vault changed. */
  changed(): void {
    this.#dirty = true
  }

  /** Rules that hold between any two steps. */
  afterStep(): void {
    if (!this.#dirty) return
    this.#dirty = false
    const hints = this.#firstHints()
    for (const { tenant } of this.#world.tenants.rows()) {
      this.#assertPendingKept(tenant)
      this.#assertMarked(tenant, hints)
      if (tenant.status !== 'connected') continue
      this.#assertReachable(tenant)
      this.#assertRemembered(tenant, hints)
    }
  }

  /** The refresh tokens behind a connected tenant's row: the named one, and the newest one in the same secret. */
  tokensOf({ grant }: Pick<Tenant, 'grant'>): string[] {
    const { sealer, vaults } = this.#world
    const reference = grant?.reference ?? ''
    if (reference.startsWith('sealed:')) return [sealer.openNow(reference.slice(7)) ?? '']
    const [, host, name = '', version] = /^vault:([^/]+)\/([^/]+)\/([^/]+)\//.exec(reference) ?? []
    const vault = vaults.find((candidate) => candidate.host === host)
    const found = [vault?.version(name, version ?? ''), vault?.current(name)]
    return found.filter((secret) => secret !== undefined).map(({ value }) => value.expose())
  }

  /** Invariant 6: the credentials belong to the tenant's environment and to its provider. */
  #assertOwnClient({ environment, identityProvider }: RefreshRequest, { tenant, ...row }: Tenant): void {
    if (environment !== row.environment || identityProvider !== row.grant?.identityProvider)
      this.report('crossed_environment', `${tenant} of ${row.environment} is asked for in ${environment}`)
  }

  /** No process calls during a hold, once every process can know of it. */
  #assertNoHold(process: SimulatedProcess, scope: HoldScope): void {
    const { plan, scheduler } = this.#world
    const hold = this.#holds.get(nameOfScope(scope))
    // If operations can hang, a call may have been decided on long before.
    if (!hold || plan.faults.hangs + plan.faults.failsBefore > 0) return
    const now = scheduler.now()
    if (
      now > hold.putAt + knownMilliseconds &&
      now < hold.until.getTime() - this.#world.clocksApartMilliseconds
    )
      this.report('call_during_hold', `${process.name} for ${nameOfScope(scope)}, held for ${hold.reason}`)
  }

  /** Starts the choice of an account that was never chosen before. `ended` is called when it can't be made any more. */
  nextChoice(): { accountId: number; ended: () => void } {
    const accountId = ++this.#choices
    this.#choosing.add(accountId)
    return { accountId, ended: () => this.#choosing.delete(accountId) }
  }

  /** The provider asked for silence: the next attempt must come no sooner. */
  #assertWaits(row: Tenant, { reason, nextAttemptAt, nextVendAttemptAt }: RefreshTrouble): void {
    const family = this.#familyOf(row)
    const answeredAt = family && this.#answeredAt.get(family)
    const wanted = silenceSeconds[reason]
    if (answeredAt === undefined || wanted === undefined) return
    const waitsUntil = nextVendAttemptAt ?? nextAttemptAt
    if (waitsUntil.getTime() < answeredAt + wanted * 1000 - this.#world.clockSkewMilliseconds)
      this.report('wait_cut_short', `${row.tenant} is asked for again too soon after ${reason}`)
  }

  /** Another writer's value in the row stays until someone signs in again, or the tenant is disconnected. */
  #assertChoiceKept(before: Tenant | undefined, after: Tenant): void {
    const [was, is] = [before, after].map((row) => Number(row?.defaultAccount?.accountId ?? 0))
    // A running choice may be the last one.
    if (this.#choosing.has(is ?? 0) || after.status === 'disconnected') return
    if (before?.grant?.consenter.subject === after.grant?.consenter.subject && (is ?? 0) < (was ?? 0))
      this.report('change_lost', `${after.tenant}: choice ${was} became ${is}`)
  }

  /** A vend isn't recorded in a row that is being refreshed: the commit would have to be repeated. */
  #assertNotNoted(before: Tenant | undefined, after: Tenant): void {
    const { lease } = before ?? {}
    const endsAt = (lease?.until.getTime() ?? 0) - this.#world.clocksApartMilliseconds
    if (lease && after.lease?.id === lease.id && endsAt > this.#world.scheduler.now())
      if (after.lastVendedAt !== before?.lastVendedAt) this.report('noted_under_lease', after.tenant)
  }

  #assertMayCall(process: SimulatedProcess, row: Tenant): void {
    // By its own clock, because the holder times its lease.
    const now = process.clock.now().getTime()
    const { tenant, status, lease, trouble } = row
    if (status === 'reauthorization_required') this.report('dead_grant_called', tenant)
    if (status !== 'connected') return
    if (!lease || lease.until.getTime() <= now)
      this.report('call_without_lease', `${process.name} for ${tenant}`)
    if (trouble && waitEndsAt(trouble) > now)
      this.report('call_while_waiting', `${process.name} for ${tenant}, ${trouble.reason}`)
    if (!lease) return
    const neededSeconds = this.#world.plan.config.tokenEndpointSeconds + minKeepSeconds
    if (lease.until.getTime() < now + neededSeconds * 1000)
      this.report(
        'lease_outlived',
        `${process.name} calls for ${tenant} in the last ${lease.until.getTime() - now} ms`,
      )
    const askedAt = this.#leasesAsked.get(lease.id)?.at ?? 0
    if (process.endingAt !== undefined && askedAt > process.endingAt)
      this.report('begun_while_ending', `${process.name} calls for ${tenant}`)
    const holder = this.#leaseHolders.get(lease.id) ?? process
    this.#leaseHolders.set(lease.id, holder)
    if (holder !== process)
      this.report('one_call_a_lease', `${process.name} calls for ${tenant} under ${holder.name}'s lease`)
  }

  /** A pending grant can be confirmed: its refresh token is where the row says. */
  #assertPendingKept({ tenant, pendingGrant }: Tenant): void {
    const family = pendingGrant && this.#world.provider.family(pendingGrant.grant.consenter.subject)
    if (!family || family.revoked || this.tokensOf(pendingGrant).length > 0) return
    this.report('token_lost', `the pending one of ${tenant}`)
  }

  #assertReachable(tenant: Tenant): void {
    const family = this.#familyOf(tenant)
    if (!family || family.revoked || family.reused || family.unkept) return
    const tokens = this.tokensOf(tenant)
    if (!tokens.some((token) => this.#world.provider.isGood(token)))
      this.report('token_lost', `${tenant.tenant}: nothing of ${tokens.join(', ') || 'nothing'} refreshes`)
  }

  #assertRemembered({ tenant, dueAt }: Tenant, firstHints: ReadonlyMap<string, Date>): void {
    const hint = firstHints.get(tenant)
    if (dueAt && hint && hint <= dueAt) return
    this.report(
      'forgotten_by_the_sweep',
      `${tenant} is due ${dueAt?.toISOString() ?? 'never'} and has no hint`,
    )
  }

  /** A disconnect is marked in the vault, or its row owes the mark and a due row leads a sweep to it. */
  #assertMarked({ tenant, disconnectedAt, owesMark }: Tenant, hints: ReadonlyMap<string, Date>): void {
    if (!disconnectedAt) return
    const isMarked = ({ tags }: SecretVersion) =>
      tags.tenant === tenant && new Date(tags.disconnectedAt ?? '') >= disconnectedAt
    const isKept = owesMark ? hints.has(tenant) : [...this.#world.markVault.live()].some(isMarked)
    if (!isKept) this.report('mark_forgotten', `${tenant}, ${owesMark ? 'owed' : 'not written'}`)
  }

  /** The earliest due row of each tenant. */
  #firstHints(): ReadonlyMap<string, Date> {
    const first = new Map<string, Date>()
    for (const { tenant, dueAt } of this.#world.due.rows()) {
      const known = first.get(tenant)
      if (!known || dueAt < known) first.set(tenant, dueAt)
    }
    return first
  }

  #familyOf({ grant }: Tenant): Family | undefined {
    return grant && this.#world.provider.family(grant.consenter.subject)
  }
}
