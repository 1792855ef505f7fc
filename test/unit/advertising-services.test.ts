import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idSchema, parseJson, parseJsonOrNothing } from '../../shared/advertising/json.ts'
import { isServiceName, requestHeaders, serviceUrls } from '../../shared/advertising/services.ts'
import { Secret } from '../../shared/secret.ts'

describe('the services', () => {
  test('have the documented addresses in production', () => {
    expect(serviceUrls({ advertisingUrl: 'https://{host}.api.bingads.microsoft.com' })).toEqual({
      customerManagement: 'https://clientcenter.api.bingads.microsoft.com/CustomerManagement/v13',
      customerBilling: 'https://clientcenter.api.bingads.microsoft.com/CustomerBilling/v13',
      campaignManagement: 'https://campaign.api.bingads.microsoft.com/CampaignManagement/v13',
      reporting: 'https://reporting.api.bingads.microsoft.com/Reporting/v13',
      bulk: 'https://bulk.api.bingads.microsoft.com/Bulk/v13',
      adInsight: 'https://adinsight.api.bingads.microsoft.com/AdInsight/v13',
    })
  })

  test('can be below a path, with or without a trailing slash', () => {
    const urls = serviceUrls({ advertisingUrl: 'http://127.0.0.1:9/sandbox/{host}/' })
    expect(urls.bulk).toBe('http://127.0.0.1:9/sandbox/bulk/Bulk/v13')
  })

  test('are known only by their names', () => {
    expect(isServiceName('bulk')).toBe(true)
    expect(isServiceName('toString')).toBe(false)
  })
})

describe('the headers of a call', () => {
  const credentials = { accessToken: new Secret('token'), developerToken: new Secret('developer') }

  test('mark a Google sign-in, and only that', () => {
    expect(requestHeaders({ ...credentials, identityProvider: 'google' })).toEqual({
      Authorization: 'Bearer token',
      DeveloperToken: 'developer',
      IdentityProvider: 'Google',
    })
    expect(requestHeaders({ ...credentials, identityProvider: 'microsoft' })).not.toHaveProperty(
      'IdentityProvider',
    )
  })

  test('include the known ids', () => {
    const headers = requestHeaders({
      ...credentials,
      identityProvider: 'microsoft',
      customerId: '1',
      accountId: '2',
    })
    expect(headers).toMatchObject({ CustomerId: '1', CustomerAccountId: '2' })
  })
})

describe('ids', () => {
  test('of 64 bits survive as numbers and as strings', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (id) => {
        const asNumber = parseJson(`{"Id":${id}}`) as { Id: unknown }
        const asString = parseJson(`{"Id":"${id}"}`) as { Id: unknown }
        expect(idSchema.parse(asNumber.Id)).toBe(String(id))
        expect(idSchema.parse(asString.Id)).toBe(String(id))
      }),
    )
  })

  test('are only digits', () => {
    for (const value of ['', '12a', ' 1', -1, 1.5, null])
      expect(idSchema.safeParse(value).success).toBe(false)
  })
})

test('JSON is parsed like JSON.parse does, except wide integers', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}/.test(text))
      expect(parseJson(text)).toEqual(JSON.parse(text))
    }),
  )
  expect(parseJson('[1e300, 1.5, -9007199254740993]')).toEqual([1e300, 1.5, '-9007199254740993'])
})

test('text that is not JSON is undefined', () => {
  expect(parseJsonOrNothing('Forbidden')).toBeUndefined()
})
