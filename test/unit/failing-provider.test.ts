import { describe, expect, test } from 'vitest'
import type { RefreshTrouble, TenantName } from '../../shared/domain/tenant.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const failing = refusalOf(503)
const tenantOf = (index: number): TenantName => ({ workspace: 'w', tenant: `t${index}` })

/** Refreshes this many due tenants, one after the other. */
async function refreshed(
  count: number,
  answer: (call: number) => TokenResult,
  trouble: (index: number) => RefreshTrouble | undefined = () => undefined,
) {
  const own = refreshGround({ answer })
  const outcomes: string[] = []
  for (let index = 1; index <= count; index++) {
    const known = trouble(index)
    await own.add(known && { trouble: known }, tenantOf(index))
    const { outcome } = await own.clock.run(own.refresher.refresh(tenantOf(index), { for: 'sweep' }))
    outcomes.push(outcome)
  }
  return { ...own, outcomes, waits: (index: number) => own.rowOf(tenantOf(index))?.trouble }
}

describe('a provider that fails', () => {
  test('for five tenants in a row is asked for none of them, and the fifth needs no wait of its own', async () => {
    const { calls, clock, holds, outcomes, refresher, rowOf, waits } = await refreshed(8, () => failing)
    expect(outcomes).toEqual([...Array(5).fill('refused'), ...Array(3).fill('passed_on')])
    expect(holds).toMatchObject([{ reason: 'identity_provider_error', environment: 'production' }])
    expect(holds[0]?.kind).toBeUndefined()
    expect([waits(4)?.attempts, waits(5), waits(6)]).toEqual([1, undefined, undefined])
    expect(rowOf(tenantOf(5))).not.toHaveProperty('lease')
    await clock.run(clock.sleep(61_000))
    await clock.run(refresher.refresh(tenantOf(6), { for: 'sweep' }))
    expect([calls(), waits(6)]).toEqual([6, undefined])
  })

  test('for fewer, or with a success in between, lets each wait by itself', async () => {
    const few = await refreshed(4, () => failing)
    expect([few.holds, few.waits(4)?.attempts]).toEqual([[], 1])
    const between = await refreshed(9, (call) => (call === 5 ? anHour : failing))
    expect([between.holds, between.waits(9)?.attempts]).toEqual([[], 1])
  })

  test('and asks for a longer wait is obeyed for that tenant', async () => {
    const answer = (seconds: string): TokenResult => ({
      ok: false,
      refusal: classifyTokenRefusal(503, {}, seconds),
    })
    const long = await refreshed(5, () => answer('31'))
    expect([long.holds.length, long.waits(5)?.attempts]).toEqual([1, 1])
    const short = await refreshed(5, () => answer('30'))
    expect([short.holds.length, short.waits(5)]).toEqual([1, undefined])
  })

  test('isn’t suspected for tenants that are known to be stuck', async () => {
    const trouble = { attempts: 9, reason: 'unknown_answer', traceId: '', unknownAnswers: 9 } as const
    const nextAttemptAt = new Date(0)
    const stuck = () => ({ ...trouble, actor: 'operator', nextAttemptAt }) as const
    expect((await refreshed(9, () => refusalOf(418), stuck)).holds).toEqual([])
    expect((await refreshed(9, () => refusalOf(418))).holds).toHaveLength(1)
  })

  test('isn’t blamed on our registration by one directory that refuses the app', async () => {
    const directory = refusalOf(400, 'unauthorized_client', 700016)
    const own = await refreshed(6, (call) => (call <= 5 ? failing : directory))
    await own.clock.run(own.clock.sleep(61_000))
    await own.clock.run(own.refresher.refresh(tenantOf(6), { for: 'sweep' }))
    expect(own.calls()).toBe(6)
    expect(own.holds).toHaveLength(1)
    expect(own.waits(6)).toMatchObject({ actor: 'operator', reason: 'application_not_found' })
  })
})
