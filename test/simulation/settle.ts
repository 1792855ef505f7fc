import { nameOfScope } from '../../shared/domain/holds.ts'
import type { StoredTenant } from '../../shared/domain/tenant.ts'
import { refusalsBeforeHold } from '../../shared/refresh/decide.ts'
import type { RefreshOutcome } from '../../shared/refresh/outcome.ts'
import { owesAccounts } from '../../shared/tenants/disconnectedAccounts.ts'
import { overdueSecrets } from '../../shared/tenants/uncommittedSecrets.ts'
import type { SimulatedBroker } from './broker.ts'
import { Violation } from './violation.ts'
import { type World, workspace } from './world.ts'

/** The most refreshes until the outcome is final; if more are needed, it never will be. */
const maxAttempts = 12
/** A dead grant is detected by a call and a confirming call, each of which may also try a newer token. */
const maxCallsOfDeadGrant = 4
/** A row that is due is read once by its refresh, and once more while it is leased. */
const readsPerDueRow = 2
/** Before the accounts of a disconnected tenant go, its row is read again: a reconnect keeps its own. */
const readsPerRemoval = 2
/** The timer's interval. */
const sweepPauseMilliseconds = 300_000

/**
 * Ends a world's faults, restarts every process, and checks the result against the rules about the end:
 * every working grant refreshes, every dead one is known as dead, disconnected ones are gone, and the index is clean.
 */
export async function settle(world: World): Promise<void> {
  world.calm = true
  await world.drain()
  for (const broker of [...world.brokers]) broker.process.die()
  world.wrongSecrets.clear()
  const broker = world.start()
  world.record('world', 'is calm from here on', '', '')
  for (const { tenant } of [...world.tenants.rows()]) {
    const { status, tenant: name } = tenant
    if (status === 'disconnected') await assertGone(world, broker, name)
    if (status === 'connected') await assertRefreshes(world, broker, name)
  }
  const scopes = [...world.tenants.rows()].map(({ tenant }) => scopeOf(world, tenant.tenant))
  for (const scope of new Set(scopes)) await refreshLivingOne(world, broker, scope)
  await passLeases(world)
  await assertSweepIsClean(world, broker)
  for (const { tenant } of world.tenants.rows())
    if (tenant.pendingGrant) throw new Violation('pending_left_over', tenant.tenant)
  assertNoSecretForgotten(world)
  await assertSweepProgress(world, broker)
}

/** Whatever crashed or failed, sweeps have found every secret that no row names. */
function assertNoSecretForgotten(world: World): void {
  for (const { name, tags } of world.vaults.flatMap((vault) => [...vault.live()])) {
    const { grant, secretsToDestroy = [] } = world.row(tags.tenant ?? '')?.tenant ?? {}
    const known = [grant?.reference ?? '', ...secretsToDestroy]
    if (!known.some((reference) => reference.includes(`/${name}/`)))
      throw new Violation('secret_forgotten', `${name} of ${tags.tenant}`)
  }
  // The last sweep may have listed one itself, and a tenant that is due waits for the end of its kind's hold.
  const now = new Date(world.scheduler.now())
  for (const { tenant } of world.tenants.rows())
    if (overdueSecrets(tenant, now).length > 0 && !isKindHeld(world, scopeOf(world, tenant.tenant)))
      throw new Violation('secret_forgotten', `a note of ${tenant.tenant}`)
}

/** A sweep with what it does after its report. */
async function sweepWhole({ useCases }: World, { dependencies, refresher }: SimulatedBroker) {
  const { finishAccounts, report } = await useCases.sweep({ ...dependencies, refresher })
  await finishAccounts()
  return report
}

/** A sweep without faults leaves fewer due rows than it found; while a kind is on hold, each of them is a probe. */
async function assertSweepProgress(world: World, broker: SimulatedBroker): Promise<void> {
  await world.pass((world.plan.config.keepAliveSeconds + 3600) * 1000)
  const startedAt = broker.process.clock.now()
  const dueTenants = () => [...world.due.rows()].filter(({ dueAt }) => dueAt <= startedAt)
  const before = dueTenants().length
  const lost = dueTenants().filter(({ tenant }) => isLostTenant(world, tenant)).length
  // Nobody is left whose refresh could end a hold.
  if (before > 0 && lost === before) return
  const sweep = () => world.until(sweepWhole(world, broker))
  let report = await sweep()
  for (let probes = 0; report.holds.length > 0 && report.refreshed === 0; probes++) {
    if (probes > lost) throw new Violation('sweep_progress', `${probes} probes, and none by a working grant`)
    await world.pass(sweepPauseMilliseconds)
    report = await sweep()
  }
  const after = dueTenants().length
  if (before > 0 && after >= before)
    throw new Violation('sweep_progress', `${before} due before it and ${after} after it`)
}

/**
 * While a crashed process's lease is in force, no sweep drops the hints of its tenant; a consent can be confirmed
 * until it expires; and a listed secret can be committed until its time is over.
 */
async function passLeases(world: World): Promise<void> {
  const times = ({ tenant: { lease, pendingGrant, uncommittedSecrets = [] } }: StoredTenant) =>
    [lease?.until, pendingGrant?.expiresAt, ...uncommittedSecrets.map(({ until }) => until)].map(
      (end) => end?.getTime() ?? 0,
    )
  const ends = [...world.tenants.rows()].flatMap(times)
  // Storage's clock, which ends them, counts whole seconds.
  const over = Math.max(...ends) + world.clocksApartMilliseconds + 1000
  await world.pass(Math.max(0, over - world.scheduler.now()))
}

async function assertGone(world: World, broker: SimulatedBroker, tenant: string): Promise<void> {
  await world.until(world.useCases.disconnectTenant(broker.dependencies, { workspace, tenant }))
  if (world.row(tenant)?.tenant.grant)
    throw new Violation('grant_kept_after_disconnect', `the row of ${tenant}`)
  const { dies, failsBefore } = world.plan.faults
  // The sweeps at the end find what a process that crashed or failed has left.
  if (dies + failsBefore > 0) return
  const left = world.vaults.flatMap((vault) => [...vault.live()]).find(({ tags }) => tags.tenant === tenant)
  if (left) throw new Violation('grant_kept_after_disconnect', `${left.name} of ${tenant}`)
}

async function assertRefreshes(world: World, broker: SimulatedBroker, tenant: string): Promise<void> {
  const family = familyOf(world, tenant)
  if (!family) throw new Violation('token_lost', `${tenant} has no grant`)
  family.glitches.length = 0
  const isDead = isDeadFamily(family)
  const scope = scopeOf(world, tenant)
  if (isLost(family) && !(await refreshLivingOne(world, broker, scope)) && isKindHeld(world, scope)) return
  const callsBefore = family.calls
  const end = await refreshUntilFinal(world, broker, tenant)
  const calls = family.calls - callsBefore
  if (isDead && end !== 'dead') throw new Violation('never_settles', `${tenant} is dead and ${end}`)
  if (isDead && calls > maxCallsOfDeadGrant)
    throw new Violation('dead_grant_called', `${calls} times for ${tenant}`)
  if (!isDead && end !== 'refreshed' && !family.excuse)
    throw new Violation('token_lost', `${tenant} ends as ${end}`)
  if (end === 'refreshed') assertNothingLeftOver(world, tenant)
}

const familyOf = ({ provider, row }: World, tenant: string) =>
  provider.family(row(tenant)?.tenant.grant?.consenter.subject ?? '')

type Family = NonNullable<ReturnType<typeof familyOf>>

const isDeadFamily = ({ reused, revoked }: Family) => revoked !== undefined || reused === true

/** Whether the provider refuses its grant, for whatever reason. */
const isLost = (family: Family) => isDeadFamily(family) || family.excuse !== undefined

/** The registration through which a tenant's grant was given. All of its grants are of one kind. */
function scopeOf(world: World, name: string): string | undefined {
  const { environment, grant } = world.row(name)?.tenant ?? {}
  return environment && grant && nameOfScope({ environment, identityProvider: grant.identityProvider })
}

/** Without anyone whose grant works, five lost ones in a row hold their kind (decision 0023). */
function isKindHeld(world: World, scope: string | undefined): boolean {
  const isLostHere = (tenant: string) => scopeOf(world, tenant) === scope && isLostTenant(world, tenant)
  const lost = [...world.tenants.rows()].filter(({ tenant }) => isLostHere(tenant.tenant))
  return lost.length >= refusalsBeforeHold
}

function isLostTenant(world: World, tenant: string): boolean {
  const family = familyOf(world, tenant)
  return family !== undefined && isLost(family)
}

/**
 * Refreshes another tenant of the registration whose grant works, as happens between two refusals where more than a few people use the
 * broker.
 * @returns whether there is one.
 */
async function refreshLivingOne(
  world: World,
  broker: SimulatedBroker,
  scope: string | undefined,
): Promise<boolean> {
  for (const { tenant } of [...world.tenants.rows()]) {
    const family = familyOf(world, tenant.tenant)
    if (tenant.status !== 'connected' || !family || isLost(family)) continue
    if (scopeOf(world, tenant.tenant) !== scope) continue
    family.glitches.length = 0
    if ((await refreshUntilFinal(world, broker, tenant.tenant)) === 'refreshed') return true
  }
  return false
}

/**
 * After a refresh without faults, only the secret that the row names is left. Crashes and failures leave some that the
 * sweeps at the end find.
 */
function assertNothingLeftOver(world: World, tenant: string): void {
  const { grant, secretsToDestroy, pendingGrant } = world.row(tenant)?.tenant ?? {}
  const named = [grant, pendingGrant?.grant].map((each) => each?.reference ?? '')
  if (secretsToDestroy)
    throw new Violation('secret_left_over', `the row of ${tenant} remembers ${secretsToDestroy}`)
  const { dies, failsBefore } = world.plan.faults
  if (dies + failsBefore > 0) return
  for (const { name, tags } of world.vaults.flatMap((vault) => [...vault.live()]))
    if (tags.tenant === tenant && !named.some((reference) => reference.includes(`/${name}/`)))
      throw new Violation('secret_left_over', `${name} of ${tenant}`)
}

async function refreshUntilFinal(
  world: World,
  { refresher }: SimulatedBroker,
  tenant: string,
): Promise<string> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const seen = new Date(world.scheduler.now() + world.clocksApartMilliseconds)
    const outcome = await world.until(refresher.refresh({ workspace, tenant }, { for: 'replacement', seen }))
    const status = world.row(tenant)?.tenant.status
    if (status === 'reauthorization_required') return 'dead'
    if (outcome.outcome === 'refreshed') return 'refreshed'
    await world.pass(millisecondsToWait(world, tenant, outcome))
  }
  return `not final after ${maxAttempts} attempts`
}

function millisecondsToWait(world: World, tenant: string, outcome: RefreshOutcome): number {
  const row = world.row(tenant)?.tenant
  const hold = outcome.outcome === 'passed_on' ? outcome.hold?.until : undefined
  const until = [row?.lease?.until, row?.trouble?.nextAttemptAt, hold].map((time) => time?.getTime() ?? 0)
  const minMilliseconds = 1000 + world.clocksApartMilliseconds
  return minMilliseconds + Math.max(0, Math.max(...until) - world.scheduler.now())
}

/** Invariant 10, and that every past hint belongs to its tenant: two sweeps leave nothing. */
async function assertSweepIsClean(world: World, broker: SimulatedBroker): Promise<void> {
  const readBefore = broker.rowsRead()
  const removals = [...world.tenants.rows()].filter(({ tenant }) => owesAccounts(tenant)).length
  const startedAt = broker.process.clock.now()
  const report = await world.until(sweepWhole(world, broker))
  const read = broker.rowsRead() - readBefore
  if (read > readsPerDueRow * report.due + readsPerRemoval * removals)
    throw new Violation('sweep_reads', `${read} rows for ${report.due} due`)
  const last = await world.until(sweepWhole(world, broker))
  // While a kind is on hold, its tenants aren't refreshed, and their hints stay.
  if (last.holds.length > 0) return
  for (const hint of world.due.rows()) {
    const row = world.row(hint.tenant)?.tenant
    if (hint.dueAt <= startedAt && row?.dueAt?.getTime() !== hint.dueAt.getTime())
      throw new Violation('orphan_hint', `${hint.tenant} at ${hint.dueAt.toISOString()} (${row?.status})`)
  }
}
