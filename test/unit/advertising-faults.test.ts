import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonFaultCodes } from '../../shared/advertising/faultCodes.ts'
import { readFault } from '../../shared/advertising/faults.ts'
import { identityFaultOf } from '../../shared/advertising/identityFault.ts'
import { type ServiceName, serviceNames } from '../../shared/advertising/services.ts'

const trackingId = '4b18c93b-7ec7-4d90-981a-6b3b10b55f7a'

function fault(code: number, detail: string | null = null) {
  return JSON.stringify({
    TrackingId: trackingId,
    Type: 'AdApiFaultDetail',
    Errors: [{ Code: code, Detail: detail, ErrorCode: null, Message: 'As Microsoft says.' }],
  })
}

function read(bodyText: string, status = 400, service: ServiceName = 'campaignManagement') {
  return readFault({ service, status, bodyText })
}

describe('every documented code', () => {
  test.each(commonFaultCodes.map((row) => [row.code, row.reason ?? row.errorCode, row] as const))(
    '%i %s is read according to its row',
    (code, _name, row) => {
      const service = row.services?.[0] ?? 'customerBilling'
      const found = readFault({ service, status: 400, bodyText: fault(code, row.reason ?? null) })
      expect(found).toMatchObject({ code, errorCode: row.errorCode, class: row.class, actor: row.actor })
      expect(found.reason).toBe(row.reason)
      expect(found.retryAfterSeconds).toBe(row.retryAfterSeconds)
      expect(found.trackingId).toBe(trackingId)
    },
  )

  test('means something else in another service where Microsoft reuses the number', () => {
    expect(read(fault(207), 400, 'reporting')).toMatchObject({ class: 'backOff', retryAfterSeconds: 60 })
    expect(read(fault(207), 400, 'customerManagement')).toMatchObject({ class: 'request', actor: 'app' })
    expect(read(fault(4204), 400, 'reporting').errorCode).toBe('')
    expect(read(fault(4204), 400, 'bulk').retryAfterSeconds).toBe(900)
  })

  test('is known without its service if its symbol is included', () => {
    const named = JSON.stringify({ Errors: [{ Code: 207, ErrorCode: 'ConcurrentRequestOverLimit' }] })
    expect(readFault({ status: 400, bodyText: named }).class).toBe('backOff')
    expect(readFault({ status: 400, bodyText: fault(207) }).class).toBe('unexpectedAnswer')
  })

  test('is read as number, as text, and by only its symbol', () => {
    const errors = [{ Code: '109' }, { ErrorCode: 'AuthenticationTokenExpired' }]
    for (const error of errors) {
      expect(read(JSON.stringify({ Errors: [error] }), 401).class).toBe('expiredToken')
    }
  })
})

describe('bodies', () => {
  test.each(['Errors', 'OperationErrors', 'BatchErrors', 'EditorialErrors'])(
    'with their errors in %s are faults',
    (list) => {
      const found = read(JSON.stringify({ [list]: [null, { Code: 106, Details: 'account' }] }), 403)
      expect(found).toMatchObject({ code: 106, class: 'rights', form: 'fault' })
    },
  )

  test('are read to their last error', () => {
    const found = read(
      JSON.stringify({ OperationErrors: [{ Code: 9999 }, { Code: 106 }], Errors: [{ Code: 109 }] }),
    )
    expect(found).toMatchObject({ code: 109, class: 'expiredToken' })
    expect(found.errors).toHaveLength(3)
  })

  test('of SOAP are recognized and their code is read', () => {
    const soap = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><detail>
      <AdApiFaultDetail><TrackingId xmlns="x">${trackingId}</TrackingId><Errors><AdApiError><Code>105</Code>
      <Detail i:nil="true"/><ErrorCode>InvalidCredentials</ErrorCode><Message>No.</Message></AdApiError></Errors>
      </AdApiFaultDetail></detail></s:Fault></s:Body></s:Envelope>`
    expect(read(soap, 500)).toMatchObject({ form: 'soapFault', code: 105, trackingId })
  })

  test.each([
    ['Forbidden', 403, 'text', 'credentials'],
    ['<!DOCTYPE html><html><body>Bad gateway</body></html>', 502, 'html', 'passing'],
    ['{"error":{"code":"AuthenticationError"}}', 401, 'foreignJson', 'credentials'],
    ['null', 400, 'foreignJson', 'unexpectedAnswer'],
    ['', 404, 'empty', 'unexpectedAnswer'],
    ['', 501, 'empty', 'unexpectedAnswer'],
    ['{"TrackingId":"x","Errors":[]}', 403, 'fault', 'rights'],
    ['', 503, 'empty', 'passing'],
  ])('like %j with status %i are judged by the status', (bodyText, status, form, faultClass) => {
    expect(read(bodyText, status)).toMatchObject({ form, class: faultClass })
  })

  test('of any kind never make the parser throw', () => {
    const status = fc.integer({ min: 0, max: 999 })
    const service = fc.option(fc.constantFrom(...serviceNames), { nil: undefined })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), status, service, (bodyText, code, name) => {
        const found = readFault({ ...(name && { service: name }), status: code, bodyText })
        expect(found.meaning).not.toBe('')
      }),
    )
  })

  test('with any lists never make the parser throw', () => {
    fc.assert(
      fc.property(fc.record({ Errors: fc.anything(), TrackingId: fc.anything() }), (body) => {
        readFault({ status: 400, bodyText: toJson(body) })
      }),
    )
  })

  test('that repeat a secret do not expose it', () => {
    const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'
    const bodies = [
      `Bearer ${secret}`,
      JSON.stringify({ Errors: [{ Code: 105, Message: `Bearer ${secret} refused` }] }),
      'DeveloperToken: 1234ABCD5678 refused',
    ]
    for (const bodyText of bodies) {
      const told = JSON.stringify(read(bodyText, 401))
      expect(told).not.toContain(secret)
      expect(told).not.toContain('1234ABCD5678')
    }
  })
})

describe('throttling', () => {
  test('without a wait means Microsoft’s own 60 seconds', () => {
    expect(read('Too Many Attempt', 429)).toMatchObject({ class: 'backOff', retryAfterSeconds: 60 })
  })

  test('obeys Retry-After', () => {
    const headers = new Headers({ 'Retry-After': '7', TrackingId: trackingId })
    expect(readFault({ status: 429, headers, bodyText: fault(117) })).toMatchObject({
      retryAfterSeconds: 7,
      trackingId,
    })
  })

  test.each([
    ['950400', 3600],
    [new Date(Date.now() + 950_400_000).toUTCString(), 3600],
    ['0', 60],
    ['Mon, 23 Nov 2015 15:00:00 GMT', 60],
  ])('with Retry-After: %s means %i seconds', (value, seconds) => {
    const headers = new Headers({ 'Retry-After': value })
    expect(readFault({ status: 429, headers, bodyText: '' }).retryAfterSeconds).toBe(seconds)
  })
})

describe('a fault about who signed in', () => {
  test.each([
    [105, 'UserNotFound', 'no_advertising_user', 'advertisingUser'],
    [108, '', 'user_compromised', 'sameAgain'],
    [120, '', 'login_merged_away', 'primaryLogin'],
    [122, '', 'work_account_required', 'work'],
    [123, '', 'personal_account_required', 'personal'],
    [124, '', 'work_account_required', 'work'],
    [125, '', 'work_account_required', 'work'],
    [126, '', 'other_account_kind_required', 'advertisingUser'],
    [126, 'GoogleAccountIsRequired', 'google_account_required', 'google'],
    [126, 'PersonalAccountIsRequired', 'personal_account_required', 'personal'],
    [126, 'WorkAccountIsRequired', 'work_account_required', 'work'],
  ])('%i %s says which sign-in would work', (code, detail, reason, signInWith) => {
    expect(identityFaultOf(read(fault(code, detail), 403))).toMatchObject({ reason, signInWith })
  })

  test('has no other class', () => {
    expect(identityFaultOf(read(fault(106), 403))).toBeUndefined()
    expect(identityFaultOf(read(fault(105), 401))).toBeUndefined()
  })
})

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? `${member}` : member)) ?? ''
}
