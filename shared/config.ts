import type { z } from 'zod'
import { type Environment, environments, type IdentityProvider } from './environment.ts'
import { type FunctionsHost, readFunctionsHost } from './functionsHost.ts'
import type { CallerIssuer, WorkspaceSettings } from './settingDocuments.ts'
import { environmentSettings, type SettingDefinition, settings } from './settings.ts'

/** Where one environment's users sign in through Microsoft. */
export interface MicrosoftSignInConfig {
  readonly clientId: string
  /** Origin of the authority, e.g. `https://login.microsoftonline.com`. */
  readonly origin: string
  /** The authority's first path segment at sign-in, e.g. `common`. */
  readonly tenant: string
  /** The Microsoft Advertising scope, fully qualified. */
  readonly scope: string
}

/** One environment: its own client ids, scope and hosts. */
export interface EnvironmentConfig {
  readonly environment: Environment
  readonly microsoft: MicrosoftSignInConfig
  readonly google?: { readonly clientId: string }
  /** Pattern of the API hosts with `{host}`. */
  readonly advertisingUrl: string
}

/** How the broker authenticates as its Microsoft registrations. */
export type ClientAuthentication = 'secret' | 'certificate' | 'managedIdentity'

type Plain = { readonly [K in keyof typeof settings]: z.infer<(typeof settings)[K]['schema']> }

/** The broker's settings, whole, checked and frozen. Spans carry their unit in the name. */
export interface Config {
  readonly publicUrl: string
  readonly redirectUri: string
  readonly allowInsecureLoopback: boolean
  readonly tables: { readonly endpoint?: string; readonly connectionString?: string; readonly prefix: string }
  readonly vault: {
    readonly url: string
    readonly grantUrls: readonly string[]
    readonly verifyChallengeResource: boolean
  }
  readonly managedIdentityClientId?: string
  readonly host: FunctionsHost
  readonly clientAuthentication: ClientAuthentication
  readonly grantStore: 'vault' | 'sealed'
  readonly callerIssuers: readonly CallerIssuer[]
  readonly workspaces: readonly WorkspaceSettings[]
  readonly environments: ReadonlyMap<Environment, EnvironmentConfig>
  readonly microsoftPersonalTenant: string
  readonly google: {
    readonly authorizeUrl: string
    readonly tokenUrl: string
    readonly issuer: string
    readonly jwksUrl: string
  }
  readonly refresh: RefreshConfig
  /** When the sweep runs: NCRONTAB with seconds, UTC. The host keeps it; the broker only tells it. */
  readonly sweepSchedule: string
  readonly rowCacheSeconds: number
  readonly vendWaitSeconds: number
  readonly maxBodyBytes: number
  readonly telemetry: TelemetryConfig
}

/** Where traces and metrics go; nowhere without a destination. */
export interface TelemetryConfig {
  readonly serviceName: string
  readonly insightsConnectionString?: string
  /** Base URL, below which `/v1/traces` and `/v1/metrics` are. */
  readonly otlpEndpoint?: string
  readonly metricIntervalMilliseconds: number
}

/** What governs refreshing; seconds unless the name says otherwise. */
export interface RefreshConfig {
  readonly policy: 'active' | 'always' | 'onDemand'
  readonly activeWindowSeconds: number
  readonly aheadSeconds: number
  readonly keepAliveSeconds: number
  readonly sweepConcurrency: number
  readonly sweepSeconds: number
  readonly sweepHandoverCount: number
  readonly leaseSeconds: number
  readonly tokenEndpointSeconds: number
}

/** The fault of a required setting that is not there. */
export const settingIsMissing = 'is missing'

/** One thing that is wrong with the settings. */
export interface SettingFault {
  readonly setting: string
  readonly fault: string
  readonly meaning: string
  readonly example: string
}

/** All that is wrong with the settings, at once. Values are never part of the message. */
export class SettingsError extends Error {
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(
      (f) => `  ${f.setting}: ${f.fault}\n      ${f.meaning}\n      For example: ${f.setting}=${f.example}`,
    )
    super(`The broker cannot start: ${faults.length} setting(s) need attention.\n${lines.join('\n')}`)
    this.name = 'SettingsError'
    this.faults = faults
  }
}

/** The documented scope of each environment (authentication-oauth-consent.md; sandbox: Python SDK 13.0.25). */
const documentedScope: Record<Environment, string> = {
  production: 'https://ads.microsoft.com/msads.manage',
  sandbox: 'https://si.ads.microsoft.com/msads.manage',
}

/** The documented API hosts (every REST reference page of `advertising/bingads-13`). */
const documentedAdvertisingUrl: Record<Environment, string> = {
  production: 'https://{host}.api.bingads.microsoft.com',
  sandbox: 'https://{host}.api.sandbox.bingads.microsoft.com',
}

/**
 * Parses all settings at once.
 * @param env raw settings, e.g. `process.env`; copied, never kept.
 * @throws SettingsError naming every missing or malformed setting.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: SettingFault[] = []
  const values = readAll(settings, '', env, faults) as Plain
  const served = values.ENVIRONMENTS ?? ['production']
  const environmentConfigs = new Map(served.map((name) => [name, environmentConfig(name, env, faults)]))
  if (!values.TABLES_ENDPOINT === !values.TABLES_CONNECTION_STRING) {
    faults.push(
      faultOf(
        'TABLES_ENDPOINT',
        settings.TABLES_ENDPOINT,
        'set exactly one of TABLES_ENDPOINT and TABLES_CONNECTION_STRING',
      ),
    )
  }
  faults.push(...shortLease(values), ...insecureUrls(values, environmentConfigs, env))
  faults.push(...sharedClients(environmentConfigs))
  if (faults.length > 0) throw new SettingsError(faults)
  return deepFreeze({ ...toConfig(values, environmentConfigs), host: readFunctionsHost(env) })
}

/** The names of every setting for the environments served, e.g. for docs and templates. */
export function settingNames(served: readonly Environment[] = environments): string[] {
  const perEnvironment = served.flatMap((e) =>
    Object.keys(environmentSettings).map((name) => settingName(e, name)),
  )
  return [...Object.keys(settings), ...perEnvironment]
}

/** Which identity providers an environment has been set up for. */
export function providersOf(config: EnvironmentConfig): IdentityProvider[] {
  return config.google ? ['microsoft', 'google'] : ['microsoft']
}

function settingName(environment: Environment, name: string): string {
  return `${environment.toUpperCase()}_${name}`
}

function readAll(
  definitions: Record<string, SettingDefinition>,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
  faults: SettingFault[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(definitions)) {
    const trimmed = env[prefix + name]?.trim()
    // An application setting that is present and empty means "unset" in the portal and in Bicep.
    const raw = (definition.isVerbatim && trimmed ? env[prefix + name] : trimmed) || undefined
    const parsed = definition.schema.safeParse(raw)
    if (parsed.success) values[name] = parsed.data
    else
      faults.push(
        faultOf(prefix + name, definition, raw === undefined ? settingIsMissing : messageOf(parsed.error)),
      )
  }
  return values
}

function messageOf(error: z.ZodError): string {
  return error.issues.map((i) => [i.path.join('.'), i.message].filter(Boolean).join(': ')).join('; ')
}

function faultOf(setting: string, definition: SettingDefinition, fault: string): SettingFault {
  return { setting, fault, meaning: definition.meaning, example: definition.example }
}

function environmentConfig(
  environment: Environment,
  env: Readonly<Record<string, string | undefined>>,
  faults: SettingFault[],
): EnvironmentConfig {
  const values = readAll(environmentSettings, settingName(environment, ''), env, faults) as {
    [K in keyof typeof environmentSettings]?: string
  }
  const authority = new URL(values.MICROSOFT_AUTHORITY ?? 'https://login.microsoftonline.com/common')
  return {
    environment,
    microsoft: {
      clientId: values.MICROSOFT_CLIENT_ID ?? '',
      origin: authority.origin,
      tenant: authority.pathname.split('/')[1] || 'common',
      scope: values.MICROSOFT_SCOPE ?? documentedScope[environment],
    },
    ...(values.GOOGLE_CLIENT_ID && { google: { clientId: values.GOOGLE_CLIENT_ID } }),
    advertisingUrl: values.ADVERTISING_URL ?? documentedAdvertisingUrl[environment],
  }
}

/** What reading and keeping a grant need beside the call; a lease that is shorter would end before each call. */
const leaseBeyondCallSeconds = 15

function shortLease({ LEASE_SECONDS: lease, TOKEN_ENDPOINT_SECONDS: call }: Partial<Plain>): SettingFault[] {
  if (lease === undefined || call === undefined || lease >= call + leaseBeyondCallSeconds) return []
  const fault = `must be at least TOKEN_ENDPOINT_SECONDS + ${leaseBeyondCallSeconds}`
  return [faultOf('LEASE_SECONDS', settings.LEASE_SECONDS, fault)]
}

function insecureUrls(
  values: Partial<Plain>,
  served: ReadonlyMap<Environment, EnvironmentConfig>,
  env: Readonly<Record<string, string | undefined>>,
): SettingFault[] {
  const named = Object.entries({ ...settings, ...prefixedDefinitions(served) }).filter(([name]) =>
    /URL|ENDPOINT|AUTHORITY|ISSUERS?$|WORKSPACES/.test(name),
  )
  return named.flatMap(([name, definition]) => {
    const bad = (env[name]?.match(/http:\/\/[^"',\s]+/gi) ?? []).filter(
      (url) => !(values.ALLOW_INSECURE_LOOPBACK && isLoopbackUrl(url)),
    )
    return bad.length === 0
      ? []
      : [
          faultOf(
            name,
            definition,
            'must be https (http only for loopback hosts, with ALLOW_INSECURE_LOOPBACK)',
          ),
        ]
  })
}

/** Nothing of one environment is ever sent to the other; one registration for both would have one secret for both. */
function sharedClients(served: ReadonlyMap<Environment, EnvironmentConfig>): SettingFault[] {
  const [first, ...others] = [...served.values()]
  return others.flatMap((other) => {
    const shared = {
      MICROSOFT_CLIENT_ID:
        other.microsoft.clientId !== '' && other.microsoft.clientId === first?.microsoft.clientId,
      GOOGLE_CLIENT_ID: other.google !== undefined && other.google.clientId === first?.google?.clientId,
    }
    const names = (Object.keys(shared) as (keyof typeof shared)[]).filter((name) => shared[name])
    return names.map((name) => {
      const fault = `is the same as ${settingName(first!.environment, name)}; each environment has its own`
      return faultOf(settingName(other.environment, name), environmentSettings[name], fault)
    })
  })
}

/** Freezes a value with all that is in it; of a map the values, for a map itself is held by its type alone. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

function prefixedDefinitions(
  served: ReadonlyMap<Environment, EnvironmentConfig>,
): Record<string, SettingDefinition> {
  return Object.fromEntries(
    [...served.keys()].flatMap((e) =>
      Object.entries(environmentSettings).map(([name, d]) => [settingName(e, name), d]),
    ),
  )
}

/** Whether a URL names this machine itself (RFC 8252, section 7.3). */
export function isLoopbackUrl(url: string): boolean {
  const host = URL.parse(url.replace('{host}', 'host'))?.hostname ?? ''
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function toConfig(values: Plain, served: ReadonlyMap<Environment, EnvironmentConfig>): Omit<Config, 'host'> {
  return {
    publicUrl: values.PUBLIC_URL,
    redirectUri: `${values.PUBLIC_URL}/oauth/callback`,
    allowInsecureLoopback: values.ALLOW_INSECURE_LOOPBACK,
    tables: {
      prefix: values.TABLES_PREFIX,
      ...(values.TABLES_ENDPOINT && { endpoint: values.TABLES_ENDPOINT }),
      ...(values.TABLES_CONNECTION_STRING && { connectionString: values.TABLES_CONNECTION_STRING }),
    },
    vault: {
      url: values.KEY_VAULT_URL,
      grantUrls: values.GRANT_VAULT_URLS.length > 0 ? values.GRANT_VAULT_URLS : [values.KEY_VAULT_URL],
      verifyChallengeResource: values.KEY_VAULT_VERIFY_CHALLENGE_RESOURCE,
    },
    ...(values.AZURE_CLIENT_ID && { managedIdentityClientId: values.AZURE_CLIENT_ID }),
    clientAuthentication: values.CLIENT_AUTHENTICATION,
    grantStore: values.GRANT_STORE,
    callerIssuers: values.CALLER_ISSUERS,
    workspaces: values.WORKSPACES,
    environments: served,
    microsoftPersonalTenant: values.MICROSOFT_PERSONAL_TENANT,
    google: {
      authorizeUrl: values.GOOGLE_AUTHORIZE_URL,
      tokenUrl: values.GOOGLE_TOKEN_URL,
      issuer: values.GOOGLE_ISSUER,
      jwksUrl: values.GOOGLE_JWKS_URL,
    },
    refresh: toRefreshConfig(values),
    sweepSchedule: values.REFRESH_SCHEDULE,
    rowCacheSeconds: values.ROW_CACHE_SECONDS,
    vendWaitSeconds: values.VEND_WAIT_SECONDS,
    maxBodyBytes: values.MAX_BODY_BYTES,
    telemetry: toTelemetryConfig(values),
  }
}

function toTelemetryConfig(values: Plain): TelemetryConfig {
  const insightsConnectionString = values.APPLICATIONINSIGHTS_CONNECTION_STRING
  const otlpEndpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT
  return {
    serviceName: values.OTEL_SERVICE_NAME,
    metricIntervalMilliseconds: values.OTEL_METRIC_EXPORT_INTERVAL,
    ...(insightsConnectionString && { insightsConnectionString }),
    ...(otlpEndpoint && { otlpEndpoint }),
  }
}

function toRefreshConfig(values: Plain): RefreshConfig {
  return {
    policy: values.REFRESH_POLICY,
    activeWindowSeconds: values.ACTIVE_WINDOW_HOURS * 3600,
    aheadSeconds: values.REFRESH_AHEAD_SECONDS,
    keepAliveSeconds: values.KEEP_ALIVE_DAYS * 86_400,
    sweepConcurrency: values.SWEEP_CONCURRENCY,
    sweepSeconds: values.SWEEP_SECONDS,
    sweepHandoverCount: values.SWEEP_HANDOVER_COUNT,
    leaseSeconds: values.LEASE_SECONDS,
    tokenEndpointSeconds: values.TOKEN_ENDPOINT_SECONDS,
  }
}
