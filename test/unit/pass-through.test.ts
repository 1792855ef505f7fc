import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { readFault } from '../../shared/advertising/faults.ts'
import { ClientLeftError } from '../../shared/domain/clientLeft.ts'
import { retryAfterHeader } from '../../shared/passthrough/explainFailure.ts'
import { repeatableBytes } from '../../shared/passthrough/passThrough.ts'
import { UnusableResponseError } from '../../shared/passthrough/send.ts'
import { createThrottledCalls } from '../../shared/passthrough/throttledCalls.ts'
import { Problem } from '../../shared/problems.ts'
import { name, now } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'
import { passing } from './passGround.ts'
import { createVirtualClock } from './virtualClock.ts'

describe('a passed-through call', () => {
  test('returns Microsoft’s answer, and proves the developer token', async () => {
    const own = await passing([{ status: 200, headers: { trackingid: 'x', 'set-cookie': 'y' } }])
    const { body, headers, status } = await own.pass()
    expect({ status, headers, body: body && (await text(body)) }).toEqual({
      ...{ status: 200, body: 'body', headers: { trackingid: 'x' } },
    })
    expect(own.seen).toMatchObject({ accepted: 1, replaced: 0, tokens: ['Bearer token-0'] })
  })

  test('ends Microsoft’s answer if the reader leaves before its first byte', async () => {
    const own = await passing([{ status: 200 }])
    await (await own.pass()).body?.cancel()
    await vi.waitFor(() => expect(own.seen.closed).toBe(1))
  })

  test('has 220 s for an answer to begin, a second attempt included', async () => {
    const limit = vi.spyOn(AbortSignal, 'timeout')
    const own = await passing([{ status: 401, code: 109 }, { status: 200 }])
    expect((await own.pass()).status).toBe(200)
    expect(limit.mock.calls).toEqual([[220_000]])
    expect(own.seen.signals).toEqual([limit.mock.results[0]?.value, limit.mock.results[0]?.value])
    limit.mockRestore()
  })

  test.each([204, 205, 304])('has no body when the answer is a %i', async (status) => {
    const own = await passing([{ status }])
    expect(await own.pass()).toMatchObject({ status, body: null })
  })

  test('removes the recorded refusal of the person', async () => {
    const own = await passing([{ status: 200 }], {
      tenant: { advertisingRefusal: { reason: 'r', since: now } },
    })
    await own.pass()
    expect(own.row().advertisingRefusal).toBeUndefined()
  })

  test.each(['GET', 'HEAD', 'OPTIONS'])('has no body with %s', async (method) => {
    const own = await passing([{ status: 200 }])
    await expect(own.pass({ method })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(own.seen.tokens).toEqual([])
    await own.pass({ method, body: null })
    expect(own.seen.bodies).toEqual([undefined])
  })

  test.each([
    ['content-length', '7'],
    ['transfer-encoding', 'chunked'],
  ])('is refused for a body that only %s shows', async (header, value) => {
    const own = await passing([{ status: 200 }])
    const headers = new Headers({ [header]: value })
    const call = own.pass({ method: 'GET', body: null, headers })
    await expect(call).rejects.toMatchObject({ code: 'invalid_request' })
    expect(own.seen.tokens).toEqual([])
  })

  test.each([
    [new Error('reset'), 'advertising_unreachable'],
    [new UnusableResponseError(101), 'advertising_answer_unusable'],
  ])('that gets no answer can be tried again in 5 s (%#)', async (error, reason) => {
    const own = await passing([error])
    await expect(own.pass()).rejects.toMatchObject({
      ...{ code: 'advertising_unavailable', extras: { retryAfterSeconds: 5, members: { reason } } },
    })
  })
})

test('a client that leaves during its upload is no failure, whatever the connection to Microsoft reports', async () => {
  async function* body() {
    yield new Uint8Array(repeatableBytes + 1)
    throw new ClientLeftError()
  }
  const own = await passing([new Error('reset')])
  await expect(own.pass({ body: body() })).rejects.toBeInstanceOf(ClientLeftError)
})

describe('a failure of Microsoft', () => {
  test('is passed through with a diagnosis, and with a wait if Microsoft gives none', async () => {
    const own = await passing([{ status: 429, code: 117 }])
    const { body, headers, status } = await own.pass()
    expect(status).toBe(429)
    expect(headers['x-diagnosis']).toMatch(/^throttled_calls;actor=nobody;credential=none$/)
    expect(headers['retry-after']).toBe('60')
    expect(body && (await text(body))).toBe('{"Errors":[{"Code":117}]}')
    const told = await passing([{ status: 429, code: 117, headers: { 'retry-after': '7' } }])
    expect((await told.pass()).headers['retry-after']).toBe('7')
    expect(retryAfterHeader(4.2, new Headers())).toEqual({ 'retry-after': '5' })
    const passedOn = (value: string) => retryAfterHeader(60, new Headers({ 'retry-after': value }))
    expect(passedOn('950400')).toEqual({ 'retry-after': '3600' })
    expect(passedOn('0')).toEqual({ 'retry-after': '60' })
  })

  test('for too many calls a minute stops the service’s calls for its tenant until the wait is over', async () => {
    const ok = { status: 200 }
    const own = await passing([{ status: 429, code: 117, headers: { 'retry-after': '7' } }, ok, ok])
    await own.pass()
    const refused = own.pass()
    await expect(refused).rejects.toMatchObject({
      code: 'too_many_requests',
      extras: {
        ...{ retryAfterSeconds: 7, members: { reason: 'throttled_by_microsoft' } },
        headers: { 'x-diagnosis': 'throttled_calls;actor=nobody;credential=none' },
      },
    })
    expect((await own.pass({ service: 'customerBilling' })).status).toBe(200)
    own.clock.advance(6.999)
    await expect(own.pass()).rejects.toMatchObject({ code: 'too_many_requests' })
    expect(own.seen.tokens).toHaveLength(2)
    own.clock.advance(0.001)
    expect((await own.pass()).status).toBe(200)
  })

  test('stops no call of another tenant', () => {
    const clock = createVirtualClock()
    const throttled = createThrottledCalls(clock)
    const fault = readFault({ service: 'bulk', status: 429, bodyText: '' })
    throttled.record({ workspace: 'w', tenant: 't' }, 'bulk', fault)
    expect(() => throttled.assertOpen({ workspace: 'w', tenant: 't' }, 'bulk')).toThrow(Problem)
    throttled.assertOpen({ workspace: 'w', tenant: 'u' }, 'bulk')
    throttled.assertOpen({ workspace: 'v', tenant: 't' }, 'bulk')
  })

  test.each([
    ['reporting', { status: 400, code: 207 }],
    ['bulk', { status: 429, code: 4204 }],
    ['customerManagement', { status: 503 }],
    ['customerManagement', { status: 400, code: 100 }],
  ] as const)('of another kind stops nothing: %s %j', async (service, failure) => {
    const own = await passing([failure, { status: 200 }])
    expect((await own.pass({ service })).status).toBe(failure.status)
    expect((await own.pass({ service })).status).toBe(200)
  })

  test('means missing rights if the called account is the tenant’s', async () => {
    for (const [accounts, verdict] of [
      [[accountOf('1')], 'user_without_rights;actor=advertiserAdmin;credential=identity'],
      [[accountOf('2')], 'access_refused;actor=app;credential=none'],
    ] as const) {
      const own = await passing([{ status: 403, code: 106 }], { tenant: { accountsGeneration: 'g' } })
      await own.accounts.write(name, 'g', accounts)
      const { headers } = await own.pass({ service: 'campaignManagement' })
      expect(headers['x-diagnosis']).toBe(verdict)
    }
  })

  test.each([
    [109, 'access_token_revoked', 'nobody', 'accessToken'],
    [3101, 'credentials_refused', 'operator', 'accessToken'],
    [116, 'header_missing', 'operator', 'developerToken'],
    [105, 'no_advertising_user', 'advertiser', 'identity'],
    [100, 'request_invalid', 'app', 'none'],
  ])('is the app’s problem only if no token is at fault: %i', async (code, verdict, actor, credential) => {
    const refused = { status: code === 100 ? 400 : 401, code }
    const own = await passing([refused, refused], { age: 0 })
    const { headers } = await own.pass({ service: 'campaignManagement' })
    expect(headers['x-diagnosis']).toBe(`${verdict};actor=${actor};credential=${credential}`)
  })

  test('is recorded against the person, unless it may be about the account that the call names', async () => {
    const person = await passing([{ status: 401, code: 122 }])
    await person.pass()
    expect(person.row().advertisingRefusal?.reason).toBe('work_account_required')
    for (const [service, isNoted] of [
      ['customerManagement', true],
      ['campaignManagement', false],
    ] as const) {
      const own = await passing([{ status: 401, code: 105 }], { age: 0 })
      await own.pass({ service })
      expect(own.row().advertisingRefusal !== undefined, service).toBe(isNoted)
    }
  })

  test('passes through unexplained if storage takes more than 2 s, or fails', async () => {
    const slow = await passing([{ status: 400 }], { proofs: { of: () => new Promise(() => undefined) } })
    const { headers, status } = await slow.clock.run(slow.pass())
    expect([status, headers['x-diagnosis'], slow.clock.passed()]).toEqual([400, undefined, 2])
    const failing = await passing([{ status: 400 }], { tenant: { accountsGeneration: 'g' } })
    failing.accounts.findById = () => Promise.reject(new Error('out'))
    expect((await failing.pass({ service: 'campaignManagement' })).status).toBe(400)
  })
})
