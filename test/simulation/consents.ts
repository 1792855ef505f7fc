import { addSeconds } from '../../shared/clock.ts'
import type { ProvenSignIn } from '../../shared/connect/proveSignIn.ts'
import type { Account } from '../../shared/domain/account.ts'
import { sealContextOf } from '../../shared/domain/sealer.ts'
import type { Grant, Tenant, TenantName } from '../../shared/domain/tenant.ts'
import type { Environment, IdentityProvider } from '../../shared/environment.ts'
import { Secret } from '../../shared/secret.ts'
import type { SimulatedBroker } from './broker.ts'
import { type World, workspace } from './world.ts'

/** More than can be chosen in one world. */
const accountsReached: readonly Account[] = Array.from({ length: 60 }, (_, index) => ({
  accountId: String(index + 1),
  number: `F${index + 1}`,
  name: `Account ${index + 1}`,
  customerId: '1',
  customerName: 'Customer',
  ownerCustomerId: '1',
  lifeCycleStatus: 'Active',
  linked: false,
  usable: true,
}))

/** An app returns the code within this time, or some minutes later, when it's too late. */
const maxConfirmationMilliseconds = 18 * 60_000

/** Waits for a use case that the tenant's state may refuse. */
export async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && error.name === 'Problem') return undefined
    throw error
  }
}

/** A person consents, and after at most half a minute of discovery, the grant is stored. */
export async function connect(world: World, broker: SimulatedBroker, name: TenantName): Promise<void> {
  const requestedAt = broker.process.clock.now()
  const { random } = world
  const { family, ...tokens } = world.provider.consent(name.tenant)
  await broker.accounts.write(name, family.id, accountsReached)
  await world.useCases.connectGrant(broker.dependencies, name, {
    ...toTokens(tokens),
    environment: random.chance(0.1) ? 'production' : environmentOf(world, name),
    requestedAt,
    grant: grantOf(family.id, requestedAt, providerFor(world, name.tenant)),
    accountsGeneration: family.id,
  })
}

/** A person consents with confirmation, and the app usually confirms it. */
export async function consentAndConfirm(
  world: World,
  broker: SimulatedBroker,
  name: TenantName,
  follow: (confirming: Promise<void>) => void,
): Promise<void> {
  const { random, scheduler, useCases } = world
  const signIn = {
    ...name,
    id: `session-${random.below(1_000_000)}`,
    environment: environmentOf(world, name),
    returnUrl: 'https://app.example/',
    disconnectCount: world.row(name.tenant)?.tenant.disconnectCount ?? 0,
    browserHash: '',
    asksFirst: false,
    confirm: true,
    allowDifferentUser: true,
    accountChoice: 'page' as const,
  }
  const { family, identityProvider, proven } = consent(world, broker, name)
  await broker.accounts.write(name, family, accountsReached)
  const grantServices = { grantServices: broker.dependencies, clock: broker.process.clock }
  const kept = await useCases.savePendingGrant(grantServices, { ...signIn, identityProvider }, proven, {
    accountsGeneration: family,
    outcome: {},
  })
  const code = 'returnUrl' in kept && new URL(kept.returnUrl).searchParams.get('confirmation_code')
  if (!code || random.chance(0.2)) return
  scheduler.after(random.below(maxConfirmationMilliseconds), () => {
    if (world.brokers.length > 0) follow(confirm(world, name, signIn.id, code, family))
  })
}

function consent(
  world: World,
  broker: SimulatedBroker,
  { tenant }: TenantName,
): { family: string; identityProvider: IdentityProvider; proven: ProvenSignIn } {
  const requestedAt = broker.process.clock.now()
  const { family, ...tokens } = world.provider.consent(tenant)
  const { identityProvider, scopes, ...user } = grantOf(family.id, requestedAt, providerFor(world, tenant))
  const row = { identityProvider, scopes }
  const proven = { row, user, tokens: { ...toTokens(tokens), requestedAt }, discovery: user }
  return { family: family.id, identityProvider, proven: proven as unknown as ProvenSignIn }
}

function toTokens({
  refreshToken,
  accessToken,
  expiresInSeconds,
}: Omit<ReturnType<World['provider']['consent']>, 'family'>) {
  return {
    refreshToken: new Secret(refreshToken),
    accessToken: new Secret(accessToken),
    expiresInSeconds,
  }
}

async function confirm(
  world: World,
  name: TenantName,
  session: string,
  code: string,
  family: string,
): Promise<void> {
  const { dependencies, accounts, process } = world.random.pick(world.brokers)
  world.record('world', `confirm at ${process.name}`, name.tenant, '')
  const confirming = world.useCases.confirmConnectSession(
    { grantServices: dependencies, accounts },
    name,
    session,
    code,
  )
  const tenant = await unlessRefused(confirming)
  if (tenant) world.checks.confirmed(tenant, family)
}

function environmentOf(world: World, { tenant }: TenantName): Environment {
  return world.row(tenant)?.tenant.environment ?? 'production'
}

/** A provider for signing in to the tenant's environment. */
function providerFor({ plan, random, row }: World, tenant: string): IdentityProvider {
  const environment = row(tenant)?.tenant.environment
  const open = plan.clients.filter((client) => client.environment === environment)
  return open.length > 0 ? random.pick(open).identityProvider : 'microsoft'
}

function grantOf(
  familyId: string,
  consentedAt: Date,
  identityProvider: IdentityProvider,
): Omit<Grant, 'id' | 'reference'> {
  return {
    identityProvider,
    scopes: ['offline_access'],
    accountKind: 'personal',
    authorityTenant: 'consumers',
    consenter: { issuer: 'https://login.example', subject: familyId, hint: 'a…@example.com' },
    consentedAt,
    advertisingUserId: '1',
  }
}

/** Gives a pending tenant a grant without the broker. Default due time is within an hour. */
export async function findConnected(
  world: World,
  pending: Tenant,
  dueAt = new Date(world.scheduler.now() + world.random.below(3600_000) - 600_000),
): Promise<void> {
  const { random, scheduler, provider } = world
  const now = scheduler.now()
  const { family, refreshToken, accessToken, expiresInSeconds } = provider.consent(pending.tenant)
  const { tenant, environment } = pending
  const identityProvider = providerFor(world, tenant)
  const context = sealContextOf({ workspace, tenant, environment }, family.id, 'access_token')
  const sealed = await world.sealer.seal(new Secret(accessToken), context)
  await world.accounts.write(pending, family.id, accountsReached)
  const connected: Tenant = {
    ...pending,
    accountsGeneration: family.id,
    status: 'connected',
    grant: {
      ...grantOf(family.id, new Date(now), identityProvider),
      id: family.id,
      reference: await keptReference(world, pending, { id: family.id, refreshToken, identityProvider }),
    },
    accessToken: { sealed, refreshedAt: new Date(now), expiresAt: new Date(now + expiresInSeconds * 1000) },
    dueAt,
    ...(random.chance(0.5) && { lastVendedAt: new Date(now - random.below(7200_000)) }),
  }
  await world.due.insert({ workspace, tenant, environment, identityProvider, dueAt })
  const stored = world.row(tenant)
  if (stored) await world.tenants.replace(stored, connected, [])
}

/** The secret is near its last version, so that moves to a new one occur. */
async function keptReference(
  world: World,
  pending: Tenant,
  found: { readonly id: string; readonly refreshToken: string; readonly identityProvider: IdentityProvider },
): Promise<string> {
  const { random, plan } = world
  const { id, refreshToken, identityProvider } = found
  const { tenant, environment } = pending
  if (plan.grantStore === 'sealed') {
    const context = sealContextOf({ workspace, tenant, environment }, id, 'refresh_token')
    return `sealed:${await world.sealer.seal(new Secret(refreshToken), context)}`
  }
  const vault = random.pick(world.vaults)
  const tags = { workspace, tenant, environment, identityProvider }
  const expiresOn = addSeconds(new Date(world.scheduler.now()), 90 * 86_400)
  const { name, version } = await vault.write(`grant-of-${tenant}`, new Secret(refreshToken), {
    tags,
    expiresOn,
  })
  return `vault:${vault.host}/${name}/${version}/${394 + random.below(6)}`
}
