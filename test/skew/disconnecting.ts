import { describe, expect, test } from 'vitest'
import { returnTo } from '../end-to-end/terminations.ts'
import { orders, type SkewWorld } from './world.ts'

const person = 'ada@outlook.example'
const ended = { last: 'disconnected 409', this: 'disconnected 409' }

/** What one release ends while the other one has something unfinished. */
export function testDisconnecting(opened: () => SkewWorld): void {
  describe.each(orders)('a disconnect by $first beside $second', ({ one, other }) => {
    const disconnect = async (tenant: string) => {
      opened().at(one)
      const { body } = await opened().call('DELETE', `/v1/tenants/${tenant}`)
      expect(body.status).toBe('disconnected')
    }

    test('voids the links, sign-ins, and confirmations of both', async () => {
      const world = opened()
      world.at(other)
      const tenant = await world.connected()
      const link = await world.session(tenant)
      const arrived = await world.stopAtCallback(tenant, person)
      const { id, connectUrl } = await world.session(tenant, { confirm: true })
      const { searchParams } = new URL((await world.finish(connectUrl, person)).url)
      const body = { code: searchParams.get('confirmation_code') }
      await disconnect(tenant)
      for (const release of [other, one]) {
        world.at(release)
        await world.finish(link.connectUrl, person)
        await returnTo({ ...arrived, tenant, username: person, connectUrl: '' })
        const path = `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`
        expect((await world.call('POST', path, { body })).status).not.toBe(200)
      }
      expect(await world.seen(tenant)).toEqual(ended)
      await world.connect(tenant, person)
      expect(await world.seen(tenant)).toEqual({ last: 'connected 200', this: 'connected 200' })
    })

    test('leaves no secret, though both had some that the vault would not destroy', async () => {
      const world = opened()
      const before = (await world.grantSecrets()).length
      world.at(other)
      const tenant = await world.connected()
      world.vaultFault({ operation: 'delete', name: 'grant-' })
      await world.connect(tenant, person)
      await disconnect(tenant)
      world.vaultFault()
      await world.sweep(other, [tenant])
      expect((await world.grantSecrets()).length).toBe(before)
      expect((await world.row(tenant)).leftovers).toBeUndefined()
      expect(await world.seen(tenant)).toEqual(ended)
    })

    test('that the vault refused to mark is marked by the other one', async () => {
      const world = opened()
      world.at(other)
      const tenant = await world.connected()
      world.vaultFault({ operation: 'set', name: 'disconnected-' })
      await disconnect(tenant)
      expect((await world.row(tenant)).disconnectMarkOwed).toBe(true)
      world.vaultFault()
      await world.sweep(other, [tenant])
      expect((await world.row(tenant)).disconnectMarkOwed).toBeUndefined()
    })

    test('holds, though a backup brings the row back', async () => {
      const world = opened()
      world.at(other)
      const tenant = await world.connected()
      const backup = await world.row(tenant)
      await disconnect(tenant)
      await world.restoreRow(tenant, backup)
      expect((await world.refresh(other, tenant)).status).not.toBe(200)
      await world.sweep(other, [tenant])
      expect((await world.refresh(one, tenant)).status).not.toBe(200)
    })

    test('leaves no account, whichever one sweeps first', async () => {
      const world = opened()
      world.at(other)
      const tenant = await world.connected()
      expect(await world.accountRows(tenant)).not.toEqual([])
      await disconnect(tenant)
      await world.sweep('last', [tenant])
      await world.sweep('this', [tenant])
      expect(await world.accountRows(tenant)).toEqual([])
      const row = await world.row(tenant)
      expect([row.accountsGeneration, row.defaultAccountId]).toEqual([undefined, undefined])
      world.at(other)
      await world.connect(tenant, person)
      expect(await world.seen(tenant)).toEqual({ last: 'connected 200', this: 'connected 200' })
    })
  })
}
