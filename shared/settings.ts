import * as z from 'zod'
import { type Environment, environments } from './environment.ts'
import { callerIssuers, json, workspaces } from './settings/documents.ts'
import { environmentSettings } from './settings/environmentSettings.ts'
import { personalTenant } from './settings/microsoft.ts'
import { refreshSettings } from './settings/refreshSettings.ts'
import { listSettings, optional, required, type Setting, withDefault } from './settings/setting.ts'
import { telemetrySettings } from './settings/telemetrySettings.ts'
import { createUrlSchemas, type UrlSchemas } from './settings/urls.ts'
import { clientId, flag, listOf, schedule, text, wholeNumber } from './settings/values.ts'

/** Decides what every URL may be, and so is read before the others. */
export const allowInsecureLoopback = withDefault('ALLOW_INSECURE_LOOPBACK', flag, {
  meaning: 'Accepts `http:` where a setting names a loopback host; every other URL must be `https:`.',
  default: 'false',
  example: 'true',
  isLocal: true,
})

/** The settings that are the same whatever environments are served, by where they land in `Config`. */
export const brokerSettings = (urls: UrlSchemas) => ({
  publicUrl: required('PUBLIC_URL', urls.origin, {
    meaning: 'Where browsers and apps reach the broker; the redirect URI is this plus `/oauth/callback`.',
    example: 'https://broker.example.com',
  }),
  allowInsecureLoopback,
  environments: withDefault('ENVIRONMENTS', environmentList, {
    meaning: 'The Microsoft Advertising environments served, separated by commas.',
    default: 'production',
    example: 'production,sandbox',
  }),
  tables: tableSettings(urls),
  vault: vaultSettings(urls),
  managedIdentityClientId: optional('AZURE_CLIENT_ID', clientId, {
    meaning: 'Client id of the user-assigned managed identity; the system-assigned one when empty.',
    example: '00001111-aaaa-2222-bbbb-3333cccc4444',
  }),
  clientAuthentication: withDefault(
    'CLIENT_AUTHENTICATION',
    z.enum(['secret', 'certificate', 'managedIdentity']),
    {
      meaning:
        'How the broker authenticates as its Microsoft registrations: a client secret, a certificate’s signature, or the managed identity that a federated credential names. Google always has a secret.',
      default: 'secret',
      example: 'managedIdentity',
    },
  ),
  grantStore: withDefault('GRANT_STORE', z.enum(['vault', 'sealed']), {
    meaning: 'Where new refresh tokens go: a vault secret each, or sealed in the tenant row.',
    default: 'vault',
    example: 'sealed',
  }),
  callerIssuers: required('CALLER_ISSUERS', json(callerIssuers(urls)), {
    meaning:
      'Who may issue the apps’ bearer tokens: a JSON list of issuer, JWKS URL, accepted audiences and, unless `RS256`, algorithms. Several issuers each say a `namespace`: it is put before the ids of their apps (`partner:<app id>`), so that only issuers of the same one can name each other’s apps; one may be empty.',
    example:
      '[{"issuer":"https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0","jwksUrl":"https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/v2.0/keys","audiences":["api://msads-token-broker"]}]',
  }),
  workspaces: withDefault('WORKSPACES', json(workspaces(urls)), {
    meaning:
      'Each workspace’s return URLs, the name that its advertisers know it by (`displayName`, on the pages they see) and, where several apps share it, their ids: a JSON list. An app that is in no list has the workspace of its own id; a workspace with listed apps is theirs alone.',
    default: '[]',
    example:
      '[{"workspace":"agency","displayName":"Acme Reports","apps":["11112222-bbbb-3333-cccc-4444dddd5555"],"returnUrls":["https://app.example.com/connected"]}]',
  }),
  microsoftPersonalTenant: withDefault('MICROSOFT_PERSONAL_TENANT', personalTenant, {
    meaning: 'The authority’s path segment that personal accounts are refreshed at.',
    default: 'consumers',
    example: 'common',
  }),
  google: googleSettings(urls),
  sweepSchedule: required('REFRESH_SCHEDULE', schedule, {
    meaning:
      'When the sweep runs, in UTC: an NCRONTAB expression of six fields, seconds first. Day of month and weekday must both match. The Functions host reads it too, so it has no default here.',
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
      'How long a vend may take in all, `VEND_WAIT_SECONDS` included; then it answers 503 with `Retry-After`, while a refresh goes on for the next vend.',
    default: '20',
    example: '30',
  }),
  rowCacheSeconds: withDefault('ROW_CACHE_SECONDS', wholeNumber(0, 30), {
    meaning:
      'How long a process answers from a row it has read; a disconnect is seen everywhere within that time.',
    default: '30',
    example: '5',
  }),
  maxBodyBytes: withDefault('MAX_BODY_BYTES', wholeNumber(1024, 1_048_576), {
    meaning: 'The largest JSON body that is read.',
    default: '65536',
    example: '131072',
  }),
  telemetry: telemetrySettings(urls),
})

const environmentList = listOf(z.enum(environments)).refine(
  (list) => list.length > 0,
  'must name at least one',
)

const tableSettings = (urls: UrlSchemas) => ({
  endpoint: optional('TABLES_ENDPOINT', urls.web, {
    meaning: 'Table Storage of the broker, reached with its managed identity.',
    example: 'https://account.table.core.windows.net',
  }),
  connectionString: optional('TABLES_CONNECTION_STRING', text, {
    meaning: 'Table Storage by connection string, e.g. Azurite, instead of `TABLES_ENDPOINT`.',
    example: 'UseDevelopmentStorage=true',
    isLocal: true,
  }),
  prefix: withDefault('TABLES_PREFIX', z.string().regex(/^([A-Za-z][A-Za-z0-9]{0,20})?$/), {
    meaning: 'Put before every table name, so that several brokers can share an account.',
    default: '',
    example: 'Blue',
  }),
})

const vaultSettings = (urls: UrlSchemas) => ({
  url: required('KEY_VAULT_URL', urls.origin, {
    meaning: 'The vault of the broker’s own secrets and sealing keys.',
    example: 'https://broker.vault.azure.net',
  }),
  grantUrls: withDefault('GRANT_VAULT_URLS', listOf(urls.origin), {
    meaning:
      'The vaults that new grants are spread over, separated by commas; `KEY_VAULT_URL` when empty. Never remove one that grants still name.',
    default: '',
    example: 'https://grants1.vault.azure.net,https://grants2.vault.azure.net',
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
    meaning: 'The keys that Google’s ID tokens are signed with.',
    default: 'https://www.googleapis.com/oauth2/v3/certs',
    example: 'https://www.googleapis.com/oauth2/v3/certs',
    isLocal: true,
  }),
})

/** Every setting for the environments served, with all URLs `https:`, e.g. for docs and templates. */
export function allSettings(served: readonly Environment[] = environments): Setting[] {
  const urls = createUrlSchemas({ allowsInsecureLoopback: false })
  const trees = [brokerSettings(urls), ...served.map((name) => environmentSettings(name, urls))]
  return trees.flatMap((tree) => listSettings(tree))
}
