import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reasonByNumber } from '../../shared/domain/aadsts.ts'
import { isAdminReason, type RefusalClass } from '../../shared/domain/reasons.ts'
import { refusalWithoutResponse } from '../../shared/domain/refusal.ts'
import { parseRetryAfterSeconds } from '../../shared/domain/retryAfter.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'

/** A refusal in Entra's form. */
const refused = (code: number, error = 'invalid_grant', suberror?: string) =>
  classifyTokenRefusal(400, {
    error,
    error_codes: [code],
    error_description: `AADSTS${code}: words.\r\nTrace ID: 0d6e\r\nTimestamp: 2026-11-23 02:02:12Z`,
    trace_id: '0d6e4f7a-1b2c-4d3e-8f90-123456789abc',
    ...(suberror && { suberror }),
  })

/** The table of error codes, row by row. */
const rows: [RefusalClass, number[]][] = [
  [
    'advertiser',
    [
      50173, 70000, 70008, 700082, 700084, 70043, 50089, 50085, 50132, 50133, 50055, 50144, 50056, 50058,
      50139, 50072, 50074, 50076, 50078, 50079, 50097, 50129, 50155, 50187, 50125, 50135, 50140, 50199, 50158,
      50197, 51006, 53004, 65001, 65004, 700020, 16000, 16001, 16003, 54005, 50015, 700003,
    ],
  ],
  [
    'advertiserAdmin',
    [
      50034, 51004, 50014, 50020, 50053, 50057, 50105, 53000, 53001, 53002, 53003, 530032, 530034, 530035,
      53010, 53011, 50005, 50131, 50002, 500021, 500022, 500212, 500213, 54000, 90093, 90094, 90095, 900941,
      900981, 90072, 1000031, 650052, 500011,
    ],
  ],
  [
    'operator',
    [
      7000215, 7000222, 70002, 7000218, 700025, 700027, 700030, 50012, 50048, 50003, 50146, 700016, 700011,
      70001, 7000112, 50011, 70004, 900971, 90002, 50194, 9002332, 9001023, 90124, 90130, 90027, 50001,
      650054, 650056, 650057, 65005, 65002, 700229, 900382, 900432, 90038, 500208, 900144, 90014, 90004,
      90023, 90013, 90015, 90100, 90102, 900561, 90056, 70003, 70011, 28002, 28003, 700022, 700023, 901002,
      50147, 501481, 501491, 700005, 50050, 50049, 90008,
    ],
  ],
  [
    'passing',
    [
      50033, 50087, 50088, 50166, 40010, 70012, 80001, 80002, 80005, 80014, 90006, 90012, 90024, 90033, 90055,
      90090, 90091, 50000, 90036,
    ],
  ],
]

describe('a refusal by its AADSTS number', () => {
  test.each(rows)('has the class %s', (refusalClass, codes) => {
    for (const code of codes) expect(refused(code).class, String(code)).toBe(refusalClass)
  })

  test('has Microsoft’s trace id and a stable word', () => {
    expect(refused(7000222, 'invalid_client')).toMatchObject({
      class: 'operator',
      reason: 'client_secret_expired',
      traceId: '0d6e4f7a-1b2c-4d3e-8f90-123456789abc',
    })
  })

  test('that means loop detection is not a revocation, regardless of its error', () => {
    expect(refused(50196)).toMatchObject({
      class: 'backOff',
      reason: 'loop_detected',
      retryAfterSeconds: 300,
    })
  })

  test('that is a general 70000 needs confirmation; the advertiser’s other refusals do not', () => {
    expect(refused(70000)).toMatchObject({ class: 'advertiser', definite: false })
    const [[, codes]] = rows as [[RefusalClass, number[]]]
    for (const code of codes.filter((c) => c !== 70000))
      expect(refused(code).definite, String(code)).toBe(true)
  })

  test('distinguishes the reasons that only an administrator can fix', () => {
    expect(isAdminReason(refused(650052).reason)).toBe(true)
    expect(isAdminReason(refused(50173).reason)).toBe(false)
    expect(isAdminReason(undefined)).toBe(false)
  })

  test('has only one class for each number', () => {
    expect(reasonByNumber.size).toBeGreaterThanOrEqual(rows.flatMap(([, codes]) => codes).length)
  })
})

describe('a refusal without a known number', () => {
  test.each<[number, object, string, string]>([
    [429, {}, 'backOff', 'throttled'],
    [503, {}, 'passing', 'identity_provider_error'],
    [400, { error: 'temporarily_unavailable' }, 'passing', 'identity_provider_error'],
    [401, { error: 'invalid_client' }, 'operator', 'invalid_client'],
    [400, { error: 'unauthorized_client' }, 'operator', 'unauthorized_client'],
    [400, { error: 'invalid_scope' }, 'operator', 'invalid_scope'],
    [400, { error: 'interaction_required' }, 'advertiser', 'interaction_required'],
    [400, { error: 'invalid_grant' }, 'advertiser', 'grant_refused'],
    [400, { error: 'access_denied' }, 'advertiser', 'consent_declined'],
    [400, { error: 'admin_policy_enforced' }, 'advertiserAdmin', 'directory_policy'],
    [400, { error: 'invalid_grant', suberror: 'client_mismatch' }, 'operator', 'client_mismatch'],
    [
      400,
      { error: 'invalid_grant', suberror: 'protection_policy_required' },
      'advertiserAdmin',
      'protection_policy',
    ],
    [418, { error: 'teapot' }, 'passing', 'unknown_answer'],
  ])('%i %o is %s: %s', (status, body, refusalClass, reason) => {
    expect(classifyTokenRefusal(status, body)).toMatchObject({ class: refusalClass, reason })
  })

  test('is unknown only if nothing explains it', () => {
    expect(classifyTokenRefusal(400, '<html>').unknown).toBe(true)
    expect(classifyTokenRefusal(400, { error: 'invalid_grant', error_codes: [999999] }).unknown).toBe(false)
  })

  test('obeys Retry-After', () => {
    expect(classifyTokenRefusal(429, {}, '17').retryAfterSeconds).toBe(17)
    expect(classifyTokenRefusal(429, {}).retryAfterSeconds).toBe(60)
    expect(classifyTokenRefusal(429, {}, '3600').retryAfterSeconds).toBe(3600)
    expect(classifyTokenRefusal(429, {}, '3601').retryAfterSeconds).toBe(3600)
    for (const gone of ['0', 'Mon, 23 Nov 2015 15:00:00 GMT'])
      expect(classifyTokenRefusal(429, {}, gone).retryAfterSeconds).toBe(60)
    expect(classifyTokenRefusal(503, {}).retryAfterSeconds).toBe(5)
    for (const code of [90055, 90024]) {
      const body = { error: 'invalid_grant', error_codes: [code] }
      expect(classifyTokenRefusal(400, body, '120').retryAfterSeconds).toBe(120)
      expect(classifyTokenRefusal(400, body).retryAfterSeconds).toBe(5)
    }
    expect(classifyTokenRefusal(403, 'Forbidden', '120')).toMatchObject({
      unknown: true,
      retryAfterSeconds: 120,
    })
  })
})

describe('a strange answer', () => {
  test('never throws, and only its short words get through', () => {
    const strange = fc.oneof(
      fc.anything(),
      fc.record({
        error: fc.anything(),
        suberror: fc.anything(),
        error_codes: fc.anything(),
        trace_id: fc.anything(),
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), strange, fc.string(), (status, body, wait) => {
        const refusal = classifyTokenRefusal(status, body, wait)
        expect(['passing', 'backOff', 'advertiser', 'advertiserAdmin', 'operator']).toContain(refusal.class)
        for (const text of [refusal.error, refusal.suberror, refusal.traceId])
          expect(text).toMatch(/^[A-Za-z0-9_.-]{0,80}$/)
        expect(refusal.errorCodes.every(Number.isInteger)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('with numbers that cannot be converted is unknown', () => {
    const refusal = classifyTokenRefusal(400, { error_codes: [{ toString: 0 }, 12345] })
    expect(refusal).toMatchObject({ unknown: true, errorCodes: [12345] })
  })

  test('that never arrived is temporary', () => {
    expect(refusalWithoutResponse('identity_provider_timed_out')).toMatchObject({
      class: 'passing',
      retryAfterSeconds: 5,
    })
  })
})

describe('Retry-After', () => {
  const now = new Date('2026-11-23T16:00:00Z')

  test.each<[string | null, number | undefined]>([
    ['0', undefined],
    ['120', 120],
    ['999999', 3600],
    ['Mon, 23 Nov 2026 16:00:30 GMT', 30],
    ['Mon, 23 Nov 2026 15:00:00 GMT', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is %s seconds', (value, seconds) => {
    expect(parseRetryAfterSeconds(value, now)).toBe(seconds)
  })
})
