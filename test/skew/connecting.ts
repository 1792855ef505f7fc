import { describe, expect, test } from 'vitest'
import { returnTo } from '../end-to-end/terminations.ts'
import { orders, type SkewWorld } from './world.ts'

const person = 'ada@outlook.example'
const connected = { last: 'connected 200', this: 'connected 200' }

/** What one release begins while a person connects, and the other one ends. */
export function testConnecting(opened: () => SkewWorld): void {
  describe.each(orders)('begun by $first, ended by $second:', ({ one, other }) => {
    test('a link connects once, and each refreshes the grant after the other', async () => {
      const world = opened()
      const tenant = world.newTenant()
      world.at(one)
      const { connectUrl } = await world.session(tenant)
      world.at(other)
      await world.finish(connectUrl, person)
      const { grantId } = await world.row(tenant)
      world.at(one)
      await world.finish(connectUrl, person)
      expect(await world.row(tenant)).toMatchObject({ status: 'connected', grantId })
      for (const release of [one, other, one, other]) {
        const { status } = await world.refresh(release, tenant)
        expect([release, status]).toEqual([release, 200])
      }
      expect(await world.seen(tenant)).toEqual(connected)
    })

    test('a sign-in ends where its person expects, and a second one replaces its grant', async () => {
      const world = opened()
      const tenant = world.newTenant()
      for (const [begins, ends] of [
        [one, other],
        [other, one],
      ] as const) {
        world.at(begins)
        const arrived = await world.stopAtCallback(tenant, person)
        world.at(ends)
        const back = await returnTo({ ...arrived, tenant, username: person, connectUrl: '' })
        expect(back?.searchParams.get('status')).toBe('connected')
        expect((await world.refresh(begins, tenant)).status).toBe(200)
      }
      expect(await world.seen(tenant)).toEqual(connected)
    })

    test('a consent is confirmed, and the answer is the same for the one that asks again', async () => {
      const world = opened()
      const tenant = world.newTenant()
      world.at(one)
      const { id, connectUrl } = await world.session(tenant, { confirm: true })
      const { searchParams } = new URL((await world.finish(connectUrl, person)).url)
      const body = { code: searchParams.get('confirmation_code') }
      const confirm = () =>
        world.call('POST', `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`, { body })
      world.at(other)
      expect((await confirm()).status).toBe(200)
      world.at(one)
      expect((await confirm()).status).toBe(200)
      expect((await world.refresh(one, tenant)).status).toBe(200)
      expect(await world.seen(tenant)).toEqual(connected)
    })

    test('columns that only a later release knows survive', async () => {
      const world = opened()
      const later = { laterOwes: 'this', laterCount: 7, laterAt: new Date('2030-01-01T00:00:00Z') }
      world.at(one)
      const tenant = await world.connected()
      await world.changeRow(tenant, later)
      expect((await world.refresh(other, tenant)).status).toBe(200)
      await world.sweep(other, [tenant])
      expect(await world.row(tenant)).toMatchObject(later)
      await world.call('DELETE', `/v1/tenants/${tenant}`)
      await world.sweep(one, [tenant])
      await world.connect(tenant, person)
      expect(await world.row(tenant)).toMatchObject({ ...later, status: 'connected' })
    })
  })
}
