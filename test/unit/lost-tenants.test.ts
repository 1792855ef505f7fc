import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { RefreshTrouble } from '../../shared/domain/tenant.ts'
import { isLost } from '../../shared/refresh/decide.ts'
import { grantOf } from '../simulation/ground.ts'
import { createModelNotes } from '../simulation/models/notes.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const day = 86_400
const stuck = { workspace: 'w', tenant: 'stuck' }
const refused = refusalOf(400, 'unauthorized_client', 700016)
const sweep = { for: 'sweep' } as const

/** A tenant whose refreshes are refused, beside a healthy one, each tried as often as a sweep would. */
function createGround(
  options: { readonly answer?: ReturnType<typeof refusalOf>; readonly notes?: object } = {},
) {
  const { answer = refused, notes = createModelNotes() } = options
  let asked: 'stuck' | 'healthy' = 'stuck'
  const own = refreshGround({
    answer: () => (asked === 'stuck' ? answer : anHour),
    with: () => ({ notes: notes as never }),
  })
  return {
    ...own,
    /** Adds the stuck tenant; `healthy` is a second one, of this kind of account. */
    async begin(healthy?: 'work' | 'personal') {
      await own.add({}, stuck)
      if (!healthy) return
      await own.add()
      const row = own.row()
      const grant = { ...grantOf(row.grant?.reference ?? '', 'second'), accountKind: healthy }
      await own.tenants.replace(
        { tenant: row, etag: own.tenants.row(row)?.etag ?? '' },
        { ...row, grant },
        [],
      )
    },
    /** Refreshes the healthy tenant, whether or not it's due. */
    async refreshHealthy() {
      asked = 'healthy'
      const seen = addSeconds(own.clock.now(), 1)
      const { outcome } = await own.clock.run(own.refresher.refresh(own.row(), { for: 'replacement', seen }))
      expect(outcome).toBe('refreshed')
      asked = 'stuck'
    },
    async trySoon(days: number) {
      own.clock.advance(days * day)
      asked = 'stuck'
      await own.clock.run(own.refresher.refresh(stuck, sweep))
      return own.tenants.row(stuck)?.tenant
    },
  }
}

describe('a tenant whose directory refuses the app', () => {
  test('must sign in again after the setting’s time, if the registration works for others', async () => {
    const own = createGround()
    await own.begin('work')
    await own.trySoon(0)
    own.clock.advance(60)
    await own.refreshHealthy()
    expect(await own.trySoon(13.9)).toMatchObject({ status: 'connected', trouble: { actor: 'operator' } })
    expect(await own.trySoon(1)).toMatchObject({
      status: 'reauthorization_required',
      reauthorizationReason: 'application_not_found',
    })
    const calls = own.calls()
    await own.trySoon(30)
    expect(own.calls()).toBe(calls)
  })

  test.each([
    ['no other tenant', undefined],
    ['other tenants of another kind alone', 'personal'],
  ] as const)('stays connected in a broker with %s: it may be our registration', async (_title, healthy) => {
    const own = createGround()
    await own.begin(healthy)
    await own.trySoon(0)
    if (healthy) {
      own.clock.advance(60)
      await own.refreshHealthy()
    }
    for (const days of [15, 20, 54]) expect(await own.trySoon(days)).toMatchObject({ status: 'connected' })
    expect(await own.trySoon(1)).toMatchObject({ status: 'reauthorization_required' })
  })

  test('stays connected if the registration worked only before it was refused', async () => {
    const own = createGround()
    await own.begin('work')
    await own.refreshHealthy()
    own.clock.advance(60)
    await own.trySoon(0)
    expect(await own.trySoon(20)).toMatchObject({ status: 'connected' })
    await own.refreshHealthy()
    expect(await own.trySoon(2)).toMatchObject({ status: 'reauthorization_required' })
  })

  test('stays connected while it can’t be known', async () => {
    const own = createGround({
      notes: { read: () => Promise.reject(new Error('busy')), write: async () => undefined },
    })
    await own.begin('work')
    await own.trySoon(0)
    expect(await own.trySoon(20)).toMatchObject({ status: 'connected' })
  })
})

test('what only the operator can fix changes no status, as long as the grant lives', async () => {
  const own = createGround()
  await own.begin('work')
  for (const { name } of [...own.vault.live()])
    if (own.tenants.row(stuck)?.tenant.grant?.reference.includes(name)) await own.vault.remove(name)
  await own.trySoon(0)
  own.clock.advance(60)
  await own.refreshHealthy()
  for (const days of [15, 74])
    expect(await own.trySoon(days)).toMatchObject({
      status: 'connected',
      trouble: { reason: 'grant_missing', actor: 'operator' },
    })
  expect(await own.trySoon(1)).toMatchObject({
    status: 'reauthorization_required',
    reauthorizationReason: 'grant_missing',
  })
})

test('a working kind is noted once a day in each process, again after a failed write', async () => {
  const written: string[] = []
  let fails = true
  const notes = {
    read: async () => undefined,
    write: async (kind: string, key: string) => {
      written.push(`${kind} ${key}`)
      if (fails) throw new Error('busy')
    },
  }
  const own = createGround({ notes })
  await own.begin('work')
  await own.refreshHealthy()
  fails = false
  for (let times = 0; times < 3; times++) await own.refreshHealthy()
  expect(written).toEqual(Array.from({ length: 2 }, () => 'proven production:microsoft:work'))
  own.clock.advance(day)
  await own.refreshHealthy()
  expect(written).toHaveLength(3)
})

describe('a stuck grant', () => {
  const now = new Date('2026-11-23T16:00:00Z')
  const trouble = (reason: RefreshTrouble['reason'], days: number) =>
    ({
      ...{ attempts: 9, reason, traceId: '' },
      nextAttemptAt: now,
      stuckSince: addSeconds(now, -days * day),
    }) as const
  const facts = { stuckAfterSeconds: 14 * day, provenAt: now }
  test.each([
    ['microsoft', 'application_disabled', 13.9, false],
    ['microsoft', 'application_disabled', 14, true],
    ['microsoft', 'unknown_answer', 89.9, false],
    ['microsoft', 'unknown_answer', 90, true],
    ['google', 'grant_unreadable', 182.9, false],
    ['google', 'grant_unreadable', 183, true],
    ['microsoft', 'unknown_reason', 14, false],
  ] as const)('of %s with %s after %d days is lost: %s', (identityProvider, reason, days, lost) => {
    expect(isLost(trouble(reason, days), { ...facts, identityProvider }, now)).toBe(lost)
  })

  test('without a known beginning is not lost', () => {
    const { stuckSince: _since, ...rest } = trouble('application_disabled', 99)
    expect(isLost(rest, { ...facts, identityProvider: 'microsoft' }, now)).toBe(false)
  })
})
