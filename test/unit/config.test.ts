import { describe, expect, test } from 'vitest'
import { secondsAfter, systemClock } from '../../shared/clock.ts'
import { isLoopbackUrl, parseConfig, SettingsError } from '../../shared/config.ts'
import { createLeaseTime } from '../../shared/refresh/leaseTime.ts'
import { settings } from '../../shared/settings.ts'

const least = {
  PUBLIC_URL: 'https://broker.example.com/',
  TABLES_ENDPOINT: 'https://account.table.core.windows.net',
  KEY_VAULT_URL: 'https://broker.vault.azure.net',
  CALLER_ISSUERS: settings.CALLER_ISSUERS.example,
  REFRESH_SCHEDULE: '0 */5 * * * *',
  PRODUCTION_MICROSOFT_CLIENT_ID: '1f2e3d4c-0000-0000-0000-000000000000',
}

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

describe('settings at start', () => {
  test('need no more than what has no default', () => {
    const config = parseConfig(least)
    expect(config.redirectUri).toBe('https://broker.example.com/oauth/callback')
    expect(config.environments.get('production')?.microsoft).toMatchObject({
      origin: 'https://login.microsoftonline.com',
      tenant: 'common',
      scope: 'https://ads.microsoft.com/msads.manage',
    })
    expect(config.refresh.keepAliveSeconds).toBe(7 * 86_400)
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('that are missing are all named at once, each with what it is for and an example', () => {
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

  test('that are present and empty count as unset', () => {
    expect(parseConfig({ ...least, SWEEP_SECONDS: '', AZURE_CLIENT_ID: ' ' })).not.toHaveProperty(
      'managedIdentityClientId',
    )
  })

  test('name exactly one way to the tables', () => {
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
    const time = createLeaseTime({ ...systemClock, now: () => now }, refresh, secondsAfter(now, 30))
    expect(time.allowsCall()).toBe(true)
  })

  test('are asked for only for the environments that are served', () => {
    expect(namesOf({ ...least, ENVIRONMENTS: 'production,sandbox' })).toEqual(['SANDBOX_MICROSOFT_CLIENT_ID'])
    const sandbox = { ...least, ENVIRONMENTS: 'sandbox', SANDBOX_MICROSOFT_CLIENT_ID: 'x' }
    expect(parseConfig(sandbox).environments.get('sandbox')).toMatchObject({
      microsoft: { scope: 'https://si.ads.microsoft.com/msads.manage' },
      advertisingUrl: 'https://{host}.api.sandbox.bingads.microsoft.com',
    })
  })

  test('name https only, wherever a URL hides', () => {
    const env = {
      ...least,
      PUBLIC_URL: 'http://broker.example.com',
      CALLER_ISSUERS: '[{"issuer":"https://i.example","jwksUrl":"http://i.example/keys","audiences":["a"]}]',
      PRODUCTION_MICROSOFT_AUTHORITY: 'http://login.example/common',
    }
    expect(namesOf(env).sort()).toEqual(['CALLER_ISSUERS', 'PRODUCTION_MICROSOFT_AUTHORITY', 'PUBLIC_URL'])
  })

  test('may name http on loopback, when they say so', () => {
    const env = { ...least, PUBLIC_URL: 'http://127.0.0.1:7071' }
    expect(namesOf(env)).toEqual(['PUBLIC_URL'])
    expect(parseConfig({ ...env, ALLOW_INSECURE_LOOPBACK: 'true' }).publicUrl).toBe('http://127.0.0.1:7071')
    const elsewhere = { ...env, ALLOW_INSECURE_LOOPBACK: 'true', KEY_VAULT_URL: 'http://vault.example' }
    expect(namesOf(elsewhere)).toEqual(['KEY_VAULT_URL'])
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
