import * as z from 'zod'
import { type Environment, environments } from './environment.ts'
import { backupSettings } from './settings/backupSettings.ts'
import { callerIssuers } from './settings/callerIssuers.ts'
import { canaryTenant } from './settings/canaryTenant.ts'
import { json, workspaces } from './settings/documents.ts'
import { environmentSettings } from './settings/environmentSettings.ts'
import { personalTenant } from './settings/microsoft.ts'
import { refreshSettings } from './settings/refreshSettings.ts'
import { requestLimits } from './settings/requestLimits.ts'
import { retentionSettings } from './settings/retentionSettings.ts'
import { listSettings, optional, required, type Setting, withDefault } from './settings/setting.ts'
import { telemetrySettings } from './settings/telemetrySettings.ts'
import { createUrlSchemas, type UrlSchemas } from './settings/urls.ts'
import { clientId, flag, listOf, schedule, text, wholeNumber } from './settings/values.ts'

/** Read before the others, because it decides which URLs are allowed. */
export const allowInsecureLoopback = withDefault('ALLOW_INSECURE_LOOPBACK', flag, {
  meaning: 'Allows `http:` for loopback hosts. Every other URL must be `https:`.',
  default: 'false',
  example: 'true',
  isLocal: true,
})

/** Used also by a command that runs before a broker has settings. */
export const secretExpiryDays = withDefault('SECRET_EXPIRY_DAYS', wholeNumber(1, 3650), {
  meaning:
    'How many days after it is written a secret of the broker’s own making expires: the sealing keys and the probe of `/ready`. Azure Policy can demand an expiry date. Nothing stops working on it, because Key Vault returns expired secrets. The secrets of grants expire after 90 days, and refreshes renew them in time.',
  default: '365',
  example: '180',
})

/** The settings that don't depend on the environments, by their place in `Config`. */
export const brokerSettings = (urls: UrlSchemas) => ({
  publicUrl: required('PUBLIC_URL', urls.origin, {
    meaning:
      'The URL at which browsers and apps reach the broker. The redirect URIs are this URL plus `/oauth/callback` for Microsoft, and plus `/oauth/callback/google` for Google.',
    example: 'https://broker.example.com',
  }),
  allowInsecureLoopback,
  environments: withDefault('ENVIRONMENTS', environmentList, {
    meaning: 'The Microsoft Advertising environments to serve, separated by commas.',
    default: 'production',
    example: 'production,sandbox',
  }),
  tables: tableSettings(urls),
  vault: vaultSettings(urls),
  managedIdentityClientId: optional('AZURE_CLIENT_ID', clientId, {
    meaning:
      'Client ID of the user-assigned managed identity. When empty, the broker uses the system-assigned identity.',
    example: '00001111-aaaa-2222-bbbb-3333cccc4444',
  }),
  clientAuthentication: withDefault(
    'CLIENT_AUTHENTICATION',
    z.enum(['secret', 'certificate', 'managedIdentity']),
    {
      meaning:
        'How the broker authenticates as its Microsoft registrations: with a client secret, a certificate, or a managed identity through a federated credential. Google always uses a secret.',
      default: 'secret',
      example: 'managedIdentity',
    },
  ),
  grantStore: withDefault('GRANT_STORE', z.enum(['vault', 'sealed']), {
    meaning:
      'Where new refresh tokens are stored: each in its own vault secret, or sealed in the tenant row.',
    default: 'vault',
    example: 'sealed',
  }),
  backupRetentionDays: withDefault('BACKUP_RETENTION_DAYS', wholeNumber(14, 3650), {
    meaning:
      'How many days the oldest backup of the tables is kept. For this time, a restored backup can’t undo a disconnect. The default is how long a Microsoft refresh token lives without use, and how long a deleted vault secret can be recovered.',
    default: '90',
    example: '365',
  }),
  backup: backupSettings(urls),
  secretExpiryDays,
  retention: retentionSettings,
  callerIssuers: required('CALLER_ISSUERS', json(callerIssuers(urls)), {
    meaning:
      'The trusted issuers of apps’ bearer tokens: a JSON list. An entry names an Entra directory (`authority`), which covers both versions of its tokens, or any issuer (`issuer`) and the URL of its keys (`jwksUrl`), which covers exactly that issuer; then the accepted audiences, and, if not `RS256`, algorithms. With several entries, each needs a `namespace`, which prefixes the IDs of its apps (`partner:<app id>`). Only issuers that share a namespace can name each other’s apps. One namespace may be empty. `subjects` lists the `sub` values that are apps, with their roles, for issuers whose tokens name no client. `tokenUrl` is the token endpoint of an issuer that isn’t an Entra directory, for tools that only have a client secret (docs/tools.md). Examples: docs/caller-tokens.md.',
    example:
      '[{"authority":"https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee","audiences":["00001111-aaaa-2222-bbbb-3333cccc4444","api://00001111-aaaa-2222-bbbb-3333cccc4444"]}]',
  }),
  callerTokenMaxAgeSeconds: withDefault('CALLER_TOKEN_MAX_AGE_SECONDS', tokenAge, {
    meaning:
      'The longest age of an app’s bearer token, counted from `iat`; `0` means until the token expires. Managed identities keep their tokens for about 24 hours and can’t get new ones earlier, so a limit below that refuses their calls for the rest of that time. Other apps of Entra get tokens for 60 to 90 minutes. See docs/calling.md.',
    default: '0',
    example: '7200',
  }),
  workspaces: withDefault('WORKSPACES', json(workspaces(urls)), {
    meaning:
      'A JSON list of workspaces. Each has its return URLs, the name that advertisers see on the broker’s pages (`displayName`), and, if several apps share it, their IDs. An app that isn’t listed gets a workspace named after its own ID. A workspace with listed apps belongs to them alone.',
    default: '[]',
    example:
      '[{"workspace":"agency","displayName":"Acme Reports","apps":["11112222-bbbb-3333-cccc-4444dddd5555"],"returnUrls":["https://app.example.com/connected"]}]',
  }),
  microsoftPersonalTenant: withDefault('MICROSOFT_PERSONAL_TENANT', personalTenant, {
    meaning:
      'The authority’s path segment at which personal accounts are refreshed, if their first refresh works there.',
    default: 'consumers',
    example: 'common',
  }),
  google: googleSettings(urls),
  sweepSchedule: required('REFRESH_SCHEDULE', schedule, {
    meaning:
      'When the sweep runs, in UTC: an NCRONTAB expression with six fields, seconds first. Day of month and weekday must both match. The Functions host reads this setting too, so it has no default here.',
    example: '0 */5 * * * *',
    isVerbatim: true,
  }),
  refresh: refreshSettings,
  vendWaitSeconds: withDefault('VEND_WAIT_SECONDS', wholeNumber(1, 100), {
    meaning: 'How long a vend waits for another process’s refresh of the same tenant.',
    default: '15',
    example: '20',
  }),
  vendLimitSeconds: withDefault('VEND_LIMIT_SECONDS', wholeNumber(5, 200), {
    meaning:
      'The most time for a vend, including `VEND_WAIT_SECONDS`. After that it answers 503 with `Retry-After`, and a running refresh continues for the next vend.',
    default: '20',
    example: '30',
  }),
  callbackSeconds: withDefault('CALLBACK_SECONDS', wholeNumber(15, 120), {
    meaning:
      'The time after which a person who has signed in is sent back, unless storage is busy. Accounts that aren’t read or stored by then are finished in the background.',
    default: '30',
    example: '45',
  }),
  rowCacheSeconds: withDefault('ROW_CACHE_SECONDS', wholeNumber(0, 30), {
    meaning:
      'How long a process can answer from a row it has read. Every process notices a disconnect within this time.',
    default: '30',
    example: '5',
  }),
  tokenMemoryBytes: optional('TOKEN_MEMORY_BYTES', wholeNumber(1_048_576, 4_294_967_296), {
    meaning:
      'The most memory in which a process keeps opened access tokens and what vends need of their rows; an active tenant takes 3 to 4 KB. Beyond that, the least recently used ones are dropped and read again. When empty, a quarter of the heap that Node.js allows itself, which follows from the instance’s memory: some 260 MB of 2,048. See docs/scale.md.',
    example: '134217728',
  }),
  maxBodyBytes: withDefault('MAX_BODY_BYTES', wholeNumber(1024, 1_048_576), {
    meaning:
      'The largest JSON body that the broker reads, except of a choice of accounts (256 KiB) and a diagnosis (1 MiB).',
    default: '65536',
    example: '131072',
  }),
  downloads: {
    largestBytes: withDefault('LARGEST_DOWNLOAD_BYTES', wholeNumber(0, 4_294_967_295), {
      meaning:
        'The largest file of a download, compressed, that the broker reads. For a larger one, it answers with Microsoft’s own address. Unpacked, a report can have 20 times as many bytes, and a file of entities 50 times. See docs/downloads.md.',
      default: '100000000',
      example: '20000000',
    }),
    hosts: withDefault('DOWNLOAD_HOSTS', listOf(hostName), {
      meaning:
        'The hosts from which the broker reads files of downloads, besides the Reporting and Bulk services’ own, separated by commas. For any other, it answers with Microsoft’s own address.',
      default: 'bingadsappsstorageprod.blob.core.windows.net,download.api.bingads.microsoft.com',
      example: 'bingadsappsstorageprod.blob.core.windows.net',
    }),
  },
  requestLimits: withDefault('REQUEST_LIMITS', json(requestLimits), {
    meaning:
      'How many requests of each kind are allowed to one app, to all apps of one workspace, and for one tenant: at once, and then per minute or hour. A JSON object; what it leaves out keeps its default. Each process counts for itself. See docs/security.md.',
    default: JSON.stringify(requestLimits.parse({})),
    example: '{"grantsPerMinute":{"app":1200,"workspace":2400},"tenantsPerHour":{"app":10000}}',
  }),
  canary: optional('CANARY_TENANT', canaryTenant, {
    meaning:
      'A tenant of your own for the canary: its workspace, a slash, and its ID. Every five minutes the broker vends for it and asks Microsoft Advertising who it is, and `GET /health/canary` answers whether that worked. When empty, there is no canary.',
    example: 'agency/canary',
  }),
  telemetry: telemetrySettings(urls),
})

const environmentList = listOf(z.enum(environments)).refine(
  (list) => list.length > 0,
  'must list at least one',
)

/** A host without port, in lower case. */
const hostName = z.string().regex(/^[a-z0-9][a-z0-9.-]+$/, 'must be hosts in lower case, without ports')

/** At most the 28 hours of Entra's longest access tokens (entra/identity/conditional-access/concept-continuous-access-evaluation). */
const tokenAge = wholeNumber(0, 100_800).refine(
  (seconds) => seconds === 0 || seconds >= 300,
  'must be 0, or at least 300',
)

const tableSettings = (urls: UrlSchemas) => ({
  endpoint: optional('TABLES_ENDPOINT', urls.web, {
    meaning: 'The broker’s Table Storage, accessed with its managed identity.',
    example: 'https://account.table.core.windows.net',
  }),
  connectionString: optional('TABLES_CONNECTION_STRING', text, {
    meaning: 'Table Storage by connection string (for example, Azurite) instead of `TABLES_ENDPOINT`.',
    example: 'UseDevelopmentStorage=true',
    isLocal: true,
  }),
  prefix: withDefault('TABLES_PREFIX', z.string().regex(/^([A-Za-z][A-Za-z0-9]{0,20})?$/), {
    meaning: 'A prefix for every table name, so that several brokers can share a storage account.',
    default: '',
    example: 'Blue',
  }),
})

const vaultSettings = (urls: UrlSchemas) => ({
  url: required('KEY_VAULT_URL', urls.origin, {
    meaning: 'The vault for the broker’s own secrets and sealing keys.',
    example: 'https://broker.vault.azure.net',
  }),
  grantUrls: withDefault('GRANT_VAULT_URLS', listOf(urls.origin), {
    meaning:
      'The vaults among which new grants are distributed, separated by commas. When empty, `KEY_VAULT_URL` is used. Never remove a vault that still holds grants. The first one also holds the marks of disconnects, so add new vaults after it.',
    default: '',
    example: 'https://grants1.vault.azure.net,https://grants2.vault.azure.net',
  }),
  readOnlyGrantUrls: withDefault('READ_ONLY_GRANT_VAULT_URLS', listOf(urls.origin), {
    meaning:
      'Vaults that hold grants and accept no new ones, separated by commas: those of a lost region, or of a broker that you move away from. Their grants are used, move to `GRANT_VAULT_URLS` at their next refresh, and are destroyed here where possible; marks of disconnects are read. Before you remove one, run `npm run migrate-grants -- --to vault` until it counts only `already_there` and `no_grant`, and wait `BACKUP_RETENTION_DAYS` for the marks.',
    default: '',
    example: 'https://grants1.vault.azure.net',
  }),
  verifyChallengeResource: withDefault('KEY_VAULT_VERIFY_CHALLENGE_RESOURCE', flag, {
    meaning: 'Whether a vault’s authentication challenge must name the vault’s own domain.',
    default: 'true',
    example: 'false',
    isLocal: true,
  }),
})

const googleSettings = (urls: UrlSchemas) => ({
  authorizeUrl: withDefault('GOOGLE_AUTHORIZE_URL', urls.web, {
    meaning: 'Google’s authorization endpoint.',
    default: 'https://accounts.google.com/o/oauth2/v2/auth',
    example: 'https://accounts.google.com/o/oauth2/v2/auth',
    isLocal: true,
  }),
  tokenUrl: withDefault('GOOGLE_TOKEN_URL', urls.web, {
    meaning: 'Google’s token endpoint.',
    default: 'https://oauth2.googleapis.com/token',
    example: 'https://oauth2.googleapis.com/token',
    isLocal: true,
  }),
  issuer: withDefault('GOOGLE_ISSUER', urls.origin, {
    meaning: 'The issuer in Google’s ID tokens.',
    default: 'https://accounts.google.com',
    example: 'https://accounts.google.com',
    isLocal: true,
  }),
  jwksUrl: withDefault('GOOGLE_JWKS_URL', urls.web, {
    meaning: 'The keys that sign Google’s ID tokens.',
    default: 'https://www.googleapis.com/oauth2/v3/certs',
    example: 'https://www.googleapis.com/oauth2/v3/certs',
    isLocal: true,
  }),
})

/** Every setting for the given environments, with all URLs `https:`, for example for docs and templates. */
export function allSettings(served: readonly Environment[] = environments): Setting[] {
  const urls = createUrlSchemas({ allowsInsecureLoopback: false })
  const trees = [brokerSettings(urls), ...served.map((name) => environmentSettings(name, urls))]
  return trees.flatMap((tree) => listSettings(tree))
}
