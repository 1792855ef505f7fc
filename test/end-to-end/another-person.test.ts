import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { accountsOf, accountsPath, grace, type Listed, outcomeOf } from './accountsOf.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterEach(() => world.advertising.clear())

afterAll(() => world.close())

const { connectedByApi, eventsOf, listed, removeAccounts } = accountsOf(() => world)

/** Expires a tenant's pending consent in the row itself, because it lasts a quarter of an hour. */
async function expirePending(tenant: string) {
  const table = world.tableClient('Tenants')
  const filter = `RowKey eq 'tenant' and tenant eq '${tenant}'`
  for await (const row of table.listEntities({ queryOptions: { filter } })) {
    const pendingGrant = { ...JSON.parse(String(row.pendingGrant)), expiresAt: new Date(0).toISOString() }
    const { partitionKey = '', rowKey = '' } = row
    await table.updateEntity({ partitionKey, rowKey, pendingGrant: JSON.stringify(pendingGrant) }, 'Merge')
  }
}

describe('another person reconnects', () => {
  test('the app learns the change and the lost accounts before any is marked, even without requesting confirmation', async () => {
    const tenant = await connectedByApi()
    const before = await listed(tenant)
    const { id, connectUrl } = await world.session(tenant, { allowDifferentUser: true })
    const visit = await world.finish(connectUrl, 'edsger@contoso.example')
    expect(outcomeOf(visit)).toMatchObject({
      status: 'confirmation_required',
      user_changed: 'true',
      accounts_lost: String(before.length),
      account_choice: 'open',
    })
    const path = `/v1/tenants/${tenant}/connect-sessions/${id}`
    const lost: { accountId: string; name: string }[] = []
    let continuation: string | undefined = '0'
    while (continuation) {
      const { body } = await world.call('GET', `${path}?limit=2&continuation=${continuation}`)
      const connection = { consentedBy: 'e…@contoso.example', accountKind: 'work' }
      expect(body).toMatchObject({ userChanged: true, previousUser: 'g…@contoso.example', connection })
      expect(body.counts.lost).toBe(before.length)
      lost.push(...body.lost)
      continuation = body.continuation
    }
    expect(lost.map(({ accountId }) => accountId)).toEqual(before.map(({ accountId }) => accountId))
    expect(await listed(tenant)).toEqual(before)
    expect(await eventsOf(tenant, 'accounts.changed')).toEqual([])
    const [{ accountId }] = before as [Listed]
    expect((await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${accountId}`)).status).toBe(200)
    const { confirmation_code: code } = outcomeOf(visit)
    const confirmed = await world.call('POST', `${path}/confirm`, { body: { code } })
    expect(confirmed.body.accounts.choiceOpen).toBe(true)
    expect((await world.call('GET', path)).body).toMatchObject({ session: id, state: 'connected' })
    const [event] = await eventsOf(tenant, 'accounts.changed')
    expect(event.data).toMatchObject({ userChanged: true, vanished: before.length })
    expect(event.data.vanishedIds.split(' ')).toEqual(before.map(({ accountId }) => accountId))
    expect(event.detail).toMatch(/^e…@contoso\.example signed in instead of g…@contoso\.example\./)
  })

  test('an app that never confirms keeps its connection: the consent expires, and no code restores it', async () => {
    const tenant = await connectedByApi()
    const before = await listed(tenant)
    const [{ accountId }] = before as [Listed]
    const { id, connectUrl } = await world.session(tenant, { allowDifferentUser: true })
    const { confirmation_code: code } = outcomeOf(await world.finish(connectUrl, 'edsger@contoso.example'))
    await expirePending(tenant)
    const path = `/v1/tenants/${tenant}/connect-sessions/${id}`
    expect((await world.call('GET', path)).body).toMatchObject({ session: id, state: 'abandoned' })
    const late = await world.call('POST', `${path}/confirm`, { body: { code } })
    expect({ status: late.status, code: late.body.code }).toEqual({
      status: 404,
      code: 'connect_session_not_found',
    })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(body).toMatchObject({ status: 'connected', confirmationPending: false })
    expect(body.connection.consentedBy).toBe('g…@contoso.example')
    expect(await listed(tenant)).toEqual(before)
    expect(await eventsOf(tenant, 'accounts.changed')).toEqual([])
    expect((await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${accountId}`)).status).toBe(200)
  })

  test('without lost accounts is connected immediately', async () => {
    const tenant = await connectedByApi('radia@contoso.example')
    await removeAccounts((await listed(tenant)).map(({ accountId }) => accountId))
    await world.call('POST', accountsPath(tenant, '/discover'))
    const visit = await world.connect(tenant, grace, { allowDifferentUser: true, accountChoice: 'app' })
    expect(outcomeOf(visit)).toMatchObject({ status: 'connected', user_changed: 'true' })
    expect(outcomeOf(visit).accounts_lost).toBeUndefined()
  })

  test('the first one’s choice does not hide the second one’s accounts', async () => {
    const tenant = await connectedByApi()
    const [first] = await listed(tenant)
    const choice = { accounts: [first!.accountId], default: first!.accountId }
    await world.call('PUT', accountsPath(tenant, '/selection'), { body: choice })
    const options = { allowDifferentUser: true, accountChoice: 'app' } as const
    const { body } = await world.connectConfirmed(tenant, 'ada@outlook.example', options)
    expect(body.accounts.choiceOpen).toBe(false)
    expect(await listed(tenant)).toMatchObject([{ selected: true, default: true }])
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('at the same moment as the first one: one of them is kept, and the other gets an error', async () => {
    const tenant = world.newTenant()
    const people = ['ada@outlook.example', 'edsger@contoso.example']
    const waiting = await Promise.all(people.map((username) => world.stopAtCallback(tenant, username)))
    const ends = await Promise.all(
      waiting.map(({ callbackUrl, cookie }) =>
        fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' }),
      ),
    )
    expect(ends.filter(({ status }) => status === 303)).toHaveLength(1)
    const refused = ends.find(({ status }) => status !== 303)
    expect(await refused?.text()).toMatch(/different_user|storage_unavailable \(tenant_changed\)/)
    const kept = ends.findIndex(({ status }) => status === 303)
    const { connection } = (await world.call('GET', `/v1/tenants/${tenant}`)).body
    expect(connection.consentedBy).toBe(['a…@outlook.example', 'e…@contoso.example'][kept])
  })

  test('with the same masked name as the first one is distinguished, on the page and in history', async () => {
    const tenant = await connectedByApi('ada@outlook.example')
    const { body } = await world.connect(tenant, 'alan@outlook.example', { accountChoice: 'app' })
    expect(body.replaceAll(/<[^>]*>/g, '')).toContain(
      'Sign in with the account that connected it: a…@outlook.example. You signed in with a different one that looks the same when shortened: a…@outlook.example.',
    )
    await world.connectConfirmed(tenant, 'alan@outlook.example', { allowDifferentUser: true })
    const [event] = await eventsOf(tenant, 'accounts.changed')
    expect(event.detail).toContain('another a…@outlook.example signed in instead of a…@outlook.example.')
  })

  test('without permission changes nothing, and the page says who is expected', async () => {
    const tenant = await connectedByApi()
    const visit = await world.connect(tenant, 'edsger@contoso.example', { accountChoice: 'app' })
    expect(visit.body.replaceAll(/<[^>]*>/g, '')).toContain('Sign in as g…@contoso.example')
    expect(await eventsOf(tenant, 'accounts.changed')).toEqual([])
  })

  describe('because Microsoft Advertising requires another account of theirs', () => {
    const againOf = (body: string) =>
      (/class="button" href="([^"]*\/oauth\/authorize\?[^"]*)"/.exec(body)?.[1] ?? '').replaceAll(
        '&amp;',
        '&',
      )

    /** Signs in with an account for which code 122 asks for a work account, and then, in the same browser, with one. */
    async function switchAccount(tenant: string, username: string) {
      const { connectUrl } = await world.session(tenant, { accountChoice: 'app' })
      const visitor = createVisitor()
      const options = { password: 'open-sesame', stopAt: world.returnUrl }
      await world.advertising.fault({ kind: 'fault', code: 122 })
      const failed = await visitor.signIn({ authorizeUrl: connectUrl, username, ...options })
      expect(failed.body).toContain('wrong_account_kind')
      await world.advertising.clear()
      return visitor.signIn({
        authorizeUrl: againOf(failed.body),
        username: 'edsger@contoso.example',
        ...options,
      })
    }

    test('the person who connected the tenant continues with it, and a loss of accounts waits for the app', async () => {
      const tenant = await connectedByApi('ada@outlook.example')
      const before = await listed(tenant)
      const visit = await switchAccount(tenant, 'ada@outlook.example')
      expect(outcomeOf(visit)).toMatchObject({
        status: 'confirmation_required',
        user_changed: 'true',
        accounts_lost: String(before.length),
      })
      expect(await listed(tenant)).toEqual(before)
    })

    test('another person with the same request is still refused', async () => {
      const tenant = await connectedByApi('ada@outlook.example')
      const visit = await switchAccount(tenant, 'alan@outlook.example')
      expect(visit.body).toContain('different_user')
    })
  })
})
