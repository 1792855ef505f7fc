import { expect, test } from 'vitest'
import type { Release, SkewWorld } from './world.ts'

const person = 'ada@outlook.example'
const connected = { last: 'connected 200', this: 'connected 200' }
const hourMilliseconds = 3_600_000
/** Longer than `STUCK_AFTER_DAYS`, and than a grant lives unused. */
const manyHours = 100 * 24
const longAgo = () => new Date(Date.now() - manyHours * hourMilliseconds)
/** From the fifth unknown answer on, the operator must act. */
const [fifth, sixth] = [{ unknownAnswers: 5 }, { unknownAnswers: 6 }]
/** How long a process may serve from what it has read of a hold. */
const cached = { timeout: 10_000, interval: 250 }

/** What one release knows of a trouble, and the other one does about it. */
export function testTroubles(opened: () => SkewWorld): void {
  const refuse = (kind: string, times = 1) =>
    opened().signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind, times })

  /** The tenant's own waits are over. */
  async function endWaits(tenant: string): Promise<void> {
    const row = await opened().row(tenant)
    const waits = ['troubleNextAttemptAt', 'troubleNextVendAttemptAt'].filter((column) => column in row)
    await opened().changeRow(tenant, Object.fromEntries(waits.map((column) => [column, new Date(0)])))
  }

  /** Fails once more; the fifth unknown answer makes the tenant the operator's. */
  async function fail(
    release: Release,
    tenant: string,
    { unknownAnswers = 1, hours = 1 }: { readonly unknownAnswers?: number; readonly hours?: number } = {},
  ): Promise<void> {
    const world = opened()
    if (unknownAnswers > 1) {
      await endWaits(tenant)
      await world.changeRow(tenant, { troubleUnknownAnswers: unknownAnswers - 1 })
    }
    await refuse('unknownError')
    expect((await world.refresh(release, tenant, hours)).body.reason).toBe('unknown_answer')
  }

  /** The hold's time is over, and both ask: each is served, and the hold goes with a success of one that has seen it. */
  async function expectEnd(tenant: string, [one, other]: readonly [Release, Release]): Promise<void> {
    const world = opened()
    await world.endHoldTime()
    for (const release of [one, other]) {
      const vend = async () => {
        await endWaits(tenant)
        return [(await world.refresh(release, tenant)).status, await world.hold()]
      }
      await expect.poll(vend, { ...cached, message: release }).toEqual([200, undefined])
    }
  }

  test('this release respects a hold that the last one places, and ends it', async () => {
    const world = opened()
    world.at('last')
    const tenant = await world.connected()
    await world.signIn.clientSecrets('production', ['another'])
    expect((await world.refresh('last', tenant)).body.code).toBe('environment_on_hold')
    expect((await world.refresh('this', tenant)).body.code).toBe('environment_on_hold')
    await world.signIn.restoreClientSecrets('production')
    await expectEnd(tenant, ['this', 'last'])
    expect(await world.seen(tenant)).toEqual(connected)
  })

  test('the last release loses no tenant in an outage that this one holds, and ends the hold', async () => {
    const world = opened()
    world.at('this')
    const tenants = await Promise.all(Array.from({ length: 6 }, () => world.connected()))
    await refuse('serverError', 100)
    for (const tenant of tenants) await world.refresh('this', tenant)
    expect(await world.hold()).toMatchObject({ reason: 'identity_provider_error' })
    for (const tenant of tenants) expect((await world.refresh('last', tenant)).status).toBe(503)
    await world.sweep('last', tenants)
    await world.signIn.clear()
    await expectEnd(tenants[0] ?? '', ['last', 'this'])
    for (const tenant of tenants) {
      await endWaits(tenant)
      expect((await world.refresh('this', tenant)).status).toBe(200)
      expect(await world.seen(tenant)).toEqual(connected)
    }
  })

  test('a tenant that this release found stuck is not lost for what it remembers from before', async () => {
    const world = opened()
    world.at('this')
    const tenant = await world.connected()
    await fail('this', tenant)
    await fail('this', tenant, fifth)
    await world.changeRow(tenant, { troubleStuckSince: longAgo(), troubleToldAt: longAgo() })
    await fail('last', tenant, sixth)
    expect(await world.row(tenant)).toMatchObject({ troubleStuckSince: expect.any(Date) })
    await endWaits(tenant)
    expect((await world.refresh('last', tenant)).status).toBe(200)
    // A new trouble, which has nothing to do with the first.
    await fail('last', tenant)
    await fail('this', tenant, fifth)
    const row = await world.row(tenant)
    expect(row).toMatchObject({ status: 'connected', troubleActor: 'operator' })
    expect(Date.now() - Number(row.troubleStuckSince)).toBeLessThan(hourMilliseconds)
    await endWaits(tenant)
    expect((await world.refresh('this', tenant)).status).toBe(200)
    expect(await world.seen(tenant)).toEqual(connected)
  })

  test('a tenant that this release gave up signs in again at the last one', async () => {
    const world = opened()
    world.at('this')
    const tenant = await world.connected()
    await fail('this', tenant)
    await fail('this', tenant, fifth)
    await world.changeRow(tenant, { troubleStuckSince: longAgo() })
    await fail('this', tenant, { ...sixth, hours: manyHours + 1 })
    const lost = 'reauthorization_required 409'
    expect(await world.seen(tenant)).toEqual({ last: lost, this: lost })
    world.at('last')
    await world.connect(tenant, person)
    expect(await world.seen(tenant)).toEqual(connected)
    expect((await world.refresh('this', tenant)).status).toBe(200)
  })

  test('a report of either sweep can be read by the other one', async () => {
    const world = opened()
    for (const release of ['last', 'this'] as const) {
      await world.sweep(release, [])
      for (const reader of ['last', 'this'] as const) {
        world.at(reader)
        const { status } = await world.call('GET', '/ready', { app: 'demo-operator' })
        expect([release, reader, status]).toEqual([release, reader, 200])
      }
    }
  })
}
