import type { TokenCredential } from '@azure/identity'
import { type Callers, createCallers } from './access/callers.ts'
import { createRefusedApps, type RefusedApps } from './access/refusedApps.ts'
import { createRequestLimiter, type RequestLimiter } from './access/requestLimiter.ts'
import { createSecretCallers, type SecretCallers } from './access/secretCallers.ts'
import { finishAccounts } from './accounts/finish.ts'
import { type CustomerManagement, createCustomerManagement } from './advertising/client.ts'
import {
  createDeveloperTokenProofs,
  type DeveloperTokenProofs,
  withProofs,
} from './advertising/developerTokenProofs.ts'
import { type Randomness, systemRandomness } from './clock.ts'
import { type Config, parseConfig } from './config.ts'
import type { AccountStore } from './domain/account.ts'
import type { AppRules } from './domain/appRules.ts'
import type { TenantDirectory } from './domain/directory.ts'
import type { GrantStore } from './domain/grants.ts'
import type { EnvironmentStates } from './domain/holds.ts'
import type { Log } from './domain/logEvents.ts'
import type { BrokerNotes } from './domain/notes.ts'
import type { OneTimeRecords } from './domain/oneTime.ts'
import { withPlausibleTimes } from './domain/plausibleTimes.ts'
import type { Sealer } from './domain/sealer.ts'
import type { SweepReports } from './domain/sweepReports.ts'
import type { TenantPages } from './domain/tenantPages.ts'
import type { TenantStore } from './domain/tenantStore.ts'
import type { RecordUsage } from './domain/usage.ts'
import type { ListableVault } from './domain/vault.ts'
import type { Environment } from './environment.ts'
import { tokenExchangeAudience } from './identity/clientAssertion.ts'
import { createClientCredentials } from './identity/clientCredentials.ts'
import { createIdTokenChecker, type IdTokenChecker } from './identity/idToken.ts'
import { redeemSecret } from './identity/redeemSecret.ts'
import { createSignInTable, type SignInTable } from './identity/signInTable.ts'
import { createTokenEndpoints, type TokenEndpoints } from './identity/tokenEndpoint.ts'
import { createTenantPages } from './operations/tenantWalk.ts'
import { createThrottledCalls, type ThrottledCalls } from './passthrough/throttledCalls.ts'
import { createCanaryHealth, type IsCanaryWell } from './ready/canary.ts'
import { readHolds } from './refresh/readHolds.ts'
import { createRefresher, type Refresher } from './refresh/refreshTenant.ts'
import type { SweepDependencies } from './refresh/sweep.ts'
import { Secret } from './secret.ts'
import { type BrokerSecrets, createBrokerSecrets, sealingKeysName } from './secrets/brokerSecrets.ts'
import {
  createDeveloperTokens,
  type DeveloperTokens,
  withDeveloperTokenFailover,
} from './secrets/developerTokens.ts'
import { createSecretHealth, type SecretHealth } from './secrets/secretHealth.ts'
import { createAccountTable } from './storage/accountTable.ts'
import { createAppTable } from './storage/appTable.ts'
import { createCredential, createSecretClient, createTables, type Tables } from './storage/clients.ts'
import { createDisconnectMarks } from './storage/disconnectMarks.ts'
import { createDueTable } from './storage/dueTable.ts'
import { createGrantVault } from './storage/grantVault.ts'
import { createIdentityHealth } from './storage/identityHealth.ts'
import { createIdentityTokens } from './storage/identityTokens.ts'
import { createIdleTenants, type IdleTenants } from './storage/idleTenants.ts'
import { createNoteTable } from './storage/noteTable.ts'
import { createOldEvents, type OldEvents } from './storage/oldEvents.ts'
import { createOneTimeTable } from './storage/oneTimeTable.ts'
import { combineGrantStores, createSealedGrants } from './storage/sealedGrants.ts'
import { createSealer } from './storage/sealer.ts'
import { createStateTable } from './storage/stateTable.ts'
import { createClockComparison, createStorageClock, type StorageClock } from './storage/storageClock.ts'
import { createStoredKinds, type StoredKinds } from './storage/storedKinds.ts'
import { createTenantTable } from './storage/tenantTable.ts'
import { createVault } from './storage/vault.ts'
import { createLog } from './telemetry/log.ts'
import { meterLog, meterUsage } from './telemetry/meters.ts'
import { tracedFetch } from './telemetry/outgoing.ts'
import type { GrantServices } from './tenants/connectGrant.ts'
import { createUnfinishedCommits, type UnfinishedCommits } from './unfinishedCommits.ts'
import { type AccessTokens, createAccessTokens } from './vend/accessTokens.ts'
import { createVend, type Vend } from './vend/vend.ts'

/** The dependencies of all functions and commands, wired once per process. */
export interface Broker {
  readonly config: Config
  readonly clock: StorageClock
  readonly randomness: Randomness
  readonly log: Log
  readonly callers: Callers
  /** Callers that only have a client ID and a secret. */
  readonly secretCallers: SecretCallers
  /** The operator's rules about apps. */
  readonly appRules: AppRules
  readonly refusedApps: RefusedApps
  readonly requestLimiter: RequestLimiter
  readonly tables: Tables
  readonly vaults: { readonly main: ListableVault; readonly grants: readonly ListableVault[] }
  readonly tenants: TenantStore & TenantDirectory
  readonly accounts: AccountStore
  readonly records: OneTimeRecords
  readonly sealer: Sealer
  /** Every tenant, page by page, for the audit of due rows. */
  readonly tenantPages: TenantPages
  /** The tenants that aren't connected, for ending those that are over. */
  readonly idleTenants: IdleTenants
  /** Tenants' events, for ending those that are old. */
  readonly oldEvents: OldEvents
  /** Everything that is stored, by kind, for the census. */
  readonly storedKinds: StoredKinds
  /** The broker’s own secrets. */
  readonly secrets: BrokerSecrets
  readonly developerTokens: DeveloperTokens
  readonly secretHealth: SecretHealth
  readonly developerTokenProofs: DeveloperTokenProofs
  readonly notes: BrokerNotes
  /** The identity that the broker runs as. */
  readonly credential: TokenCredential
  /** Each grant store separately, for moving grants between them. */
  readonly grantStores: { readonly vault: GrantStore; readonly sealed: GrantStore }
  readonly environments: EnvironmentStates
  readonly sweeps: SweepReports
  readonly signInTable: SignInTable
  readonly tokenEndpoints: TokenEndpoints
  readonly idTokens: IdTokenChecker
  readonly advertising: (environment: Environment) => CustomerManagement
  readonly grantServices: GrantServices
  readonly unfinishedCommits: UnfinishedCommits
  readonly refresher: Refresher
  readonly sweeping: SweepDependencies
  readonly accessTokens: AccessTokens
  readonly vend: Vend
  readonly throttledCalls: ThrottledCalls
  /** For anyone who asks whether the canary's last run was good. */
  readonly isCanaryWell: IsCanaryWell
  /** Told of each use that an app makes of the broker. */
  readonly recordUsage: RecordUsage
}

let built: Broker | undefined

/**
 * This process's broker, created on the first call from its environment variables.
 * @throws SettingsError with every faulty setting; the next call tries again.
 */
export function broker(): Broker {
  built ??= createBroker(parseConfig(process.env))
  return built
}

/** Whether a timer's setting has a value, when functions register: on Flex, each timer wakes an instance of its own. */
export function isSet(setting: 'CANARY_TENANT' | 'BACKUP_CONTAINER_URL'): boolean {
  return Boolean(process.env[setting]?.trim())
}

/** What a broker meets outside of its process: time, chance, storage, and the web. */
export interface Outside {
  readonly clock: StorageClock
  readonly randomness: Randomness
  readonly log: Log
  /** The identity for storage. */
  readonly credential: TokenCredential
  /** @param credential the identity's tokens, which all clients share. */
  readonly tables: (credential: TokenCredential) => Tables
  readonly vault: (url: string, credential: TokenCredential) => ListableVault
  /** For identity providers and Microsoft Advertising. */
  readonly fetch: typeof fetch
}

/**
 * Wires a broker from settings: clients, then stores, then use cases.
 * @param writeLog receives each log line. Default is standard output.
 * @param credential the identity for storage. Default is the managed identity that the settings name.
 */
export function createBroker(
  config: Config,
  writeLog: (line: string) => void = console.log,
  credential: TokenCredential = createCredential(config),
): Broker {
  const log = meterLog(createLog(writeLog))
  const clock = createStorageClock(log)
  return assembleBroker(config, {
    clock,
    randomness: systemRandomness,
    log,
    credential,
    tables: (tokens) => createTables(config, tokens, { storageClock: clock }),
    vault: (url, tokens) => createVault(createSecretClient(config, tokens, url), log),
    fetch: tracedFetch,
  })
}

/** Wires a broker from settings and from what is outside of its process. */
export function assembleBroker(config: Config, outside: Outside): Broker {
  const { clock, log, randomness } = outside
  const storage = createStorage(config, outside)
  const identity = createIdentity(config, storage, outside)
  const grantServices: GrantServices = { ...storage, clock, randomness, log, config: config.refresh }
  const unfinishedCommits = createUnfinishedCommits(clock)
  const refresher = createRefresher({
    ...grantServices,
    unfinishedCommits,
    environments: storage.environments,
    notes: storage.notes,
    tokenEndpoint: identity.tokenEndpoints,
    vendWaitSeconds: config.vendWaitSeconds,
  })
  const { rowCacheSeconds, tokenMemoryBytes, vendLimitSeconds } = config
  const limits = { rowCacheSeconds, tokenMemoryBytes, vendLimitSeconds }
  const accessTokens = createAccessTokens({ ...grantServices, refresher, ...limits })
  const { accounts, developerTokens } = storage
  const discovering = { ...grantServices, config, accounts, developerTokens, accessTokens }
  const sweeping: SweepDependencies = {
    ...grantServices,
    clock,
    refresher,
    finishAccounts: (name) => finishAccounts({ ...discovering, advertising: identity.advertising }, name),
    isServed: (registration) => identity.signInTable(registration) !== undefined,
    holds: () => readHolds(config, storage.environments),
  }
  const vend = createVend({ config, accessTokens, accounts, developerTokens, clock })
  const callers = createCallers(config, { clock, compareClocks: () => storage.compareClocks() })
  const redeeming = { allowInsecure: config.allowInsecureLoopback, fetch: tracedFetch }
  return {
    config,
    clock,
    randomness,
    log,
    callers,
    secretCallers: createSecretCallers(config, {
      callers,
      clock,
      redeem: (redemption) => redeemSecret(redeeming, redemption),
    }),
    refusedApps: createRefusedApps({ rules: storage.appRules, clock, log }),
    requestLimiter: createRequestLimiter({ clock, limitsOf: () => config.requestLimits }),
    ...storage,
    ...identity,
    grantServices,
    unfinishedCommits,
    refresher,
    sweeping,
    accessTokens,
    vend,
    throttledCalls: createThrottledCalls(clock),
    isCanaryWell: createCanaryHealth(storage.notes, clock),
    recordUsage: meterUsage,
  }
}

function createStorage(config: Config, outside: Outside) {
  const { clock, log, randomness } = outside
  const process = randomness.identifier()
  const judge = createIdentityHealth({ notes: () => notes, clock, log, process })
  const credential = createIdentityTokens(outside.credential, clock, judge)
  const tables = outside.tables(credential)
  const vaultAt = (url: string) => outside.vault(url, credential)
  const main = vaultAt(config.vault.url)
  const writtenVaults = config.vault.grantUrls.map((url) => (url === config.vault.url ? main : vaultAt(url)))
  const readOnlyVaults = config.vault.readOnlyGrantUrls.map((url) => ({ ...vaultAt(url), isReadOnly: true }))
  const grantVaults = [...writtenVaults, ...readOnlyVaults]
  const notes = createNoteTable(tables)
  const secrets = createBrokerSecrets(main, clock)
  const secretHealth = createSecretHealth({ notes, clock, log })
  const developerTokens = createDeveloperTokens({ secrets, secretHealth, clock })
  const developerTokenProofs = createDeveloperTokenProofs({ notes, clock, list: developerTokens.list })
  const sealer = createSealer(async (age) => (await secrets.read(sealingKeysName, age))?.value)
  const stores = {
    vault: createGrantVault(grantVaults, { clock, randomness, log }),
    sealed: createSealedGrants(sealer),
  }
  return {
    credential,
    tables,
    notes,
    secretHealth,
    developerTokens,
    developerTokenProofs,
    vaults: { main, grants: grantVaults },
    tenants: createTenantTable(tables, (tenant) => withPlausibleTimes(tenant, config.refresh, clock.now())),
    accounts: createAccountTable(tables, { clock, randomness }),
    appRules: createAppTable(tables),
    due: createDueTable(tables),
    tenantPages: createTenantPages(tables),
    idleTenants: createIdleTenants(tables),
    oldEvents: createOldEvents(tables),
    storedKinds: createStoredKinds(tables, grantVaults, clock),
    records: createOneTimeTable(tables),
    grantStores: stores,
    grants: combineGrantStores(stores, config.grantStore),
    secrets,
    sealer,
    // Always in the same vault, so one read finds it.
    marks: createDisconnectMarks(
      [writtenVaults[0] ?? main, ...readOnlyVaults],
      clock,
      config.backupRetentionDays * 86_400,
    ),
    ...createStateTable(tables, clock),
    compareClocks: createClockComparison(tables, clock),
  }
}

interface IdentityParts {
  readonly secrets: BrokerSecrets
  readonly secretHealth: SecretHealth
  readonly developerTokens: DeveloperTokens
  readonly developerTokenProofs: DeveloperTokenProofs
  readonly credential: TokenCredential
}

function createIdentity(config: Config, parts: IdentityParts, { clock, fetch }: Outside) {
  const { secrets, secretHealth, developerTokens, developerTokenProofs, credential } = parts
  const signInTable = createSignInTable(config)
  const managements = new Map(
    [...config.environments].map(([name, environmentConfig]) => [
      name,
      withDeveloperTokenFailover(
        withProofs(createCustomerManagement({ environmentConfig, fetch }), name, developerTokenProofs),
        name,
        developerTokens,
      ),
    ]),
  )
  return {
    signInTable,
    idTokens: createIdTokenChecker(config.microsoftPersonalTenant),
    tokenEndpoints: createTokenEndpoints({
      signInTable,
      credentials: createClientCredentials({
        method: config.clientAuthentication,
        secrets,
        secretHealth,
        identityToken: async () => {
          const token = await credential.getToken(`${tokenExchangeAudience}/.default`)
          if (!token) throw new Error('no token')
          return new Secret(token.token)
        },
      }),
      clock,
      timeLimitSeconds: config.refresh.tokenEndpointSeconds,
      allowInsecure: config.allowInsecureLoopback,
      fetch,
    }),
    advertising: (environment: Environment): CustomerManagement => {
      const management = managements.get(environment)
      if (!management) throw new Error(`The environment ${environment} is not served.`)
      return management
    },
  }
}
