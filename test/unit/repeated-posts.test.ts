import { describe, expect, test } from 'vitest'
import { answer, code, openEndpoints, request, type Step, unlisted } from './tokenGround.ts'
import { createVirtualClock } from './virtualClock.ts'

const reset = () => Promise.reject(new TypeError('fetch failed', { cause: withCode('ECONNRESET') }))
const failing = (status: number, retryAfter?: string) =>
  new Response('', { status, ...(retryAfter && { headers: { 'retry-after': retryAfter } }) })
const refusal = (error: string, number: number) =>
  Response.json({ error, error_codes: [number], trace_id: 'trace' }, { status: 400 })

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function open(answers: readonly Step[]) {
  const clock = createVirtualClock()
  const ground = openEndpoints(answers, { clock, timeLimitSeconds: 10 })
  return {
    ...ground,
    clock,
    redeemed: () => clock.run(ground.redeem(code)),
    refreshed: () => clock.run(ground.refresh(request)),
  }
}

describe('a code', () => {
  test.each<[string, Step, number]>([
    ['a reset', reset, 1],
    ['a server error', failing(500), 1],
    ['a server error that asks for three seconds', failing(503, '3'), 3],
  ])('is sent once more after %s, unchanged', async (_what, first, seconds) => {
    const { clock, redeemed, seen } = open([first])
    expect(await redeemed()).toMatchObject({ ok: true })
    expect(clock.passed()).toBe(seconds)
    const [one, other] = seen.sent
    expect(other).toEqual(one)
    expect(seen.sent).toHaveLength(2)
  })

  test.each<[string, readonly Step[], string, number]>([
    ['a second reset', [reset, reset], 'identity_provider_unreachable', 2],
    ['a second server error', [failing(500), failing(502)], 'identity_provider_error', 2],
    ['an answer that asks for four seconds', [failing(503, '4')], 'identity_provider_error', 1],
    ['a refusal', [refusal('invalid_grant', 70008)], 'grant_expired', 1],
    ['a throttled call', [failing(429)], 'throttled', 1],
    [
      'a fault of our own at the second try',
      [reset, refusal('invalid_client', unlisted)],
      'unlisted_client_error',
      2,
    ],
  ])('is lost after %s', async (_what, answers, reason, sent) => {
    const { redeemed, seen } = open(answers)
    expect(await redeemed()).toMatchObject({ ok: false, refusal: { reason } })
    expect(seen.sent).toHaveLength(sent)
  })

  test.each([
    [refusal('invalid_grant', 54005), [54005]],
    [refusal('invalid_grant', 0), [0]],
  ])(
    'that the first try used fails as the lost answer, with the evidence of the second try',
    async (second, errorCodes) => {
      const { redeemed } = open([reset, second])
      expect(await redeemed()).toMatchObject({
        refusal: { reason: 'identity_provider_unreachable', class: 'passing', errorCodes, traceId: 'trace' },
      })
    },
  )

  test('that was used before fails as such', async () => {
    const { redeemed } = open([refusal('invalid_grant', 54005)])
    expect(await redeemed()).toMatchObject({ refusal: { reason: 'code_already_redeemed' } })
  })

  test('is not sent again when the time is over', async () => {
    const { redeem, seen } = openEndpoints([reset])
    expect(await redeem(code)).toMatchObject({ refusal: { reason: 'identity_provider_unreachable' } })
    const late = open([() => Promise.reject(new DOMException('late', 'TimeoutError'))])
    expect(await late.redeemed()).toMatchObject({ refusal: { reason: 'identity_provider_timed_out' } })
    expect([seen.sent.length, late.seen.sent.length]).toEqual([1, 1])
  })
})

describe('a refresh token', () => {
  test.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_CONNECT_TIMEOUT',
  ])('is sent once more after %s, because nothing was sent', async (code) => {
    const { clock, refreshed, seen } = open([
      () => Promise.reject(new TypeError('fetch failed', { cause: withCode(code) })),
    ])
    expect(await refreshed()).toMatchObject({ ok: true })
    expect([clock.passed(), seen.sent.length]).toEqual([1, 2])
  })

  test.each<[string, Step]>([
    ['a reset', reset],
    ['an unknown failure', () => Promise.reject(new TypeError('fetch failed'))],
    ['a server error', failing(500)],
    ['a throttled call', failing(429)],
  ])('is never sent again after %s: the provider may have used it', async (_what, first) => {
    const { refreshed, seen } = open([first, Response.json(answer)])
    expect(await refreshed()).toMatchObject({ ok: false })
    expect(seen.sent).toHaveLength(1)
  })

  test('that is refused at the second try is refused', async () => {
    const { refreshed } = open([
      () => Promise.reject(new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })),
      refusal('invalid_grant', 70000),
    ])
    expect(await refreshed()).toMatchObject({ refusal: { reason: 'grant_refused' } })
  })
})
