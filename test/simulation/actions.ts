import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import type { SimulatedBroker } from './broker.ts'
import { connect, consentAndConfirm, findConnected, unlessRefused } from './consents.ts'
import type { Glitch } from './models/identityProvider.ts'
import { type World, workspace } from './world.ts'

/** The world's actions, with their weights. */
const weights = {
  vend: 42,
  sweep: 18,
  replace: 4,
  connect: 4,
  consent: 4,
  disconnect: 4,
  migrate: 7,
  revoke: 3,
  glitch: 8,
  secret: 4,
  chooseDefault: 5,
  kill: 5,
  outage: 3,
} as const

/** Schedules the plan's actions, sometimes in bursts, sometimes hours apart. */
export function scheduleActions(world: World): void {
  let left = world.plan.actions
  const next = (): void => {
    if (left-- === 0) return
    act(world)
    world.scheduler.after(gapMilliseconds(world), next)
  }
  world.scheduler.after(0, next)
}

/** Creates the tenants: some through a real connect, some already connected, rotated many times, due, or idle. */
export async function createTenants(world: World): Promise<void> {
  const { plan, random, scheduler } = world
  for (let index = 1; index <= plan.tenants; index++) {
    const tenant: Tenant = {
      workspace,
      tenant: `t${index}`,
      environment: random.pick(plan.clients).environment,
      status: 'pending',
      createdAt: new Date(scheduler.now()),
    }
    await world.tenants.create(tenant, [])
    if (random.chance(0.8)) await findConnected(world, tenant)
  }
}

function gapMilliseconds({ random }: World): number {
  switch (random.weighted({ together: 3, soon: 4, minutes: 3, hours: 1 })) {
    case 'together':
      return random.below(100)
    case 'soon':
      return random.below(12_000)
    case 'minutes':
      return random.below(20 * 60_000)
    case 'hours':
      return random.below(3 * 3600_000)
  }
}

function act(world: World): void {
  const { random, brokers } = world
  const what = random.weighted(weights)
  const name = pickTenant(world, what === 'migrate')
  if (what === 'secret') {
    world.toggleSecret(random.pick(world.plan.clients))
  } else if (what === 'outage') {
    if (world.plan.faults.failsBefore > 0) world.breakDown()
  } else if (what === 'revoke' || what === 'glitch') {
    troubleGrant(world, what, name)
  } else if (brokers.length > 0) {
    const broker = random.pick(brokers)
    world.record('world', `${what} at ${broker.process.name}`, name.tenant, '')
    for (const work of begin(world, what, broker, name)) follow(world, work)
  }
}

/** A migration prefers a tenant whose lease is held or was never released. */
function pickTenant({ random, plan, tenants }: World, preferLeased: boolean): TenantName {
  const leased = preferLeased ? [...tenants.rows()].filter(({ tenant }) => tenant.lease) : []
  if (leased.length > 0) return random.pick(leased).tenant
  return { workspace, tenant: `t${1 + random.below(plan.tenants)}` }
}

function begin(
  world: World,
  what: Exclude<keyof typeof weights, 'secret' | 'outage' | 'revoke' | 'glitch'>,
  broker: SimulatedBroker,
  name: TenantName,
): Promise<unknown>[] {
  const { dependencies, process } = broker
  switch (what) {
    case 'vend':
      return vendTogether(world, broker, name)
    case 'replace':
      return [replaceToken(world, broker, name)]
    case 'sweep':
      return [sweepAndHandOver(world, broker)]
    case 'chooseDefault':
      return [chooseDefault(world, broker, name)]
    case 'connect':
      return [connect(world, broker, name)]
    case 'consent':
      return [consentAndConfirm(world, broker, name, (confirming) => follow(world, confirming))]
    case 'disconnect':
      return [world.useCases.disconnectTenant(dependencies, name)]
    case 'migrate': {
      const to = world.random.pick(['vault', 'sealed'] as const)
      const migrate = () => world.useCases.migrateGrant({ ...dependencies, stores: broker.stores }, name, to)
      // A command on the operator's machine: the platform doesn't take it away.
      return [dependencies.unfinishedCommits.run(migrate)]
    }
    case 'kill':
      if (world.plan.faults.dies === 0) return []
      if (world.random.chance(0.5)) return [world.end(broker)]
      process.die()
      return []
  }
}

/** A timer's sweep: handed-over shards are processed by the process that takes them from the queue. */
async function sweepAndHandOver(world: World, { dependencies, refresher }: SimulatedBroker): Promise<void> {
  const order = { mayHandOver: true }
  const { finishAccounts, handOver } = await world.useCases.sweep({ ...dependencies, refresher }, order)
  follow(world, finishAccounts())
  for (const shard of handOver) {
    world.scheduler.after(world.random.below(10_000), () => {
      if (world.brokers.length === 0) return
      const taker = world.random.pick(world.brokers)
      world.record('world', `shard ${shard} at ${taker.process.name}`, '', '')
      const dependencies = { ...taker.dependencies, refresher: taker.refresher }
      const swept = world.useCases.sweep(dependencies, { shards: [shard] })
      follow(
        world,
        swept.then((result) => result.finishAccounts()),
      )
    })
  }
}

/** Another writer of the row: an account that was never chosen before becomes the default. */
async function chooseDefault(world: World, broker: SimulatedBroker, name: TenantName): Promise<void> {
  const { dependencies, accounts, accessTokens } = broker
  const { accountId, ended } = world.checks.nextChoice()
  const purpose = { accountId: String(accountId) }
  const choosing = world.useCases.setDefaultAccount(
    { ...dependencies, accounts, accessTokens },
    name,
    purpose,
  )
  await unlessRefused(choosing)
  ended()
}

function troubleGrant(world: World, what: 'revoke' | 'glitch', { tenant }: TenantName): void {
  const { random, provider } = world
  const family = provider.family(world.row(tenant)?.tenant.grant?.consenter.subject ?? '')
  if (!family) return
  const kind = random.weighted<Glitch>({
    plain_refusal: 4,
    loop_detected: 2,
    throttled: 2,
    server_error: 2,
    strange: 1,
    app_refused: 2,
  })
  if (what === 'revoke') family.revoked = random.pick(['definite', 'plain'])
  else family.glitches.push(kind)
  world.record('world', what, tenant, what === 'revoke' ? String(family.revoked) : kind)
}

function vendTogether(world: World, broker: SimulatedBroker, name: TenantName): Promise<void>[] {
  const { random } = world
  const callers = random.chance(0.3) ? 5 : 1
  return Array.from({ length: callers }, () => {
    const minValiditySeconds = random.pick([undefined, undefined, 10, 60, 600, secondsLeft(world, name)])
    return vend(world, broker, name, minValiditySeconds)
  })
}

/** Exactly the row's value, to find out if it's slightly too high. */
function secondsLeft(world: World, { tenant }: TenantName): number {
  const expiresAt = world.row(tenant)?.tenant.accessToken?.expiresAt.getTime() ?? 0
  return Math.max(0, Math.floor((expiresAt - world.scheduler.now()) / 1000))
}

async function vend(
  world: World,
  { accessTokens, process }: SimulatedBroker,
  name: TenantName,
  minValiditySeconds: number | undefined,
): Promise<void> {
  const startedAt = world.scheduler.now()
  const work = async () => accessTokens.get(name, minValiditySeconds)
  const obtained = await world.checks.vend(process, name.tenant, work)
  if (!obtained.ok) return
  const asked = minValiditySeconds === undefined ? {} : { minValiditySeconds }
  world.checks.vended(obtained, { tenant: name.tenant, startedAt, ...asked })
}

/** An app reports that its token has expired, although it hasn't. */
async function replaceToken(
  world: World,
  { accessTokens, process }: SimulatedBroker,
  name: TenantName,
): Promise<void> {
  const startedAt = world.scheduler.now()
  const seen = world.row(name.tenant)?.tenant.accessToken?.refreshedAt ?? new Date(0)
  const obtained = await world.checks.vend(process, name.tenant, () => accessTokens.replace(name, seen))
  if (obtained.ok) world.checks.vended(obtained, { tenant: name.tenant, startedAt })
}

/** A vend's own limit can end it even if storage works: another process may have crashed with the lease. */
const vendLimit =
  /^(no time was left for )?((obtaining|replacing) a token|refreshing|reading the (row|holds)|claiming the probe|preparing the authentication)( took longer than [\d.]+ s)?$/

/**
 * Reports errors that production code must not throw. It may throw a vend's limit and, if storage fails, the error of
 * storage or a step's limit.
 */
function follow(world: World, work: Promise<unknown>): void {
  const expected = ['StorageUnavailableError', 'TimeLimitError']
  work.catch((error: unknown) => {
    const name = error instanceof Error ? error.name : ''
    // A running refresh of a grant that a reconnect has just removed can't write its new token.
    const isForgotten = (error as { code?: string }).code === 'SecretDeleted'
    const isVendLimit = name === 'TimeLimitError' && vendLimit.test((error as Error).message)
    if (isForgotten || isVendLimit || (expected.includes(name) && world.plan.faults.failsBefore > 0)) return
    world.checks.report('unexpected_error', error instanceof Error ? (error.stack ?? name) : String(error))
  })
}
