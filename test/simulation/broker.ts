import type { AccountStore } from '../../shared/domain/account.ts'
import type { DueIndex } from '../../shared/domain/due.ts'
import type { GrantStore } from '../../shared/domain/grants.ts'
import type { TenantName } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import type { RefreshRequest, TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import type { Refresher } from '../../shared/refresh/refreshTenant.ts'
import type { SweepDependencies } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import type { AccessTokens } from '../../shared/vend/accessTokens.ts'
import { pagesOf } from './models/dueIndex.ts'
import { createModelEnvironmentStates, type HoldTable, toHold } from './models/environmentStates.ts'
import type { ProviderAnswer } from './models/identityProvider.ts'
import { createModelNotes } from './models/notes.ts'
import type { ModelVault } from './models/vault.ts'
import type { Fate, SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

/** Dependencies of refreshes and sweeps. */
export type SimulatedDependencies = RefreshDependencies & Pick<SweepDependencies, 'clock' | 'finishAccounts'>

/** The broker in one run of a process: production code over models, whose operations are subject to faults. */
export interface SimulatedBroker {
  readonly process: SimulatedProcess
  readonly dependencies: SimulatedDependencies
  /** Each grant store separately, for the migration. */
  readonly stores: { readonly vault: GrantStore; readonly sealed: GrantStore }
  readonly refresher: Refresher
  readonly accessTokens: AccessTokens
  readonly accounts: AccountStore
  /** The number of tenant rows that it has read. */
  rowsRead(): number
}

/** Starts a broker in a fresh process. */
export function createSimulatedBroker(world: World, process: SimulatedProcess): SimulatedBroker {
  const { plan, useCases } = world
  let rowsRead = 0
  const tenants = unreliableTenants(world, process, () => rowsRead++)
  const sealer = unreliableSealer(world, process)
  const vaults = world.vaults.map((vault) => unreliableVault(world, process, vault))
  const stores = {
    vault: useCases.createGrantVault(vaults, {
      clock: process.clock,
      randomness: process.randomness,
      log: () => undefined,
    }),
    sealed: useCases.createSealedGrants(sealer),
  }
  const accounts = unreliableAccounts(world, process)
  const dependencies: SimulatedDependencies = {
    tenants,
    accounts,
    due: unreliableDue(world, process),
    grants: useCases.combineGrantStores(stores, plan.grantStore),
    marks: useCases.createDisconnectMarks([unreliableMarks(world, process)], process.clock, markSeconds),
    environments: createModelEnvironmentStates(process.clock, unreliableHolds(world, process)),
    tokenEndpoint: { refresh: (request) => callTokenEndpoint(world, process, request) },
    sealer,
    clock: process.clock,
    unfinishedCommits: useCases.createUnfinishedCommits(process.clock),
    randomness: process.randomness,
    log: () => undefined,
    config: plan.config,
    vendWaitSeconds: plan.vendWaitSeconds,
    finishAccounts: async () => true,
    notes: createModelNotes(),
  }
  const refresher = createWatchedRefresher(world, process, dependencies)
  const { rowCacheSeconds } = plan
  const accessTokens = useCases.createAccessTokens({
    ...dependencies,
    refresher,
    rowCacheSeconds,
    vendLimitSeconds,
  })
  return { process, dependencies, stores, refresher, accessTokens, accounts, rowsRead: () => rowsRead }
}

/** As long as the default of `BACKUP_RETENTION_DAYS`. */
const markSeconds = 90 * 86_400
/** As long as the setting's default. */
const vendLimitSeconds = 20

/** A refresher whose statements about its own writes are checked. */
export function createWatchedRefresher(
  world: World,
  process: SimulatedProcess,
  dependencies: RefreshDependencies,
): Refresher {
  const replace: TenantStore['replace'] = (expected, next, events) => {
    if (next.lease) world.checks.leaseAsked(process, next.lease.id)
    return dependencies.tenants.replace(expected, next, events)
  }
  const tenants = { ...dependencies.tenants, replace }
  const { refresh } = world.useCases.createRefresher({ ...dependencies, tenants })
  return {
    async refresh(name, purpose, deadline) {
      const startedAt = world.scheduler.now()
      const work = world.checks.refresh(purpose, () => refresh(name, purpose, deadline))
      const outcome = await work.finally(() => world.refreshEnded(process, name.tenant))
      world.checks.refreshEnded(process, outcome, startedAt)
      return outcome
    },
  }
}

function unreliableTenants(world: World, process: SimulatedProcess, onRead: () => void): TenantStore {
  const { tenants } = world
  const failure = () => world.unavailable('tables')
  const read: TenantStore['read'] = (name) => {
    onRead()
    return process.perform({
      name: 'tenants.read',
      tenant: name.tenant,
      effect: () => tenants.read(name),
      failure,
    })
  }
  return {
    read,
    inspect: read,
    create: (tenant, events) =>
      process.perform({
        name: 'tenants.create',
        tenant: tenant.tenant,
        effect: () => tenants.create(tenant, events),
        failure,
      }),
    replace: (expected, next, events) => {
      world.checks.commitSent(process, expected.tenant, next)
      return process.perform({
        name: 'tenants.replace',
        tenant: next.tenant,
        effect: () => {
          if (next.lease) world.checks.leaseSent(process, next.lease.id)
          return tenants.replace(expected, next, events)
        },
        // The client repeats a write whose answer was lost, and then meets its own ETag.
        failure: (fate: Fate) =>
          fate === 'failed_after' && world.random.chance(0.5) ? ('conflict' as const) : failure(),
      })
    },
  }
}

function unreliableDue(world: World, process: SimulatedProcess): DueIndex {
  const { due } = world
  const failure = () => world.unavailable('tables')
  const changed = <T>(work: Promise<T>): Promise<T> => {
    world.checks.changed()
    return work
  }
  return {
    shardCount: due.shardCount,
    insert: (row) =>
      process.perform({
        name: 'due.insert',
        tenant: row.tenant,
        effect: () => changed(due.insert(row)),
        failure,
      }),
    remove: (row) =>
      process.perform({
        name: 'due.remove',
        tenant: row.tenant,
        effect: () => changed(due.remove(row)),
        failure,
      }),
    move: (from, to) =>
      process.perform({
        name: 'due.move',
        tenant: to.tenant,
        effect: () => changed(due.move(from, to)),
        failure,
      }),
    due: (shard, until) =>
      pagesOf((after) =>
        process.perform({
          name: 'due.page',
          tenant: '',
          effect: () => due.page(shard, until, after),
          failure,
        }),
      ),
  }
}

function unreliableAccounts(world: World, process: SimulatedProcess): AccountStore {
  const { accounts } = world
  const perform = <T>(name: string, { tenant }: TenantName, effect: () => Promise<T>): Promise<T> =>
    process.perform({ name: `accounts.${name}`, tenant, effect, failure: () => world.unavailable('tables') })
  return {
    write: (name, ...written) => perform('write', name, () => accounts.write(name, ...written)),
    list: (name, ...page) => perform('list', name, () => accounts.list(name, ...page)),
    findById: (name, ...sought) => perform('findById', name, () => accounts.findById(name, ...sought)),
    findByNumber: (name, ...sought) =>
      perform('findByNumber', name, () => accounts.findByNumber(name, ...sought)),
    removeOthers: (name, ...spared) =>
      perform('removeOthers', name, () => accounts.removeOthers(name, ...spared)),
    removeAll: (name, isStillWanted) =>
      perform('removeAll', name, () => accounts.removeAll(name, isStillWanted)),
  }
}

function unreliableVault(world: World, process: SimulatedProcess, vault: ModelVault): Vault {
  const failure = () => world.unavailable('vault')
  const ownerOf = (name: string) => vault.current(name)?.tags.tenant ?? ''
  return {
    host: vault.host,
    read: (name, version) =>
      process.perform({
        name: 'vault.read',
        tenant: ownerOf(name),
        effect: () => vault.read(name, version),
        failure,
      }),
    write(name, value, properties) {
      const tenant = properties.tags?.tenant ?? ''
      const leaseUntil = world.row(tenant)?.tenant.lease?.until.getTime() ?? 0
      return process.perform({
        name: 'vault.write',
        tenant,
        effect: async () => {
          const before = vault.current(name)?.value.expose()
          const written = await vault.write(name, value, properties)
          world.provider.kept(value.expose())
          if (before && process.clock.now().getTime() > leaseUntil)
            world.provider.covered(before, value.expose())
          return written
        },
        failure: () => world.failedWrite(process, tenant),
      })
    },
    setExpiry: (name, version, expiresOn) =>
      process.perform({
        name: 'vault.setExpiry',
        tenant: ownerOf(name),
        effect: () => vault.setExpiry(name, version, expiresOn),
        failure,
      }),
    remove: (name) =>
      process.perform({
        name: 'vault.remove',
        tenant: ownerOf(name),
        effect: () => {
          world.checks.changed()
          return vault.remove(name)
        },
        failure,
      }),
  }
}

/** The vault's marks, separate from refresh tokens, which have other rules. */
function unreliableMarks(world: World, process: SimulatedProcess): Vault {
  const { markVault } = world
  const failure = () => world.unavailable('vault')
  const perform = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    world.marksAnswerImmediately
      ? effect()
      : process.perform({ name: `marks.${name}`, tenant: '', effect, failure })
  return {
    host: markVault.host,
    read: (name) => perform('read', () => markVault.read(name)),
    write: (name, ...written) => perform('write', () => markVault.write(name, ...written)),
    setExpiry: (name, ...set) => perform('setExpiry', () => markVault.setExpiry(name, ...set)),
    remove: (name) => perform('remove', () => markVault.remove(name)),
  }
}

/** The sealing keys are cached, so sealing rarely waits for the vault. */
function unreliableSealer(world: World, process: SimulatedProcess): RefreshDependencies['sealer'] {
  const { sealer, random } = world
  const perform = <T>(name: string, tenant: string, effect: () => Promise<T>): Promise<T> =>
    random.chance(0.05)
      ? process.perform({ name, tenant, effect, failure: () => world.unavailable('vault') })
      : effect()
  return {
    seal: (plaintext, context) =>
      perform('sealer.seal', context.tenant, () => sealer.seal(plaintext, context)),
    open: (sealed, context) => perform('sealer.open', context.tenant, () => sealer.open(sealed, context)),
  }
}

function unreliableHolds(world: World, process: SimulatedProcess): HoldTable {
  const { holds } = world
  const perform = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    process.perform({ name, tenant: '', effect, failure: () => world.unavailable('tables') })
  return {
    get: (key) => perform('holds.get', () => holds.get(key)),
    put: (key, hold) =>
      perform('holds.put', async () => {
        world.checks.held(hold, toHold(await holds.get(key)))
        return holds.put(key, hold)
      }),
    replace: (key, expected, row) => perform('holds.replace', () => holds.replace(key, expected, row)),
    delete: (key) =>
      perform('holds.delete', () => {
        world.checks.released(key)
        return holds.delete(key)
      }),
  }
}

async function callTokenEndpoint(
  world: World,
  process: SimulatedProcess,
  request: RefreshRequest,
): Promise<TokenResult> {
  const { provider, useCases, plan } = world
  const refreshToken = request.refreshToken.expose()
  const tenant = provider.familyOf(refreshToken)?.tenant ?? ''
  const ended = world.checks.callSent(process, request)
  const leaseUntil = world.row(tenant)?.tenant.lease?.until.getTime() ?? 0
  const sentAt = world.scheduler.now()
  const timedOut: TokenResult = {
    ok: false,
    refusal: useCases.refusalWithoutResponse('identity_provider_timed_out'),
  }
  const answer = await process.perform<TokenResult>({
    name: 'tokenEndpoint.refresh',
    tenant,
    effect: () => {
      provider.secretIsWrong = world.wrongSecrets.has(`${request.environment}:${request.identityProvider}`)
      const isLost = () => world.isLostBy(process, tenant, sentAt, leaseUntil)
      const sent = provider.refresh(refreshToken, isLost)
      world.record('provider', `answers ${refreshToken}`, tenant, JSON.stringify(sent))
      world.checks.callAnswered(refreshToken)
      return toTokenAnswer(world, sent)
    },
    failure: () => timedOut,
    limitMilliseconds: plan.config.tokenEndpointSeconds * 1000,
  })
  ended()
  return answer
}

function toTokenAnswer({ useCases }: World, { status, body, retryAfter }: ProviderAnswer): TokenResult {
  if (status !== 200) return { ok: false, refusal: useCases.classifyTokenRefusal(status, body, retryAfter) }
  const { access_token, expires_in, refresh_token } = body
  return {
    ok: true,
    accessToken: new Secret(String(access_token)),
    expiresInSeconds: Number(expires_in),
    ...(refresh_token !== undefined && { refreshToken: new Secret(String(refresh_token)) }),
  }
}
