import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { isHoldTold, nextHold } from '../../shared/domain/holds.ts'
import { nextDueAt } from '../../shared/domain/schedule.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { decideRefresh, judgeRefusal } from '../../shared/refresh/decide.ts'

const now = new Date('2026-11-23T16:00:00Z')
const at = (seconds: number) => addSeconds(now, seconds)
const connected = {
  ...{ workspace: 'w', tenant: 't', environment: 'production', status: 'connected', createdAt: now },
  grant: { reference: 'vault:one', identityProvider: 'microsoft', consentedAt: at(-90_000) },
} as Tenant

/** The waits in seconds after several refusals in a row, with a random value of one half. */
function waits(times: number, refuse: () => ReturnType<typeof classifyTokenRefusal>): number[] {
  let tenant = connected
  return Array.from({ length: times }, () => {
    const verdict = judgeRefusal(tenant, refuse(), now, 0.5)
    if (verdict.verdict !== 'retry') throw new Error(verdict.verdict)
    tenant = { ...tenant, trouble: verdict.trouble }
    return (verdict.trouble.nextAttemptAt.getTime() - now.getTime()) / 1000
  })
}

describe('the wait after a failure', () => {
  test('doubles with each failure in a row, up to an hour', () => {
    const passing = waits(14, () => classifyTokenRefusal(503, {}))
    expect(passing.slice(0, 5)).toEqual([10, 15, 25, 45, 85])
    expect(passing.slice(-3)).toEqual([1805, 1805, 1805])
  })

  test('for what waiting doesn’t fix grows to a day: few calls a month, and a fix after an hour is noticed in an hour', () => {
    const refusal = classifyTokenRefusal(400, { error: 'unauthorized_client', error_codes: [7000112] })
    const tries: number[] = []
    let tenant = connected
    for (let seconds = 0; seconds < 30 * 86_400; ) {
      tries.push(seconds)
      const verdict = judgeRefusal(tenant, refusal, at(seconds), 0.5)
      if (verdict.verdict !== 'retry') throw new Error(verdict.verdict)
      tenant = { ...tenant, trouble: verdict.trouble }
      seconds = (verdict.trouble.nextAttemptAt.getTime() - now.getTime()) / 1000
    }
    expect(tries.length).toBeLessThan(60)
    const gaps = tries
      .slice(1)
      .map((time, index) => ({ before: tries[index] ?? 0, gap: time - (tries[index] ?? 0) }))
    for (const { before, gap } of gaps) expect(gap).toBeLessThanOrEqual(Math.max(before, 10))
    expect(gaps.at(-1)?.gap).toBe(64_800)
  })

  test('is never shorter than the answer’s wait', () => {
    expect(waits(1, () => classifyTokenRefusal(429, {}, '100'))).toEqual([105])
  })
})

describe('a hold', () => {
  const fault = {
    environment: 'production',
    identityProvider: 'microsoft',
    reason: 'client_secret_expired',
    traceId: '',
  } as const
  const heldSince = (secondsAgo: number) => ({ ...fault, since: at(-secondsAgo), until: now })

  test('lasts half a minute at first', () => {
    expect(nextHold(undefined, fault, now)).toEqual({ ...fault, since: now, until: at(30), toldAt: now })
  })

  test.each([
    [10, 30],
    [45, 45],
    [60, 60],
    [9000, 60],
  ])('that has lasted %i s continues for %i s', (lasted, seconds) => {
    expect(nextHold(heldSince(lasted), fault, now)).toEqual({
      ...fault,
      since: at(-lasted),
      until: at(seconds),
      toldAt: now,
    })
  })

  test.each([
    ['a new one', undefined, true],
    ['a known one', { toldAt: at(-43_199) }, false],
    ['one of twelve hours ago', { toldAt: at(-43_200) }, true],
    ['another reason', { toldAt: at(-60), reason: 'client_secret_invalid' }, true],
    ['one of an older version', {}, true],
  ] as const)('tells of %s', (_title, before, isNews) => {
    const previous = before && { ...heldSince(90_000), ...before }
    const next = nextHold(previous, fault, now)
    expect(next.toldAt).toEqual(isNews ? now : previous && 'toldAt' in previous && previous.toldAt)
    expect(isHoldTold(previous, next)).toBe(!isNews)
  })
})

test('a hold that continues keeps what a later version has noted in it', () => {
  const scope = { environment: 'production', identityProvider: 'microsoft' } as const
  const fault = { ...scope, reason: 'client_secret_expired', traceId: '' } as const
  const noted = { ...fault, since: at(-10), until: now, laterNote: 'stays' }
  expect(nextHold(noted, fault, now)).toMatchObject({ since: at(-10), laterNote: 'stays' })
})

describe('a validity that refreshes have just failed to reach', () => {
  const withToken = (ageSeconds: number, lifetimeSeconds: number) => ({
    ...connected,
    accessToken: { sealed: 'x', refreshedAt: at(-ageSeconds), expiresAt: at(lifetimeSeconds - ageSeconds) },
  })
  const decide = (tenant: Tenant, minValiditySeconds: number) =>
    decideRefresh(tenant, { for: 'vend', minValiditySeconds }, undefined, now).refresh

  test('is tried again once the token is half a minute old', () => {
    expect(decide(withToken(29, 3600), 3590)).toBe(false)
    expect(decide(withToken(30, 3600), 3590)).toBe(true)
  })

  test('counts as out of reach if it leaves less than two seconds for the answer', () => {
    // With a lifetime of 3,600 s, 3,598 s can be promised; for more, the refresh is repeated in the second half of the
    // lifetime.
    expect(decide(withToken(40, 3600), 3598)).toBe(true)
    expect(decide(withToken(40, 3600), 3599)).toBe(false)
  })

  test('is tried immediately if the token is valid for less than a minute', () => {
    expect(decide(withToken(10, 69), 60)).toBe(true)
  })

  test('is tried immediately if there has been no token yet', () => {
    expect(decide(connected, 3300)).toBe(true)
  })
})

test('a token with a lifetime of a few minutes is refreshed in the second half of it', () => {
  const token = { refreshedAt: now, expiresAt: at(200) }
  const config = { policy: 'always', aheadSeconds: 600, keepAliveSeconds: 86_400 } as never
  expect(nextDueAt(connected, token, config, now, 0)).toEqual(at(100))
  expect(nextDueAt(connected, token, config, now, 1)).toEqual(at(50))
})
