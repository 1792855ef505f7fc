import * as z from 'zod'
import { environments } from './environment.ts'
import { nextOccurrence, parseNcrontab } from './ncrontab.ts'
import { callerIssuers, json, workspaces } from './settingDocuments.ts'
import { authorityUrl, hostPattern, listOf, originUrl, webUrl } from './settingUrls.ts'

/** One setting of the broker: an application setting on Azure, an environment variable anywhere. */
export interface SettingDefinition<T = unknown> {
  /** Parses the raw string; a default makes the setting optional. */
  readonly schema: z.ZodType<T, string | undefined>
  /** What it is for, in one sentence. */
  readonly meaning: string
  /** A value that would be accepted. */
  readonly example: string
  /** The default as people would write it; absent when the setting is required or simply unset. */
  readonly default?: string
  readonly required?: boolean
  /** Whether spaces and line breaks around it count: the Functions host reads the same setting, and trims nothing. */
  readonly isVerbatim?: boolean
}

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const text = z.string().min(1)
const optionalText = z.string().optional()
const schedule = z.string().superRefine((value, context) => {
  const fault = faultOfSchedule(value)
  if (fault) context.addIssue(fault)
})

/** The broker's settings that are the same whatever environments are served. */
export const settings = {
  PUBLIC_URL: required(
    originUrl(),
    'Where browsers and apps reach the broker; the redirect URI is this plus `/oauth/callback`.',
    'https://broker.example.com',
  ),
  ALLOW_INSECURE_LOOPBACK: withDefault(
    flag,
    'Accepts `http:` where a setting names a loopback host; every other URL in any setting must be `https:`.',
    'false',
    'true',
  ),
  ENVIRONMENTS: withDefault(
    listOf(z.enum(environments)).refine((list) => list.length > 0, 'must name at least one'),
    'The Microsoft Advertising environments served, separated by commas.',
    'production',
    'production,sandbox',
  ),
  TABLES_ENDPOINT: optional(
    webUrl(),
    'Table Storage of the broker, reached with its managed identity. Either this or `TABLES_CONNECTION_STRING`.',
    'https://account.table.core.windows.net',
  ),
  TABLES_CONNECTION_STRING: optional(
    text,
    'Table Storage by connection string instead, e.g. Azurite.',
    'UseDevelopmentStorage=true',
  ),
  TABLES_PREFIX: withDefault(
    z.string().regex(/^([A-Za-z][A-Za-z0-9]{0,20})?$/),
    'Put before every table name, so that several brokers can share an account.',
    '',
    'Blue',
  ),
  KEY_VAULT_URL: required(
    originUrl(),
    'The vault of the broker’s own secrets and sealing keys.',
    'https://broker.vault.azure.net',
  ),
  GRANT_VAULT_URLS: withDefault(
    listOf(originUrl()),
    'The vaults that new grants are spread over, separated by commas; `KEY_VAULT_URL` when empty. Never remove one that grants still name.',
    '',
    'https://grants1.vault.azure.net,https://grants2.vault.azure.net',
  ),
  KEY_VAULT_VERIFY_CHALLENGE_RESOURCE: withDefault(
    flag,
    'Whether a vault’s authentication challenge must name the vault’s own domain.',
    'true',
    'false',
  ),
  AZURE_CLIENT_ID: optional(
    text,
    'Client id of the user-assigned managed identity; the system-assigned one when empty.',
    '3c2f0d6e-0000-0000-0000-000000000000',
  ),
  CLIENT_AUTHENTICATION: withDefault(
    z.enum(['secret', 'certificate', 'managedIdentity']),
    'How the broker authenticates as its Microsoft registrations: a client secret, a certificate’s signature, or the managed identity that a federated credential names. Google always has a secret.',
    'secret',
    'managedIdentity',
  ),
  GRANT_STORE: withDefault(
    z.enum(['vault', 'sealed']),
    'Where new refresh tokens go: a vault secret each, or sealed in the tenant row.',
    'vault',
    'sealed',
  ),
  CALLER_ISSUERS: required(
    json(callerIssuers),
    'Who may issue the apps’ bearer tokens: a JSON list of issuer, JWKS URL, accepted audiences and, unless `RS256`, algorithms. Several issuers each say a `namespace`: it is put before the ids of their apps (`partner:<app id>`), so that only issuers of the same one can name each other’s apps; one may be empty.',
    '[{"issuer":"https://login.microsoftonline.com/<directory-id>/v2.0","jwksUrl":"https://login.microsoftonline.com/<directory-id>/discovery/v2.0/keys","audiences":["api://msads-token-broker"]}]',
  ),
  WORKSPACES: withDefault(
    json(workspaces),
    'Each workspace’s return URLs, the name that its advertisers know it by (`displayName`, on the pages they see) and, where several apps share it, their ids: a JSON list. An app that is in no list has the workspace of its own id; a workspace with listed apps is theirs alone.',
    '[]',
    '[{"workspace":"agency","displayName":"Acme Reports","apps":["<app id>"],"returnUrls":["https://app.example.com/connected"]}]',
  ),
  MICROSOFT_PERSONAL_TENANT: withDefault(
    z.string().regex(/^[A-Za-z0-9.-]+$/),
    'The authority’s path segment that personal accounts are refreshed at.',
    'consumers',
    'common',
  ),
  GOOGLE_AUTHORIZE_URL: withDefault(
    webUrl(),
    'Google’s authorization endpoint.',
    'https://accounts.google.com/o/oauth2/v2/auth',
    'https://accounts.google.com/o/oauth2/v2/auth',
  ),
  GOOGLE_TOKEN_URL: withDefault(
    webUrl(),
    'Google’s token endpoint.',
    'https://oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com/token',
  ),
  GOOGLE_ISSUER: withDefault(
    webUrl(),
    'The issuer in Google’s ID tokens.',
    'https://accounts.google.com',
    'https://accounts.google.com',
  ),
  GOOGLE_JWKS_URL: withDefault(
    webUrl(),
    'The keys that Google’s ID tokens are signed with.',
    'https://www.googleapis.com/oauth2/v3/certs',
    'https://www.googleapis.com/oauth2/v3/certs',
  ),
  REFRESH_SCHEDULE: {
    ...required(
      schedule,
      'When the sweep runs, in UTC: an NCRONTAB expression of six fields, seconds first. Day of month and weekday must both match. The Functions host reads it too, so it has no default here.',
      '0 */5 * * * *',
    ),
    isVerbatim: true,
  },
  REFRESH_POLICY: withDefault(
    z.enum(['active', 'always', 'onDemand']),
    'Which tenants the sweep keeps fresh: those vended lately, all, or none but for keeping grants alive.',
    'active',
    'always',
  ),
  ACTIVE_WINDOW_HOURS: withDefault(
    wholeNumber(1, 24 * 90),
    'A tenant counts as active for so many hours after a vend.',
    '24',
    '48',
  ),
  REFRESH_AHEAD_SECONDS: withDefault(
    wholeNumber(60, 3000),
    'Active tenants are due so many seconds before expiry, and by jitter up to as many seconds sooner.',
    '600',
    '900',
  ),
  KEEP_ALIVE_DAYS: withDefault(
    wholeNumber(1, 60),
    'Idle tenants are refreshed every so many days, so that the grant does not die of inactivity (90 days).',
    '7',
    '14',
  ),
  SWEEP_CONCURRENCY: withDefault(
    wholeNumber(1, 256),
    'Refreshes in flight at once in one sweep.',
    '16',
    '32',
  ),
  SWEEP_SECONDS: withDefault(
    // Five minutes less than the host gives a function (`functionTimeout` in host.json).
    wholeNumber(5, 300),
    'A sweep starts no further refresh after so many seconds; one that `POST /v1/sweeps` runs, after 150.',
    '240',
    '300',
  ),
  SWEEP_HANDOVER_COUNT: withDefault(
    wholeNumber(100, 10_000_000),
    'When more tenants than this are due, the sweep hands them to the queue in chunks.',
    '2000',
    '10000',
  ),
  LEASE_SECONDS: withDefault(
    wholeNumber(30, 300),
    'How long one process may hold a tenant’s refresh; every step within it draws on what is left. At least `TOKEN_ENDPOINT_SECONDS` + 15.',
    '60',
    '90',
  ),
  TOKEN_ENDPOINT_SECONDS: withDefault(
    wholeNumber(1, 30),
    'Time limit of one call to a token endpoint.',
    '10',
    '15',
  ),
  VEND_WAIT_SECONDS: withDefault(
    wholeNumber(1, 100),
    'How long a vend waits for another process’s refresh of the same tenant.',
    '15',
    '20',
  ),
  ROW_CACHE_SECONDS: withDefault(
    wholeNumber(0, 30),
    'How long a process answers from a row it has read; a disconnect is seen everywhere within that time.',
    '30',
    '5',
  ),
  MAX_BODY_BYTES: withDefault(
    wholeNumber(1024, 1_048_576),
    'The largest JSON body that is read.',
    '65536',
    '131072',
  ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: optional(
    text,
    'Application Insights, for traces and metrics, written as the managed identity. The Functions host reads it too.',
    'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    webUrl(),
    'An OpenTelemetry collector, for traces and metrics by OTLP over HTTP. The Functions host reads it too.',
    'https://collector.example.com:4318',
  ),
  OTEL_SERVICE_NAME: withDefault(
    text,
    'What the broker is called in traces and metrics.',
    'msads-token-broker',
    'msads-token-broker-weu',
  ),
  OTEL_METRIC_EXPORT_INTERVAL: withDefault(
    wholeNumber(100, 600_000),
    'Metrics are sent every so many milliseconds.',
    '60000',
    '30000',
  ),
} satisfies Record<string, SettingDefinition>

/** The settings of one environment; each name is prefixed with `PRODUCTION_` or `SANDBOX_`. */
export const environmentSettings = {
  MICROSOFT_CLIENT_ID: required(
    text,
    'Client id of the Entra registration that advertisers consent to.',
    '1f2e3d4c-0000-0000-0000-000000000000',
  ),
  MICROSOFT_AUTHORITY: withDefault(
    authorityUrl(),
    'Where Microsoft users sign in: origin and tenant segment.',
    'https://login.microsoftonline.com/common',
    'https://login.microsoftonline.com/common',
  ),
  MICROSOFT_SCOPE: optional(
    z.url(),
    'The Microsoft Advertising scope; unset means the environment’s documented one (`https://ads.microsoft.com/msads.manage`, sandbox `https://si.ads.microsoft.com/msads.manage`).',
    'https://ads.microsoft.com/msads.manage',
  ),
  GOOGLE_CLIENT_ID: optional(
    text,
    'Client id of the Google OAuth client; without it nobody connects through Google.',
    '1234.apps.googleusercontent.com',
  ),
  ADVERTISING_URL: optional(
    hostPattern(),
    'Pattern of Microsoft Advertising’s hosts; `{host}` stands for clientcenter, campaign, reporting, bulk, adinsight. Unset means the documented ones.',
    'https://{host}.api.bingads.microsoft.com',
  ),
} satisfies Record<string, SettingDefinition>

/** Why the host would not run a schedule, if so. A schedule that is never due it would accept, and wait for ever. */
function faultOfSchedule(value: string): string | undefined {
  const parsed = parseNcrontab(value)
  if (parsed) return nextOccurrence(parsed, new Date(0)) ? undefined : 'is never due: no such date exists'
  return /^\s*-?\d[\d.:]*\s*$/.test(value)
    ? 'is a time span, which Consumption plans do not run; write an NCRONTAB expression'
    : 'is no NCRONTAB expression of six fields, seconds first, with spaces between them and no line break'
}

function required<T>(schema: z.ZodType<T, string>, meaning: string, example: string) {
  return { schema: schema as z.ZodType<T, string | undefined>, meaning, example, required: true }
}

function optional<T>(schema: z.ZodType<T, string>, meaning: string, example: string) {
  return { schema: schema.optional(), meaning, example }
}

function withDefault<T>(schema: z.ZodType<T, string>, meaning: string, defaultText: string, example: string) {
  return {
    schema: optionalText.transform((value) => value ?? defaultText).pipe(schema),
    meaning,
    example,
    default: defaultText,
  }
}

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}
