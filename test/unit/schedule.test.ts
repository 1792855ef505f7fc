import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { RefreshConfig } from '../../shared/config.ts'
import { firstRetrySeconds, isActive, nextDueAt, retryAt } from '../../shared/domain/schedule.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createRandom } from '../simulation/random.ts'

const now = new Date('2026-11-23T16:00:00Z')
const config: RefreshConfig = {
  policy: 'active',
  activeWindowSeconds: 86_400,
  aheadSeconds: 600,
  keepAliveSeconds: 7 * 86_400,
  stuckAfterSeconds: 14 * 86_400,
  sweepConcurrency: 12,
  sweepSeconds: 240,
  sweepHandoverCount: 2000,
  usedRefreshTokens: 'accepted',
  leaseSeconds: 60,
  tokenEndpointSeconds: 10,
}
const idle: Tenant = {
  workspace: 'agency',
  tenant: 'acme',
  environment: 'production',
  status: 'connected',
  createdAt: now,
}
const active: Tenant = { ...idle, lastVendedAt: addSeconds(now, -60) }
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const lifetime = fc.integer({ min: 60, max: 90_000 })

describe('which tenants are active', () => {
  test('tenants that were vended within the window', () => {
    expect(isActive(active, config, now)).toBe(true)
    expect(isActive(idle, config, now)).toBe(false)
    expect(isActive(active, config, addSeconds(now, 86_400))).toBe(false)
  })

  test('all or none, if the policy says so', () => {
    expect(isActive(idle, { ...config, policy: 'always' }, now)).toBe(true)
    expect(isActive(active, { ...config, policy: 'onDemand' }, now)).toBe(false)
  })
})

describe('when a refreshed tenant is due', () => {
  test('an active one before its token expires and after it was refreshed, for any lifetime', () => {
    fc.assert(
      fc.property(lifetime, fraction, (seconds, chance) => {
        const token = { refreshedAt: now, expiresAt: addSeconds(now, seconds) }
        const due = nextDueAt(active, token, config, now, chance)
        expect(due.getTime()).toBeLessThan(token.expiresAt.getTime())
        expect(due.getTime()).toBeGreaterThan(now.getTime())
      }),
    )
  })

  test('an active one with an hour’s token ten to twenty minutes ahead', () => {
    const token = { refreshedAt: now, expiresAt: addSeconds(now, 3600) }
    expect(nextDueAt(active, token, config, now, 0)).toEqual(addSeconds(now, 3000))
    expect(nextDueAt(active, token, config, now, 0.5)).toEqual(addSeconds(now, 2700))
  })

  test('an idle one within the keep-alive span, and not in its first four fifths', () => {
    fc.assert(
      fc.property(lifetime, fraction, (seconds, chance) => {
        const token = { refreshedAt: now, expiresAt: addSeconds(now, seconds) }
        const spanSeconds = (nextDueAt(idle, token, config, now, chance).getTime() - now.getTime()) / 1000
        expect(spanSeconds).toBeLessThanOrEqual(config.keepAliveSeconds)
        expect(spanSeconds).toBeGreaterThanOrEqual(config.keepAliveSeconds * 0.8 - 1)
      }),
    )
  })
})

describe('no due time is further away than the keep-alive', () => {
  const keepAlive = addSeconds(now, config.keepAliveSeconds).getTime()

  test('of an active tenant whose token claims a year', () => {
    const token = { refreshedAt: now, expiresAt: addSeconds(now, 365 * 86_400) }
    expect(nextDueAt(active, token, config, now, 0).getTime()).toBe(keepAlive)
  })

  test.each([
    ['idle', idle],
    ['active', active],
  ])('of an %s tenant whose row was written by a clock that is ahead', (_what, tenant) => {
    const ahead = addSeconds(now, 30 * 86_400)
    const token = { refreshedAt: ahead, expiresAt: addSeconds(ahead, 3600) }
    expect(nextDueAt(tenant, token, config, now, 0).getTime()).toBe(keepAlive)
  })
})

describe('when a failed refresh is tried again', () => {
  test('never sooner than 5 s or than requested, and within an hour after that', () => {
    const floor = fc.option(fc.integer({ min: 5, max: 3600 }), { nil: undefined })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fraction, floor, (attempt, chance, asked) => {
        const waitSeconds = (retryAt(now, attempt, chance, asked).getTime() - now.getTime()) / 1000
        expect(waitSeconds).toBeGreaterThanOrEqual(asked ?? firstRetrySeconds)
        expect(waitSeconds).toBeLessThanOrEqual((asked ?? firstRetrySeconds) + 3600)
      }),
    )
  })

  test('waits longer after more failures', () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => retryAt(now, attempt, 0.5).getTime())
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
  })
})

describe('tenants that were connected together', () => {
  const tenants = 10_000
  const sweepMilliseconds = 300_000

  /** The time of the first sweep after `due`. */
  const sweptAt = (due: Date) => new Date(Math.ceil(due.getTime() / sweepMilliseconds) * sweepMilliseconds)

  /** The largest part of them that any one sweep refreshes in their `rounds`th round. */
  function busiest(tenant: Tenant, lifetimeSeconds: number, rounds: number, chance: () => number): number {
    const sweeps = new Map<number, number>()
    for (let number = 0; number < tenants; number++) {
      // All within one minute.
      let at = addSeconds(now, (60 * number) / tenants)
      for (let round = 0; round < rounds; round++) {
        const vended = tenant.lastVendedAt ? { ...tenant, lastVendedAt: at } : tenant
        const token = { refreshedAt: at, expiresAt: addSeconds(at, lifetimeSeconds) }
        at = sweptAt(nextDueAt(vended, token, config, at, chance()))
      }
      sweeps.set(at.getTime(), (sweeps.get(at.getTime()) ?? 0) + 1)
    }
    return Math.max(...sweeps.values()) / tenants
  }

  const seed = fc.integer()
  const hourlyOr = fc.constantFrom(3600, 4500, 5400)

  test('drift apart: after an hour no sweep has all of the active ones, after a day none a quarter', () => {
    fc.assert(
      fc.property(seed, hourlyOr, (from, seconds) => {
        const chance = createRandom(from).fraction
        expect(busiest(active, seconds, 1, chance)).toBeLessThan(0.65)
        expect(busiest(active, seconds, 24, chance)).toBeLessThan(0.25)
      }),
      { numRuns: 3 },
    )
  })

  test('that are idle spread over more than a day from the start', () => {
    expect(busiest(idle, 3600, 1, createRandom(1).fraction)).toBeLessThan(0.01)
  })
})
