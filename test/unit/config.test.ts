import { describe, expect, test } from 'vitest'
import { addSeconds, systemClock } from '../../shared/clock.ts'
import { parseConfig } from '../../shared/config.ts'
import { createLeaseTime } from '../../shared/refresh/leaseTime.ts'
import { SettingsError } from '../../shared/settings/faults.ts'
import { isLoopbackUrl } from '../../shared/settings/urls.ts'
import { allSettings } from '../../shared/settings.ts'

const exampleOf = (setting: string) => allSettings().find(({ name }) => name === setting)?.example

const least = {
  PUBLIC_URL: 'https://broker.example.com/',
  TABLES_ENDPOINT: 'https://account.table.core.windows.net',
  KEY_VAULT_URL: 'https://broker.vault.azure.net',
  CALLER_ISSUERS: exampleOf('CALLER_ISSUERS'),
  REFRESH_SCHEDULE: '0 */5 * * * *',
  PRODUCTION_MICROSOFT_CLIENT_ID: '00001111-aaaa-2222-bbbb-3333cccc4444',
}

const workspace = (...list: object[]) => JSON.stringify(list.map((each) => ({ workspace: 'd', ...each })))
const issuers = (...list: object[]) =>
  JSON.stringify(
    list.map((each) => ({
      issuer: 'https://a.example',
      jwksUrl: 'https://a.example/k',
      audiences: ['a'],
      ...each,
    })),
  )

function faultsOf(env: Record<string, string | undefined>) {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
  throw new Error('the settings were accepted')
}
const namesOf = (env: Record<string, string | undefined>) =>
  faultsOf(env).faults.map(({ setting }) => setting)

describe('settings at startup', () => {
  test('need only those without a default', () => {
    const config = parseConfig(least)
    expect(config.redirectUri).toBe('https://broker.example.com/oauth/callback')
    expect(config.environments.get('production')?.microsoft).toMatchObject({
      authority: { origin: 'https://login.microsoftonline.com', tenant: 'common' },
      scope: 'https://ads.microsoft.com/msads.manage',
    })
    expect(config.refresh.keepAliveSeconds).toBe(7 * 86_400)
  })

  test('are frozen at every depth', () => {
    const open: string[] = []
    const walk = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return
      if (!Object.isFrozen(value)) open.push(path)
      const inner = value instanceof Map ? [...value] : Object.entries(value)
      for (const [name, each] of inner) walk(each, `${path}.${name}`)
    }
    walk(parseConfig({ ...least, WORKSPACES: exampleOf('WORKSPACES') }), 'config')
    expect(open).toEqual([])
  })

  test('that are missing are all named together, each with its purpose and an example', () => {
    const { faults, message } = faultsOf({})
    expect(faults.map(({ setting }) => setting)).toEqual(
      expect.arrayContaining([
        'PUBLIC_URL',
        'KEY_VAULT_URL',
        'CALLER_ISSUERS',
        'REFRESH_SCHEDULE',
        'PRODUCTION_MICROSOFT_CLIENT_ID',
        'TABLES_ENDPOINT',
      ]),
    )
    for (const { setting, meaning, example } of faults) {
      expect(message).toContain(meaning)
      expect(message).toContain(`${setting}=${example}`)
    }
  })

  test('that are malformed are named together with those that are missing', () => {
    const env = { ...least, SWEEP_CONCURRENCY: 'many', CALLER_ISSUERS: '{', KEY_VAULT_URL: undefined }
    expect(namesOf(env).sort()).toEqual(['CALLER_ISSUERS', 'KEY_VAULT_URL', 'SWEEP_CONCURRENCY'])
  })

  test('never show a value in the message', () => {
    const env = {
      ...least,
      TABLES_ENDPOINT: undefined,
      TABLES_CONNECTION_STRING: '',
      ENVIRONMENTS: 'top-secret',
    }
    expect(faultsOf(env).message).not.toContain('top-secret')
  })

  test('that are empty count as unset', () => {
    expect(parseConfig({ ...least, SWEEP_SECONDS: '', AZURE_CLIENT_ID: ' ' })).not.toHaveProperty(
      'managedIdentityClientId',
    )
  })

  test('name exactly one kind of access to the tables', () => {
    const both = { ...least, TABLES_CONNECTION_STRING: 'UseDevelopmentStorage=true' }
    expect(namesOf(both)).toEqual(['TABLES_ENDPOINT'])
    expect(namesOf({ ...least, TABLES_ENDPOINT: undefined })).toEqual(['TABLES_ENDPOINT'])
  })

  test('leave a lease room for more than the call', () => {
    expect(namesOf({ ...least, LEASE_SECONDS: '30', TOKEN_ENDPOINT_SECONDS: '16' })).toEqual([
      'LEASE_SECONDS',
    ])
    const { refresh } = parseConfig({ ...least, LEASE_SECONDS: '30', TOKEN_ENDPOINT_SECONDS: '15' })
    const now = new Date()
    const time = createLeaseTime({ ...systemClock, now: () => now }, refresh, addSeconds(now, 30))
    expect(time.allowsCall()).toBe(true)
  })

  test('are required only for the configured environments', () => {
    expect(namesOf({ ...least, ENVIRONMENTS: 'production,sandbox' })).toEqual(['SANDBOX_MICROSOFT_CLIENT_ID'])
    const sandbox = {
      ...least,
      ENVIRONMENTS: 'sandbox',
      SANDBOX_MICROSOFT_CLIENT_ID: '22223333-cccc-4444-dddd-5555eeee6666',
    }
    expect(parseConfig(sandbox).environments.get('sandbox')).toMatchObject({
      microsoft: { scope: 'https://si.ads.microsoft.com/msads.manage' },
      advertisingUrl: 'https://{host}.api.sandbox.bingads.microsoft.com',
    })
  })

  test('allow only https in every URL', () => {
    const env = {
      ...least,
      PUBLIC_URL: 'http://broker.example.com',
      CALLER_ISSUERS: '[{"issuer":"https://i.example","jwksUrl":"http://i.example/keys","audiences":["a"]}]',
      PRODUCTION_MICROSOFT_AUTHORITY: 'http://login.example/common',
    }
    expect(namesOf(env).sort()).toEqual(['CALLER_ISSUERS', 'PRODUCTION_MICROSOFT_AUTHORITY', 'PUBLIC_URL'])
  })

  test('allow http on loopback, if they say so', () => {
    const env = { ...least, PUBLIC_URL: 'http://127.0.0.1:7071' }
    expect(namesOf(env)).toEqual(['PUBLIC_URL'])
    expect(parseConfig({ ...env, ALLOW_INSECURE_LOOPBACK: 'true' }).publicUrl).toBe('http://127.0.0.1:7071')
    const elsewhere = { ...env, ALLOW_INSECURE_LOOPBACK: 'true', KEY_VAULT_URL: 'http://vault.example' }
    expect(namesOf(elsewhere)).toEqual(['KEY_VAULT_URL'])
  })

  test.each<[string, Record<string, string>, string]>([
    ['of another scheme', { PUBLIC_URL: 'ftp://x.example' }, 'PUBLIC_URL'],
    ['with a path', { PUBLIC_URL: 'https://x.example/some/path' }, 'PUBLIC_URL'],
    ['with a query', { PUBLIC_URL: 'https://x.example?q=1' }, 'PUBLIC_URL'],
    ['with credentials', { PUBLIC_URL: 'https://user:secret@x.example' }, 'PUBLIC_URL'],
    ['insecure in capitals', { PUBLIC_URL: 'HTTP://x.example' }, 'PUBLIC_URL'],
    ['that is not a URL', { PUBLIC_URL: 'x.example' }, 'PUBLIC_URL'],
    ['of another scheme', { KEY_VAULT_URL: 'ftp://x' }, 'KEY_VAULT_URL'],
    ['with a path', { GRANT_VAULT_URLS: 'https://x.example/secrets' }, 'GRANT_VAULT_URLS'],
    ['named twice', { GRANT_VAULT_URLS: 'https://x.example,https://X.example/' }, 'GRANT_VAULT_URLS'],
    ['of another scheme', { GOOGLE_TOKEN_URL: 'file:///etc/passwd' }, 'GOOGLE_TOKEN_URL'],
    ['insecure', { GOOGLE_ISSUER: 'http://accounts.google.com' }, 'GOOGLE_ISSUER'],
    ['of nothing but a host', { PRODUCTION_ADVERTISING_URL: '{host}' }, 'PRODUCTION_ADVERTISING_URL'],
    ['without a host', { PRODUCTION_ADVERTISING_URL: 'https://x.example' }, 'PRODUCTION_ADVERTISING_URL'],
    [
      'without a tenant',
      { PRODUCTION_MICROSOFT_AUTHORITY: 'https://login.example' },
      'PRODUCTION_MICROSOFT_AUTHORITY',
    ],
    [
      'with more than a tenant',
      { PRODUCTION_MICROSOFT_AUTHORITY: 'https://login.example/common/v2.0' },
      'PRODUCTION_MICROSOFT_AUTHORITY',
    ],
    [
      'to return to, insecure',
      { WORKSPACES: workspace({ returnUrls: ['http://x.example/'] }) },
      'WORKSPACES',
    ],
    [
      'to return to, a script',
      { WORKSPACES: workspace({ returnUrls: ['javascript:alert(1)'] }) },
      'WORKSPACES',
    ],
  ])('are refused for a URL %s: %j', (_title, change, setting) => {
    expect(namesOf({ ...least, ...change })).toEqual([setting])
  })

  test.each<[string, Record<string, string>, string, string]>([
    ['no environment', { ENVIRONMENTS: ',' }, 'ENVIRONMENTS', 'at least one'],
    [
      'an environment twice',
      { ENVIRONMENTS: 'production,production' },
      'ENVIRONMENTS',
      'each value only once',
    ],
    ['no schedule', { REFRESH_SCHEDULE: 'a b c d e f' }, 'REFRESH_SCHEDULE', 'isn’t an NCRONTAB expression'],
    [
      'a schedule that is never fires',
      { REFRESH_SCHEDULE: '0 0 0 30 2 *' },
      'REFRESH_SCHEDULE',
      'never fires',
    ],
    ['a time span for a schedule', { REFRESH_SCHEDULE: '00:05:00' }, 'REFRESH_SCHEDULE', 'is a time span'],
    [
      'a schedule with a line break, which the host reads as part of it',
      { REFRESH_SCHEDULE: '0 */5 * * * *\n' },
      'REFRESH_SCHEDULE',
      'without a line break',
    ],
    ['a blank schedule', { REFRESH_SCHEDULE: ' \n' }, 'REFRESH_SCHEDULE', 'is missing'],
    [
      'an app in two workspaces',
      { WORKSPACES: workspace({ apps: ['a'] }, { workspace: 'e', apps: ['a'] }) },
      'WORKSPACES',
      '1.apps.0: is already in a workspace',
    ],
    ['a workspace twice', { WORKSPACES: workspace({}, {}) }, 'WORKSPACES', '1.workspace: is there already'],
    [
      'an issuer twice',
      { CALLER_ISSUERS: issuers({ namespace: '' }, { namespace: 'b' }) },
      'CALLER_ISSUERS',
      '1.issuer: is there already',
    ],
    [
      'several issuers without namespaces',
      { CALLER_ISSUERS: issuers({}, { issuer: 'https://b.example', namespace: 'b' }) },
      'CALLER_ISSUERS',
      '0.namespace: is required',
    ],
    [
      'one registration for both environments',
      {
        ENVIRONMENTS: 'production,sandbox',
        SANDBOX_MICROSOFT_CLIENT_ID: least.PRODUCTION_MICROSOFT_CLIENT_ID,
      },
      'SANDBOX_MICROSOFT_CLIENT_ID',
      'is the same as PRODUCTION_MICROSOFT_CLIENT_ID',
    ],
  ])('are refused because of %s', (_title, change, setting, fault) => {
    const { faults } = faultsOf({ ...least, ...change })
    expect(faults.map((each) => each.setting)).toEqual([setting])
    expect(faults[0]?.fault).toContain(fault)
  })

  test('can trust several issuers with namespaces', () => {
    const two = issuers({ namespace: '' }, { issuer: 'https://b.example', namespace: 'b' })
    expect(parseConfig({ ...least, CALLER_ISSUERS: two }).callerIssuers).toHaveLength(2)
  })

  test('have a canonical form', () => {
    const { publicUrl, vault } = parseConfig({
      ...least,
      PUBLIC_URL: 'HTTPS://Broker.Example.com:443/',
      KEY_VAULT_URL: 'https://broker.vault.azure.net/',
    })
    expect({ publicUrl, vault: vault.url }).toEqual({
      publicUrl: 'https://broker.example.com',
      vault: 'https://broker.vault.azure.net',
    })
  })

  test.each([
    ['http://localhost:1', true],
    ['http://127.0.0.1', true],
    ['http://127.1.2.3/path', true],
    ['http://[::1]:80', true],
    ['http://127.0.0.1.example.com', false],
    ['http://localhost.example.com', false],
    ['not a url', false],
  ])('%s is loopback: %s', (url, expected) => {
    expect(isLoopbackUrl(url)).toBe(expected)
  })
})
