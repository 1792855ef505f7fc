import { describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { returnTo } from '../end-to-end/terminations.ts'
import { orders, type SkewWorld } from './world.ts'

const person = 'ada@outlook.example'
const connected = { last: 'connected 200', this: 'connected 200' }

/** What one release begins while a person connects, and the other one ends. */
export function testConnecting(opened: () => SkewWorld): void {
  test('both releases that need a token at the same moment cost one refresh', async () => {
    const world = opened()
    world.at('this')
    const tenant = await world.connected()
    await world.signIn.forget()
    const statuses = (await world.refreshAtBoth(tenant)).map(({ status }) => status)
    expect(statuses).toEqual([200, 200, 200, 200])
    expect(await world.refreshCalls()).toHaveLength(1)
  })

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

    test('accounts are chosen on the page of the other one', async () => {
      const world = opened()
      const [tenant, visitor] = [world.newTenant(), createVisitor()]
      world.at(one)
      const page = await visitor.signIn({
        authorizeUrl: (await world.session(tenant)).connectUrl,
        ...{ username: 'grace@contoso.example', password: 'open-sesame', stopAt: world.returnUrl },
      })
      world.at(other)
      const asked = await visitor.submit(page, { scope: 'all', go: 'choose' })
      const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts`)
      const answer = { default: body.accounts[0].accountId, go: 'choose' }
      await visitor.submit(asked, answer, { stopAt: world.returnUrl })
      expect(await world.row(tenant)).toMatchObject({ defaultAccountId: answer.default })
      expect(await world.seen(tenant)).toEqual(connected)
    })

    test('a person whom the app did not expect answers the other one', async () => {
      const world = opened()
      const [tenant, visitor] = [world.newTenant(), createVisitor()]
      world.at(one)
      const { connectUrl: own } = await world.session(world.newTenant())
      const signIn = { authorizeUrl: own, username: person, password: 'open-sesame' }
      await visitor.signIn({ ...signIn, stopAt: world.returnUrl })
      // The browser is still signed in, so Microsoft doesn't ask who this is.
      const { connectUrl } = await world.session(tenant, { loginHint: 'grace@contoso.example' })
      const question = await visitor.visit(connectUrl, { stopAt: world.returnUrl })
      world.at(other)
      await visitor.submit(question, { answer: 'connect' }, { stopAt: world.returnUrl })
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
