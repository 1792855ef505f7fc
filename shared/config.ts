import { type Environment, environments, type IdentityProvider } from './environment.ts'
import { type FunctionsHost, readFunctionsHost } from './functionsHost.ts'
import { environmentSettings } from './settings/environmentSettings.ts'
import { createSettingFault, type SettingFault, SettingsError } from './settings/faults.ts'
import { proxyFaults } from './settings/proxies.ts'
import { type RawSettings, readSetting, readSettings } from './settings/read.ts'
import type { ConfigOf, DraftOf, Setting } from './settings/setting.ts'
import { createUrlSchemas } from './settings/urls.ts'
import { allowInsecureLoopback, brokerSettings } from './settings.ts'

type BrokerSettings = ReturnType<typeof brokerSettings>
type EnvironmentSettings = ReturnType<typeof environmentSettings>

/** One environment's client ids, scope, and hosts. */
export interface EnvironmentConfig extends ConfigOf<EnvironmentSettings> {
  readonly environment: Environment
}

/** The broker's settings, complete, checked, and frozen. Names of time spans include the unit. */
export interface Config extends Omit<ConfigOf<BrokerSettings>, 'environments'> {
  /** Microsoft's; Google's is below it (`identity/redirectUri.ts`). */
  readonly redirectUri: string
  readonly environments: ReadonlyMap<Environment, EnvironmentConfig>
  readonly host: FunctionsHost
}

/** How the broker authenticates as its Microsoft registrations. */
export type ClientAuthentication = Config['clientAuthentication']

/** The destinations of traces and metrics; without one, nothing is sent. */
export type TelemetryConfig = Config['telemetry']

/** The settings of refreshing; in seconds unless the name says otherwise. */
export type RefreshConfig = Config['refresh']

type Draft = DraftOf<BrokerSettings>
type EnvironmentDraft = DraftOf<EnvironmentSettings>
type EnvironmentDrafts = ReadonlyMap<Environment, EnvironmentDraft>

/**
 * Parses all settings together.
 * @param env raw settings, for example `process.env`; copied, never kept.
 * @throws SettingsError naming every missing or malformed setting.
 */
export function parseConfig(env: RawSettings): Config {
  const urls = createUrlSchemas({
    allowsInsecureLoopback: readSetting(allowInsecureLoopback, env, []) ?? false,
  })
  const tree = brokerSettings(urls)
  const faults: SettingFault[] = proxyFaults(env)
  const draft = readSettings(tree, env, faults)
  const served = draft.environments ?? ['production']
  const trees = new Map(served.map((name) => [name, environmentSettings(name, urls)]))
  const drafts = new Map([...trees].map(([name, each]) => [name, readSettings(each, env, faults)]))
  faults.push(
    ...tableFaults(draft, tree),
    ...vaultFaults(draft, tree),
    ...leaseFaults(draft, tree),
    ...sharedFaults(drafts, trees),
  )
  if (faults.length > 0) throw new SettingsError(faults)
  // Without faults, all members of the type are present.
  return deepFreeze({
    ...complete(
      draft as ConfigOf<BrokerSettings>,
      drafts as ReadonlyMap<Environment, ConfigOf<EnvironmentSettings>>,
    ),
    host: readFunctionsHost(env),
  })
}

/** The identity providers that are configured for an environment. */
export function providersOf(config: EnvironmentConfig): IdentityProvider[] {
  return config.google ? ['microsoft', 'google'] : ['microsoft']
}

/** Faults and values that depend on several settings. */
function complete(
  values: ConfigOf<BrokerSettings>,
  served: ReadonlyMap<Environment, ConfigOf<EnvironmentSettings>>,
): Omit<Config, 'host'> {
  const { publicUrl, vault } = values
  return {
    ...values,
    redirectUri: `${publicUrl}/oauth/callback`,
    vault: { ...vault, grantUrls: vault.grantUrls.length > 0 ? vault.grantUrls : [vault.url] },
    environments: new Map([...served].map(([environment, each]) => [environment, { environment, ...each }])),
  }
}

function tableFaults({ tables }: Draft, tree: BrokerSettings): SettingFault[] {
  if (!tables.endpoint !== !tables.connectionString) return []
  return [
    createSettingFault(
      tree.tables.endpoint,
      'set exactly one of TABLES_ENDPOINT and TABLES_CONNECTION_STRING',
    ),
  ]
}

function vaultFaults({ vault }: Draft, tree: BrokerSettings): SettingFault[] {
  const { url, grantUrls = [], readOnlyGrantUrls = [] } = vault
  const written = grantUrls.length > 0 ? grantUrls : [url]
  if (!readOnlyGrantUrls.some((each) => written.includes(each))) return []
  const fault = 'names a vault that gets new grants; take it out of GRANT_VAULT_URLS, which must not be empty'
  return [createSettingFault(tree.vault.readOnlyGrantUrls, fault)]
}

/** The time for reading and storing a grant besides the call; a shorter lease would end before each call. */
const leaseBeyondCallSeconds = 15

function leaseFaults({ refresh }: Draft, tree: BrokerSettings): SettingFault[] {
  const { leaseSeconds, tokenEndpointSeconds } = refresh
  if (leaseSeconds === undefined || tokenEndpointSeconds === undefined) return []
  if (leaseSeconds >= tokenEndpointSeconds + leaseBeyondCallSeconds) return []
  const fault = `must be at least TOKEN_ENDPOINT_SECONDS + ${leaseBeyondCallSeconds}`
  return [createSettingFault(tree.refresh.leaseSeconds, fault)]
}

/** Nothing from one environment is ever sent to the other; a registration for both would have one secret for both. */
function sharedFaults(
  drafts: EnvironmentDrafts,
  trees: ReadonlyMap<Environment, EnvironmentSettings>,
): SettingFault[] {
  const [first, second] = environments.map((name) => ({ values: drafts.get(name), tree: trees.get(name) }))
  if (!first?.values || !first.tree || !second?.values || !second.tree) return []
  const [one, other] = [ownOf(first.values, first.tree), ownOf(second.values, second.tree)]
  return other.flatMap(({ value, setting }, index) =>
    value !== undefined && value === one[index]?.value
      ? createSettingFault(
          setting,
          `is the same as ${one[index].setting.name}; each environment needs its own`,
        )
      : [],
  )
}

/** Values that each environment must have for itself. */
function ownOf(
  { microsoft, google, advertisingUrl }: EnvironmentDraft,
  tree: EnvironmentSettings,
): { readonly value: string | undefined; readonly setting: Setting }[] {
  return [
    { value: microsoft.clientId, setting: tree.microsoft.clientId },
    { value: google?.clientId, setting: tree.google },
    { value: advertisingUrl, setting: tree.advertisingUrl },
  ]
}

/** Freezes a value recursively. In a map, only the values: the map itself is protected only by its type. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
