import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { EnvironmentHold } from '../../shared/domain/holds.ts'
import { type Tenant, tenantStatuses } from '../../shared/domain/tenant.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { decideRefresh, judgeRefusal, type RefreshPurpose } from '../../shared/refresh/decide.ts'

const now = new Date('2026-11-23T16:00:00Z')
const later = (seconds: number) => addSeconds(now, seconds)

const theGrant: NonNullable<Tenant['grant']> = {
  id: 'consent',
  reference: 'vault:v/s/1/0',
  identityProvider: 'microsoft',
  scopes: ['s'],
  accountKind: 'work',
  authorityTenant: 't',
  consenter: { issuer: 'i', subject: 's', hint: 'a…@b' },
  consentedAt: later(-9000),
  advertisingUserId: '1',
}
const connected: Tenant = {
  workspace: 'agency',
  tenant: 'acme',
  environment: 'production',
  status: 'connected',
  createdAt: later(-9000),
  grant: theGrant,
  accessToken: { sealed: 'x', refreshedAt: later(-3000), expiresAt: later(600) },
  dueAt: later(0),
}
const hold: EnvironmentHold = {
  environment: 'production',
  identityProvider: 'microsoft',
  reason: 'client_secret_expired',
  traceId: '',
  since: later(-60),
  until: later(30),
}
const trouble = {
  attempts: 1,
  reason: 'identity_provider_error',
  traceId: '',
  nextAttemptAt: later(30),
} as const

describe('whether a tenant is refreshed', () => {
  test.each<[string, Tenant, RefreshPurpose, EnvironmentHold | undefined, object]>([
    [
      'a fresh token serves a vend',
      connected,
      { for: 'vend', minValiditySeconds: 300 },
      undefined,
      { refresh: false, reason: 'fresh' },
    ],
    [
      'a short one does not',
      connected,
      { for: 'vend', minValiditySeconds: 900 },
      undefined,
      { refresh: true, reason: 'expires_soon' },
    ],
    [
      'one that a refresh has just brought is not bettered by another',
      { ...connected, accessToken: { sealed: 'x', refreshedAt: later(-29), expiresAt: later(3571) } },
      { for: 'vend', minValiditySeconds: 3590 },
      undefined,
      { refresh: false, reason: 'validity_not_reached' },
    ],
    [
      'nor when the consent was less than a second before it',
      {
        ...connected,
        grant: { ...theGrant, consentedAt: later(-2.5) },
        accessToken: { sealed: 'x', refreshedAt: later(-2), expiresAt: later(3598) },
      },
      { for: 'vend', minValiditySeconds: 3599 },
      undefined,
      { refresh: false, reason: 'validity_not_reached' },
    ],
    [
      'what the consent itself brought tells nothing of refreshes',
      {
        ...connected,
        grant: { ...theGrant, consentedAt: later(-1) },
        accessToken: { sealed: 'x', refreshedAt: later(-1.5), expiresAt: later(28) },
      },
      { for: 'vend', minValiditySeconds: 300 },
      undefined,
      { refresh: true, reason: 'expires_soon' },
    ],
    [
      'one that lived too short from the start is repeated in the second half of its life',
      { ...connected, accessToken: { sealed: 'x', refreshedAt: later(-1499), expiresAt: later(1501) } },
      { for: 'vend', minValiditySeconds: 3300 },
      undefined,
      { refresh: false, reason: 'validity_not_reached' },
    ],
    [
      'and then it is',
      { ...connected, accessToken: { sealed: 'x', refreshedAt: later(-1500), expiresAt: later(1500) } },
      { for: 'vend', minValiditySeconds: 3300 },
      undefined,
      { refresh: true, reason: 'expires_soon' },
    ],
    [
      'an answer without a lifetime is not asked for at every vend',
      { ...connected, accessToken: { sealed: 'x', refreshedAt: later(-29), expiresAt: later(-29) } },
      { for: 'vend', minValiditySeconds: 300 },
      undefined,
      { refresh: false, reason: 'validity_not_reached' },
    ],
    ['a due tenant is swept', connected, { for: 'sweep' }, undefined, { refresh: true, reason: 'due' }],
    [
      'one that is not due is skipped',
      { ...connected, dueAt: later(1) },
      { for: 'sweep' },
      undefined,
      { refresh: false, reason: 'fresh' },
    ],
    [
      'a refused token is replaced',
      connected,
      { for: 'replacement', seen: later(-3000) },
      undefined,
      { refresh: true, reason: 'replaced' },
    ],
    [
      'one that was replaced already is not',
      connected,
      { for: 'replacement', seen: later(-4000) },
      undefined,
      { refresh: false, reason: 'fresh' },
    ],
    [
      'trouble waits for its time',
      { ...connected, trouble },
      { for: 'sweep' },
      undefined,
      { refresh: false, reason: 'waiting_to_retry' },
    ],
    [
      'an environment on hold rests',
      connected,
      { for: 'sweep' },
      hold,
      { refresh: false, reason: 'environment_on_hold' },
    ],
    [
      'a hold that is over is probed',
      connected,
      { for: 'sweep' },
      { ...hold, until: now },
      { refresh: true, reason: 'due' },
    ],
    [
      'although no tenant is due',
      { ...connected, dueAt: later(1) },
      { for: 'sweep', isProbe: true },
      { ...hold, until: now },
      { refresh: true, reason: 'probe' },
    ],
    [
      'but not after another process ended it',
      { ...connected, dueAt: later(1) },
      { for: 'sweep', isProbe: true },
      undefined,
      { refresh: false, reason: 'fresh' },
    ],
    [
      'a fresh token is vended in spite of a hold',
      connected,
      { for: 'vend', minValiditySeconds: 60 },
      hold,
      { refresh: false, reason: 'fresh' },
    ],
  ])('%s', (_sentence, tenant, purpose, hold, decision) => {
    expect(decideRefresh(tenant, purpose, hold, now)).toEqual(decision)
  })

  test('a dead grant is never refreshed, for any caller', () => {
    const purpose = fc.oneof(
      fc.record({ for: fc.constant('vend' as const), minValiditySeconds: fc.nat(4000) }),
      fc.constant({ for: 'sweep' as const }),
      fc.record({ for: fc.constant('replacement' as const), seen: fc.date({ noInvalidDate: true }) }),
    )
    const dead = tenantStatuses.filter((status) => status !== 'connected')
    fc.assert(
      fc.property(purpose, fc.constantFrom(...dead), (wanted, status) => {
        expect(decideRefresh({ ...connected, status }, wanted, undefined, now).refresh).toBe(false)
      }),
    )
  })
})

describe('the consequence of a refusal', () => {
  const judge = (tenant: Tenant, error: string, codes: number[], chance = 0) =>
    judgeRefusal(tenant, classifyTokenRefusal(400, { error, error_codes: codes }), now, chance)

  test('an operator’s fault holds the environment and changes no tenant', () => {
    expect(judge(connected, 'invalid_client', [7000222])).toEqual({ verdict: 'hold' })
  })

  test.each([7000112, 7000229, 700016, 90002])(
    'AADSTS%i may come from one directory: the tenant waits about as long as it lasts, a day at most',
    (code) => {
      const waitSeconds = (lastedSeconds: number, chance: number) => {
        const stuck = { ...trouble, attempts: 50, stuckSince: later(-lastedSeconds) }
        const verdict = judge({ ...connected, trouble: stuck }, 'unauthorized_client', [code], chance)
        if (verdict.verdict !== 'retry') throw new Error(verdict.verdict)
        const lasting = { actor: 'operator', attempts: 51, stuckSince: later(-lastedSeconds) }
        expect(verdict.trouble).toMatchObject(lasting)
        return (verdict.trouble.nextAttemptAt.getTime() - now.getTime()) / 1000
      }
      expect(waitSeconds(0, 0)).toBe(5)
      expect(waitSeconds(0, 0.999)).toBeLessThan(10)
      expect(waitSeconds(3600, 0)).toBe(1800)
      expect(waitSeconds(40 * 86_400, 0)).toBe(43_200)
      expect(waitSeconds(40 * 86_400, 0.999)).toBeLessThan(86_400)
    },
  )

  test('a stuck tenant is tried for an app a minute later, not before, and a sweep waits longer', () => {
    const stuck = { ...connected, trouble: { ...trouble, stuckSince: later(-7200) } }
    const verdict = judge(stuck, 'unauthorized_client', [700016])
    if (verdict.verdict !== 'retry') throw new Error(verdict.verdict)
    const tenant = { ...connected, trouble: verdict.trouble }
    const decide = (purpose: RefreshPurpose, seconds: number) =>
      decideRefresh(tenant, purpose, undefined, later(seconds)).refresh
    const vend = { for: 'vend', minValiditySeconds: 900 } as const
    const replacement = { for: 'replacement', seen: later(-3000) } as const
    expect([decide(vend, 59), decide(vend, 60)]).toEqual([false, true])
    expect([decide(replacement, 59), decide(replacement, 60)]).toEqual([false, true])
    expect([decide({ for: 'sweep' }, 3599), decide({ for: 'sweep' }, 3600)]).toEqual([false, true])
  })

  test('the wait that an answer asks for holds for an app’s request as well', () => {
    const stuck = { ...connected, trouble: { ...trouble, stuckSince: later(-7200) } }
    const refusal = classifyTokenRefusal(400, { error: 'unauthorized_client', error_codes: [700016] })
    const verdict = judgeRefusal(stuck, { ...refusal, retryAfterSeconds: 600 }, now, 0)
    expect(verdict).toMatchObject({ trouble: { nextVendAttemptAt: later(600), nextAttemptAt: later(3600) } })
  })

  test('the operator is told at once, and then weekly; a temporary failure between doesn’t start it over', () => {
    const since = later(-30 * 86_400)
    const toldAt = (toldSeconds: number, error = 'unauthorized_client', code = 700016) => {
      const stuck = { ...trouble, actor: 'operator', stuckSince: since, toldAt: later(-toldSeconds) } as const
      const verdict = judge({ ...connected, trouble: stuck }, error, [code])
      return verdict.verdict === 'retry' ? verdict.trouble : undefined
    }
    expect(judge(connected, 'unauthorized_client', [700016])).toMatchObject({
      trouble: { stuckSince: now, toldAt: now },
    })
    expect(toldAt(7 * 86_400 - 1)?.toldAt).toEqual(later(-7 * 86_400 + 1))
    expect(toldAt(7 * 86_400)?.toldAt).toEqual(now)
    const passing = toldAt(60, 'temporarily_unavailable', 0)
    expect(passing).toMatchObject({ stuckSince: since, toldAt: later(-60) })
    expect(passing).not.toHaveProperty('actor')
  })

  test('an unknown answer counts as temporary four times, separate from other failures, and then the operator must act', () => {
    const after = (unknownAnswers: number) => ({
      ...connected,
      trouble: { ...trouble, attempts: 9, unknownAnswers },
    })
    const judged = (tenant: Tenant, status: number) =>
      judgeRefusal(tenant, classifyTokenRefusal(status, {}), now, 0)
    expect(judged(after(3), 418)).toMatchObject({ trouble: { unknownAnswers: 4 } })
    expect(judged(after(3), 418)).not.toHaveProperty('trouble.actor')
    expect(judged(after(4), 418)).toMatchObject({ trouble: { unknownAnswers: 5, actor: 'operator' } })
    expect(judged(after(4), 503)).toMatchObject({ trouble: { unknownAnswers: 4 } })
    expect(judged(after(4), 503)).not.toHaveProperty('trouble.actor')
  })

  test('a required action of the person ends the grant immediately', () => {
    expect(judge(connected, 'invalid_grant', [50173])).toMatchObject({
      verdict: 'dead',
      reason: 'grant_revoked',
    })
    expect(judge(connected, 'invalid_grant', [53003])).toMatchObject({
      verdict: 'dead',
      reason: 'conditional_access',
    })
  })

  test('a general refusal is confirmed, after 5 s at the earliest', () => {
    const first = judge(connected, 'invalid_grant', [70000])
    expect(first).toMatchObject({
      verdict: 'retry',
      trouble: { suspectedSince: now, nextAttemptAt: later(5), attempts: 1 },
    })
    const soon = { ...connected, trouble: { ...trouble, suspectedSince: later(-4) } }
    expect(judge(soon, 'invalid_grant', [70000])).toMatchObject({
      verdict: 'retry',
      trouble: { suspectedSince: later(-4) },
    })
    const confirmed = { ...connected, trouble: { ...trouble, suspectedSince: later(-5) } }
    expect(judge(confirmed, 'invalid_grant', [70000])).toMatchObject({ verdict: 'dead' })
  })

  test('a provider that fails for a few tenants is tried a minute later for an app, and not before its own wait', () => {
    const failing = { ...connected, trouble: { ...trouble, attempts: 12 } }
    const waits = (status: number, retryAfter?: string) =>
      judgeRefusal(failing, classifyTokenRefusal(status, {}, retryAfter), now, 0.5)
    expect(waits(503)).toMatchObject({
      trouble: { nextAttemptAt: later(1805), nextVendAttemptAt: later(60) },
    })
    expect(waits(503, '600')).toMatchObject({ trouble: { nextVendAttemptAt: later(600) } })
    expect(waits(429, '30')).not.toHaveProperty('trouble.nextVendAttemptAt')
    expect(waits(418)).not.toHaveProperty('trouble.nextVendAttemptAt')
  })

  test('a temporary failure is counted and waits, and never ends a grant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, chance) => {
          const tenant = { ...connected, trouble: { ...trouble, attempts } }
          const verdict = judge(tenant, 'temporarily_unavailable', [], chance)
          if (verdict.verdict !== 'retry') throw new Error(verdict.verdict)
          expect(verdict.trouble.attempts).toBe(attempts + 1)
          expect(verdict.trouble.nextAttemptAt.getTime()).toBeGreaterThanOrEqual(later(5).getTime())
        },
      ),
    )
  })
})
