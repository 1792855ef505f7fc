import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'
import { allSettings } from '../../shared/settings.ts'
import { minimalSettings, otherClientId, refusalsOf, refusalsOfOne } from './settingRefusals.ts'

test('the settings that the others are tried with are accepted', () => {
  expect(refusalsOf(minimalSettings)).toEqual({})
})

describe('a scope', () => {
  test.each([
    ['PRODUCTION', 'https://si.ads.microsoft.com/msads.manage', 'is the scope of sandbox'],
    ['SANDBOX', 'https://ads.microsoft.com/msads.manage', 'is the scope of production'],
    ['SANDBOX', 'https://ADS.microsoft.com/msads.manage', 'is the scope of production'],
    ['PRODUCTION', 'https://ads.microsoft.com/ads.manage', 'retired; use msads.manage'],
    ['PRODUCTION', 'bingads.manage', 'retired; use msads.manage'],
    ['PRODUCTION', 'https://ads.microsoft.com/.default', '.default'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage offline_access', 'several scopes'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage,offline_access', 'several scopes'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage%20offline_access', 'several scopes'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage?x=1', 'a host, and /msads.manage'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage#x', 'a host, and /msads.manage'],
    ['SANDBOX', 'https://si.ads.microsoft.com', 'a host, and /msads.manage'],
    ['PRODUCTION', 'https://ads.microsoft.com/msads.manage/', 'a host, and /msads.manage'],
    ['PRODUCTION', 'https://ads.microsoft.com//msads.manage', 'a host, and /msads.manage'],
    ['PRODUCTION', 'http://ads.microsoft.com/msads.manage', 'must be https'],
    ['PRODUCTION', 'msads.manage', 'must be https'],
  ])('of %s is refused: %s (%s)', (environment, scope, reason) => {
    const name = `${environment}_MICROSOFT_SCOPE`
    expect(refusalsOfOne(name, scope)).toEqual({ [name]: expect.stringContaining(reason) })
  })

  test('is compared in the form that Microsoft uses in answers', () => {
    const config = parseConfig({
      ...minimalSettings,
      PRODUCTION_MICROSOFT_SCOPE: 'https://ADS.Microsoft.com/msads.manage',
    })
    expect(config.environments.get('production')?.microsoft.scope).toBe(
      'https://ads.microsoft.com/msads.manage',
    )
  })
})

describe('a client id', () => {
  const id = '33334444-dddd-5555-eeee-6666ffff7777'

  test.each(['PRODUCTION_MICROSOFT_CLIENT_ID', 'AZURE_CLIENT_ID'])('of %s is only a GUID', (name) => {
    const faultOf = (value: string) => refusalsOfOne(name, value)[name]
    expect(faultOf(id)).toBeUndefined()
    expect(faultOf(`{${id}}`)).toContain('braces')
    expect(faultOf('000000004C1A2B3C')).toContain('16 digits')
    expect(faultOf('0000000012345678')).toContain('16 digits')
    expect(faultOf('00000000-0000-0000-0000-000000000000')).toContain('zeros')
    expect(faultOf('1f2e3d4c-0000-0000-0000-000000000000')).toContain('zeros')
    expect(faultOf('my-app')).toContain('GUID')
    expect(faultOf(id.replaceAll('-', ''))).toContain('GUID')
  })

  test('is written as tokens have it, so that one registration for both environments is found in any case', () => {
    const config = parseConfig({ ...minimalSettings, PRODUCTION_MICROSOFT_CLIENT_ID: id.toUpperCase() })
    expect(config.environments.get('production')?.microsoft.clientId).toBe(id)
    expect(refusalsOfOne('PRODUCTION_MICROSOFT_CLIENT_ID', otherClientId.toUpperCase())).toEqual({
      SANDBOX_MICROSOFT_CLIENT_ID: expect.stringContaining('is the same as PRODUCTION_MICROSOFT_CLIENT_ID'),
    })
  })

  test('of Google is Google’s, not a GUID or a secret', () => {
    const name = 'PRODUCTION_GOOGLE_CLIENT_ID'
    for (const wrong of [id, 'GOCSPX-abc', '1234', 'https://1234.apps.googleusercontent.com'])
      expect(refusalsOfOne(name, wrong)).toEqual({ [name]: expect.stringContaining('Google OAuth client') })
    const google = '1234-a_b.apps.googleusercontent.com'
    expect(refusalsOfOne(name, google)).toEqual({})
    expect(refusalsOf({ ...minimalSettings, [name]: google, SANDBOX_GOOGLE_CLIENT_ID: google })).toEqual({
      SANDBOX_GOOGLE_CLIENT_ID: expect.stringContaining(`is the same as ${name}`),
    })
  })
})

describe('a URL', () => {
  const returnTo = (...returnUrls: string[]) => JSON.stringify([{ workspace: 'w', returnUrls }])

  test.each(['https://*.example.com/done', 'https://app.example.com/*', 'https://app.example.com/done?to=*'])(
    'for a return is refused with a wildcard: %s',
    (url) => {
      expect(refusalsOfOne('WORKSPACES', returnTo('https://a.example', url))).toEqual({
        WORKSPACES: expect.stringContaining('0.returnUrls.1: has a wildcard'),
      })
    },
  )

  test('is refused with a wildcard for a host, at any position', () => {
    expect(refusalsOfOne('PUBLIC_URL', 'https://*.example.com')).toEqual({
      PUBLIC_URL: 'has a wildcard for a host',
    })
  })

  test('is an origin with or without a trailing slash', () => {
    const { publicUrl, vault, google } = parseConfig({
      ...minimalSettings,
      PUBLIC_URL: 'https://broker.example.com/',
      GRANT_VAULT_URLS: 'https://one.example/, https://two.example',
      GOOGLE_ISSUER: 'https://accounts.google.com/',
    })
    expect([publicUrl, ...vault.grantUrls, google.issuer]).toEqual([
      'https://broker.example.com',
      'https://one.example',
      'https://two.example',
      'https://accounts.google.com',
    ])
  })

  test.each([
    [
      'PRODUCTION_ADVERTISING_URL',
      'https://{host}.api.sandbox.bingads.microsoft.com',
      'names hosts of sandbox',
    ],
    ['SANDBOX_ADVERTISING_URL', 'https://{host}.api.bingads.microsoft.com', 'names hosts of production'],
    ['SANDBOX_MICROSOFT_AUTHORITY', 'https://login.windows-ppe.net/consumers', 'retired'],
    ['PRODUCTION_MICROSOFT_AUTHORITY', 'https://login.live.com/oauth20_authorize.srf', 'retired'],
    ['PRODUCTION_MICROSOFT_AUTHORITY', 'https://login.microsoftonline.com/{tenant}', 'one path segment'],
    ['MICROSOFT_PERSONAL_TENANT', 'https://login.microsoftonline.com/consumers', 'one path segment'],
    ['MICROSOFT_PERSONAL_TENANT', 'organizations', 'doesn’t accept personal accounts'],
  ])('of %s is refused: %s (%s)', (name, url, reason) => {
    expect(refusalsOfOne(name, url)).toEqual({ [name]: expect.stringContaining(reason) })
  })

  test('of the one vault takes grants where no other is named', () => {
    expect(parseConfig(minimalSettings).vault.grantUrls).toEqual([minimalSettings.KEY_VAULT_URL])
  })

  test('of Microsoft Advertising is not the same for both environments', () => {
    const url = 'https://proxy.example/{host}'
    expect(
      refusalsOf({ ...minimalSettings, PRODUCTION_ADVERTISING_URL: url, SANDBOX_ADVERTISING_URL: url }),
    ).toEqual({
      SANDBOX_ADVERTISING_URL: expect.stringContaining('is the same as PRODUCTION_ADVERTISING_URL'),
    })
  })

  test('is https, in every setting', () => {
    const urls = allSettings().filter(({ example }) => /^(https:|\[.*https:)/.test(example))
    expect(urls.length).toBeGreaterThan(15)
    for (const { name, example, schema } of urls) {
      const insecure = example.replaceAll('https://', 'http://')
      expect(schema.safeParse(insecure).error?.message, name).toContain('must be https')
    }
  })
})
