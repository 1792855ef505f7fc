import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { withPlausibleEnd } from '../../shared/domain/holds.ts'
import { withPlausibleTimes } from '../../shared/domain/plausibleTimes.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'

const now = new Date('2026-11-23T16:00:00Z')
const after = (seconds: number) => addSeconds(now, seconds)
const bounds = { leaseSeconds: 60, keepAliveSeconds: 7 * 86_400 }
const base = {
  ...({ workspace: 'w', tenant: 't', environment: 'production', status: 'connected' } as const),
  createdAt: after(-86_400),
} satisfies Tenant
const token = (refreshed: number, expires: number) => ({
  accessToken: { sealed: 'e', refreshedAt: after(refreshed), expiresAt: after(expires) },
})
const trouble = { attempts: 1, reason: 'unknown_reason', traceId: '', nextAttemptAt: now } as const
const believed = (row: Partial<Tenant>) => withPlausibleTimes({ ...base, ...row }, bounds, now)

test.each<[string, Partial<Tenant>]>([
  ['a row without times', {}],
  ['the longest lease', { lease: { id: 'l', until: after(65) } }],
  ['a token of 28 hours, obtained by a clock that is a little ahead', token(5, 100_805)],
  ['an expired token', token(-9000, -5400)],
  ['the longest wait', { trouble: { ...trouble, nextAttemptAt: after(7205), suspectedSince: after(5) } }],
  [
    'the longest wait of a stuck tenant',
    {
      trouble: {
        ...{ ...trouble, actor: 'operator', nextAttemptAt: after(86_405), nextVendAttemptAt: after(60) },
        ...{ stuckSince: after(5), toldAt: after(5) },
      },
    },
  ],
  ['the latest due time', { dueAt: after(7 * 86_400 + 5), lastVendedAt: after(5) }],
])('%s is believed', (_what, row) => {
  expect(believed(row)).toEqual({ ...base, ...row })
})

test.each<[string, Partial<Tenant>, Partial<Tenant>]>([
  ['a lease', { lease: { id: 'l', until: after(66) } }, { lease: { id: 'l', until: now } }],
  ['a token that was obtained in the future', token(6, 3606), {}],
  ['a token that lasts too long', token(0, 100_806), {}],
  [
    'a wait and a suspicion',
    { trouble: { ...trouble, nextAttemptAt: after(7206), suspectedSince: after(6) } },
    { trouble: { ...trouble, suspectedSince: now } },
  ],
  [
    'a stuck tenant’s wait',
    {
      trouble: {
        ...{ ...trouble, actor: 'operator', nextAttemptAt: after(86_406), nextVendAttemptAt: after(7206) },
        ...{ stuckSince: after(6), toldAt: after(6) },
      },
    },
    { trouble: { ...trouble, actor: 'operator', nextVendAttemptAt: now, stuckSince: now, toldAt: now } },
  ],
  ['a due time', { dueAt: after(7 * 86_400 + 6) }, { dueAt: now }],
  ['a vend', { lastVendedAt: after(6) }, { lastVendedAt: now }],
])('%s that is too far in the future is not', (_what, row, expected) => {
  expect(believed(row)).toEqual({ ...base, ...expected })
})

test('what a trouble remembers from before the last refresh that worked is over', () => {
  const before = (seconds: number) => ({
    ...{ nextVendAttemptAt: after(seconds), stuckSince: after(seconds) },
    ...{ suspectedSince: after(seconds), toldAt: after(seconds) },
  })
  const row = (seconds: number) => ({ ...token(-60, 3540), trouble: { ...trouble, ...before(seconds) } })
  expect(believed(row(-66))).toEqual({ ...base, ...token(-60, 3540), trouble })
  // A clock that is a little behind.
  expect(believed(row(-65))).toEqual({ ...base, ...row(-65) })
  const withoutToken = { trouble: { ...trouble, ...before(-66) } }
  expect(believed(withoutToken)).toEqual({ ...base, ...withoutToken })
})

test('a hold lasts a minute at most', () => {
  const hold = (until: Date) =>
    ({
      environment: 'production',
      identityProvider: 'google',
      reason: 'unknown_reason',
      traceId: '',
      since: now,
      until,
    }) as const
  expect(withPlausibleEnd(hold(after(65)), now).until).toEqual(after(65))
  expect(withPlausibleEnd(hold(after(66)), now).until).toEqual(now)
})
