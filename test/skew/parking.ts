import { expect, test } from 'vitest'
import type { SkewWorld } from './world.ts'

/** Tenants of an environment that the settings no longer have. Starts other processes of both releases. */
export function testParking(opened: () => SkewWorld): void {
  test('a tenant that this release parked is kept by the last one, and served again by both', async () => {
    const world = opened()
    world.at('this')
    const tenant = await world.connected('ada@outlook.example', 'sandbox')
    await world.restart({ ENVIRONMENTS: 'production' })
    await world.sweep('this', [tenant], 'sandbox')
    const tomorrow = Math.ceil(Date.now() / 86_400_000) * 86_400_000
    expect((await world.dueTimes(tenant)).map(Number)).toContain(tomorrow)
    // The hour of the parked row has come, and neither serves the tenant.
    for (const release of ['last', 'this', 'last'] as const) await world.sweep(release, [tenant], 'sandbox')
    expect(await world.row(tenant)).toMatchObject({ status: 'connected' })
    await world.restart()
    for (const release of ['last', 'this'] as const) {
      await world.sweep(release, [tenant], 'sandbox')
      expect((await world.refresh(release, tenant)).status).toBe(200)
    }
    expect(await world.dueTimes(tenant)).not.toEqual([])
    expect(await world.seen(tenant)).toEqual({ last: 'connected 200', this: 'connected 200' })
  })
}
