import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/people.ts'
import { createVisitor, type Visit, type Visitor } from '../../local/sign-in/visitor.ts'
import { accountsOf, accountsPath, grace, outcomeOf } from './accountsOf.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterEach(() => world.advertising.clear())

afterAll(() => world.close())

const { connectedByApi, eventsOf, listed, removeAccounts } = accountsOf(() => world)
const objectIdOf = (username: string) => people.find((person) => person.username === username)?.objectId

const addAccounts = async (count: number): Promise<string[]> => {
  const body = { environment: 'production', objectId: objectIdOf(grace), count }
  const { accountIds } = (await world.advertising.control('POST', 'accounts', body)) as {
    accountIds: string[]
  }
  return accountIds.map(String)
}

describe('discovering again', () => {
  test('lists new, missing, and changed accounts, as an answer and as events', async () => {
    const tenant = await connectedByApi()
    const before = (await listed(tenant)).length
    const added = await addAccounts(30)
    const first = await world.call('POST', accountsPath(tenant, '/discover'))
    expect(first.body).toMatchObject({
      accounts: before + 30,
      counts: { appeared: 30, vanished: 0, changed: 0 },
    })
    await world.advertising.control('POST', 'accounts/update', {
      environment: 'production',
      accountId: added[0],
      status: 'Suspended',
    })
    await removeAccounts(added.slice(1))
    const second = await world.call('POST', accountsPath(tenant, '/discover'))
    expect(second.body.counts).toEqual({ appeared: 0, vanished: 29, changed: 1 })
    expect(second.body.changed).toMatchObject([
      { accountId: added[0], properties: ['lifeCycleStatus', 'usable'] },
    ])
    const [event] = await eventsOf(tenant, 'accounts.changed')
    expect(event.data).toMatchObject({ vanished: 29, changed: 1, changedIds: added[0] })
    expect(event.data.vanishedIds.split(' ')).toHaveLength(29)
    expect(event.detail).toContain('and 9 more')
    await removeAccounts(added)
    expect(await listed(tenant)).toHaveLength(before + 1)
  })

  test('keeps the default while it can be reached and drops it with an event if not', async () => {
    const tenant = await connectedByApi()
    const [added = ''] = await addAccounts(1)
    await world.call('POST', accountsPath(tenant, '/discover'))
    await world.call('PUT', accountsPath(tenant, '/default'), { body: { accountId: added } })
    const kept = await world.call('POST', accountsPath(tenant, '/discover'))
    expect(kept.body).toMatchObject({ defaultAccountId: added, defaultChanged: false })
    await removeAccounts([added])
    const dropped = await world.call('POST', accountsPath(tenant, '/discover'))
    expect(dropped.body.defaultChanged).toBe(true)
    expect(dropped.body.defaultAccountId).toBeUndefined()
    const [event] = await eventsOf(tenant, 'accounts.default_changed')
    expect(event.data).toMatchObject({ previousAccountId: added })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('account_not_chosen')
  })

  test.each([
    [{ kind: 'fault', code: 122 }, 409, 'reauthorization_required', { signInWith: 'work' }],
    [
      { kind: 'fault', code: 126, reason: 'GoogleAccountIsRequired' },
      409,
      'reauthorization_required',
      { connect: expect.objectContaining({ body: expect.objectContaining({ identityProvider: 'google' }) }) },
    ],
    [{ kind: 'apiFault', code: 106 }, 409, 'reauthorization_required', { actor: 'advertiserAdmin' }],
    [{ kind: 'throttled' }, 503, 'advertising_unavailable', { retryAfter: expect.any(Number) }],
    [{ kind: 'serverError' }, 503, 'advertising_unavailable', { actor: 'nobody' }],
    [
      { kind: 'fault', code: 105, reason: 'InvalidAccessToken' },
      503,
      'developer_token_unusable',
      { actor: 'operator' },
    ],
  ] as const)('a refusal %j changes nothing and says who acts', async (injection, status, code, members) => {
    const tenant = await connectedByApi()
    const before = await listed(tenant)
    await world.advertising.fault(injection)
    const { status: got, body } = await world.call('POST', accountsPath(tenant, '/discover'))
    await world.advertising.clear()
    expect({ got, code: body.code }).toEqual({ got: status, code })
    expect(body).toMatchObject(members)
    expect(await listed(tenant)).toEqual(before)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
  })

  test('of a tenant that is not connected, or unknown, reports that', async () => {
    const tenant = world.newTenant()
    expect((await world.call('POST', accountsPath(tenant, '/discover'))).body.code).toBe('tenant_not_found')
    await world.session(tenant)
    expect((await world.call('POST', accountsPath(tenant, '/discover'))).body.code).toBe(
      'tenant_not_connected',
    )
  })
})

describe('choosing through the API', () => {
  test('the default is set by id or by number, in upper or lower case, and becomes an event once', async () => {
    const tenant = await connectedByApi()
    const [first, second] = await listed(tenant)
    for (const accountId of [first!.accountId, second!.number.toLowerCase(), second!.accountId]) {
      const { status } = await world.call('PUT', accountsPath(tenant, '/default'), { body: { accountId } })
      expect(status).toBe(200)
    }
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(body).toMatchObject({ accountId: second!.accountId, customerId: second!.customerId })
    expect(await eventsOf(tenant, 'accounts.default_changed')).toHaveLength(2)
  })

  test('an account that can’t be reached is refused by name', async () => {
    const tenant = await connectedByApi()
    const [account] = await listed(tenant)
    for (const body of [{ accountId: 'X9999999' }, { accountId: account!.accountId, customerId: '1' }]) {
      const answer = await world.call('PUT', accountsPath(tenant, '/default'), { body })
      expect(answer.status).toBe(404)
      expect(answer.body.detail).toContain(body.accountId)
    }
  })

  test.each([{}, { accountId: '' }, { accountId: 7 }, { accountId: '1', more: 1 }])(
    'a default of %j is a bad request',
    async (body) => {
      const tenant = await connectedByApi()
      expect((await world.call('PUT', accountsPath(tenant, '/default'), { body })).status).toBe(400)
    },
  )

  test('an account that was not selected is never vended, even after another discovery', async () => {
    const tenant = await connectedByApi()
    const [first, second, third] = await listed(tenant)
    const choice = { accounts: [first!.accountId, second!.number], default: second!.accountId }
    const { body } = await world.call('PUT', accountsPath(tenant, '/selection'), { body: choice })
    expect(body).toMatchObject({ selected: 2, defaultAccountId: second!.accountId })
    await world.call('PUT', accountsPath(tenant, '/selection'), { body: choice })
    const told = await eventsOf(tenant, 'accounts.selection_changed')
    expect(told).toMatchObject([{ data: { selected: 2, added: 0 } }])
    const added = await addAccounts(1)
    await world.call('POST', accountsPath(tenant, '/discover'))
    await removeAccounts(added)
    for (const accountId of [third!.accountId, added[0]]) {
      const refused = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${accountId}`)
      expect(refused.body).toMatchObject({ code: 'account_not_found', reason: 'account_not_selected' })
      const asDefault = await world.call('PUT', accountsPath(tenant, '/default'), { body: { accountId } })
      expect(asDefault.status).toBe(404)
    }
    const vended = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${first!.accountId}`)
    expect(vended.status).toBe(200)
    await world.call('PUT', accountsPath(tenant, '/selection'), { body: { all: true } })
    expect((await listed(tenant)).every(({ selected }) => selected)).toBe(true)
  })

  test('a choice without remaining accounts ends with the next sign-in, not before', async () => {
    const tenant = await connectedByApi()
    const [added = ''] = await addAccounts(1)
    await world.call('POST', accountsPath(tenant, '/discover'))
    await world.call('PUT', accountsPath(tenant, '/selection'), { body: { accounts: [added] } })
    await removeAccounts([added])
    await world.call('POST', accountsPath(tenant, '/discover'))
    expect((await listed(tenant)).some(({ selected }) => selected)).toBe(false)
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(body.code).toBe('account_not_chosen')
    await world.connect(tenant, grace, { accountChoice: 'app' })
    expect((await listed(tenant)).every(({ selected }) => selected)).toBe(true)
  })

  test('accounts are searched by name, number, and id, and filtered by usability', async () => {
    const tenant = await connectedByApi()
    const all = await listed(tenant)
    const [one] = all
    for (const text of [one!.name.toUpperCase(), one!.number.toLowerCase(), one!.accountId]) {
      const found = await listed(tenant, `&search=${encodeURIComponent(text)}`)
      expect(found.map(({ accountId }) => accountId)).toContain(one!.accountId)
    }
    const unusable = await listed(tenant, '&usable=false')
    expect(unusable).toEqual(all.filter(({ usable }) => !usable))
    expect((await world.call('GET', accountsPath(tenant, '?usable=maybe'))).status).toBe(400)
    const first = await world.call('GET', accountsPath(tenant, '?usable=true&limit=2'))
    const rest = await world.call(
      'GET',
      accountsPath(tenant, `?usable=true&limit=200&continuation=${first.body.continuation}`),
    )
    expect([...first.body.accounts, ...rest.body.accounts]).toEqual(all.filter(({ usable }) => usable))
  })

  test('a choice can be as long as its body allows: 5,000 ids of any length', async () => {
    const tenant = await connectedByApi()
    const accounts = Array.from({ length: 5000 }, (_, index) => String(index).padStart(40, '9'))
    const { status, body } = await world.call('PUT', accountsPath(tenant, '/selection'), {
      body: { accounts },
    })
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'account_not_found' })
    const tooLong = await world.call('PUT', accountsPath(tenant, '/selection'), { raw: ' '.repeat(262_145) })
    expect(tooLong.body).toMatchObject({ code: 'body_too_large', maxBodyBytes: 262_144 })
  })

  test('another workspace cannot detect the tenant’s accounts', async () => {
    const tenant = await connectedByApi()
    const calls = [
      world.call('POST', accountsPath(tenant, '/discover'), { app: 'other-app' }),
      world.call('PUT', accountsPath(tenant, '/default'), { app: 'other-app', body: { accountId: '1' } }),
      world.call('PUT', accountsPath(tenant, '/selection'), { app: 'other-app', body: { all: true } }),
      world.call('GET', accountsPath(tenant), { app: 'other-app' }),
    ]
    for (const { body } of await Promise.all(calls)) expect(body.code).toBe('tenant_not_found')
  })
})

async function openPage(tenant: string): Promise<{ visitor: Visitor; page: Visit }> {
  const visitor = createVisitor()
  const { connectUrl: authorizeUrl } = await world.session(tenant)
  const stopAt = world.returnUrl
  const page = await visitor.signIn({ authorizeUrl, username: grace, password: 'open-sesame', stopAt })
  return { visitor, page }
}

describe('after confirmation', () => {
  test('the choice is open, as shown by the return URL and the tenant, and the API closes it', async () => {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true })
    const visit = await world.finish(connectUrl, grace)
    const { status, account_choice, confirmation_code: code } = outcomeOf(visit)
    expect({ status, account_choice }).toEqual({ status: 'confirmation_required', account_choice: 'open' })
    const path = `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`
    expect((await world.call('POST', path, { body: { code } })).body.accounts.choiceOpen).toBe(true)
    const [first] = await listed(tenant)
    const choice = { accounts: [first!.accountId], default: first!.accountId }
    await world.call('PUT', accountsPath(tenant, '/selection'), { body: choice })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.accounts.choiceOpen).toBe(false)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId).toBe(first!.accountId)
  })
})

describe('the page after confirmation', () => {
  async function confirmed(accountChoice: 'page' | 'app' = 'page') {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true, accountChoice })
    const visitor = createVisitor()
    const sign = { authorizeUrl: connectUrl, username: grace, password: 'open-sesame' }
    const visit = await visitor.signIn({ ...sign, stopAt: world.returnUrl })
    const path = `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`
    const confirm = async () =>
      (await world.call('POST', path, { body: { code: outcomeOf(visit).confirmation_code } })).body
    return { tenant, visitor, confirm }
  }

  test('opens for the browser that consented, and returns to the app with the choice', async () => {
    const { tenant, visitor, confirm } = await confirmed()
    const { chooseAccountsUrl } = await confirm()
    expect((await createVisitor().visit(chooseAccountsUrl)).status).toBe(410)
    const page = await visitor.visit(chooseAccountsUrl)
    const [first] = await listed(tenant)
    const answer = { account: first!.accountId, go: 'choose' }
    const back = await visitor.submit(page, answer, { stopAt: world.returnUrl })
    expect(outcomeOf(back)).toMatchObject({ status: 'connected', accounts: '1', tenant })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId).toBe(first!.accountId)
    expect((await confirm()).chooseAccountsUrl).toBeUndefined()
  })

  test('opens again for an app whose answer was lost, but accepts only one answer', async () => {
    const { tenant, visitor, confirm } = await confirmed()
    const first = await visitor.visit((await confirm()).chooseAccountsUrl)
    const again = await visitor.visit((await confirm()).chooseAccountsUrl)
    expect(again.body).toContain('Linked: reached through')
    const [one, other] = await listed(tenant)
    await visitor.submit(again, { account: one!.accountId, go: 'choose' }, { stopAt: world.returnUrl })
    const late = await visitor.submit(
      first,
      { account: other!.accountId, go: 'choose' },
      { stopAt: world.returnUrl },
    )
    expect(late).toMatchObject({ status: 410, body: expect.stringContaining('You’ve already chosen') })
    expect((await listed(tenant)).find((account) => account.default)?.accountId).toBe(one!.accountId)
  })

  test('that left the choice to the app is not offered again', async () => {
    const { visitor, confirm } = await confirmed()
    const page = await visitor.visit((await confirm()).chooseAccountsUrl)
    const back = await visitor.submit(page, { go: 'later' }, { stopAt: world.returnUrl })
    expect(outcomeOf(back)).toMatchObject({ status: 'connected', account_choice: 'open' })
    expect((await confirm()).chooseAccountsUrl).toBeUndefined()
  })

  test('is not offered to an app that asks itself', async () => {
    const { confirm } = await confirmed('app')
    expect(await confirm()).toMatchObject({ status: 'connected', accounts: { choiceOpen: true } })
    expect((await confirm()).chooseAccountsUrl).toBeUndefined()
  })
})

describe('the choice page', () => {
  test('appears between consent and the app if there are several accounts, with their states', async () => {
    const { page } = await openPage(world.newTenant())
    expect(page.url).toContain('/oauth/accounts?choice=')
    expect(page.body).toContain('Linked: reached through')
    expect(page.body).toContain('Suspended for suspicious activity')
  })

  test('selected accounts survive a search, and the choice returns to the app', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const [first, second, third] = await listed(tenant)
    const searched = await visitor.submit(page, { account: first!.accountId, q: second!.name, go: 'search' })
    expect(searched.body).toContain(`name="selected" value="${first!.accountId}"`)
    const asked = await visitor.submit(searched, { account: second!.accountId, go: 'choose' })
    expect(asked.body).toContain('Which account should be the default?')
    expect(asked.body).not.toContain(third!.accountId)
    const back = await visitor.submit(
      asked,
      { default: second!.accountId, go: 'choose' },
      { stopAt: world.returnUrl },
    )
    expect(outcomeOf(back)).toMatchObject({ status: 'connected', accounts: '2', tenant })
    expect(outcomeOf(back).account_choice).toBeUndefined()
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId).toBe(second!.accountId)
    const refused = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${third!.accountId}`)
    expect(refused.status).toBe(404)
  })

  test('a second answer changes nothing, and still leads to the app', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const [first, second] = await listed(tenant)
    await visitor.submit(page, { account: first!.accountId, go: 'choose' }, { stopAt: world.returnUrl })
    for (const again of [
      await visitor.submit(page, { account: second!.accountId, go: 'choose' }, { stopAt: world.returnUrl }),
      await visitor.visit(page.url),
    ]) {
      expect({ status: again.status, stopped: again.stopped }).toEqual({ status: 410, stopped: false })
      expect(again.body).toContain('You’ve already chosen')
      expect(again.body).toMatch(/id="onward" href="[^"]*status=connected&amp;accounts=1"/)
    }
    expect((await listed(tenant)).find((account) => account.default)?.accountId).toBe(first!.accountId)
  })

  test('nothing is selected by default; all accounts is one option, then the default is requested', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const asked = await visitor.submit(page, { go: 'choose' }, { stopAt: world.returnUrl })
    expect(asked.status).toBe(422)
    expect(asked.body).toContain('role="alert"')
    const all = await listed(tenant)
    const step = await visitor.submit(asked, { scope: 'all', go: 'choose' }, { stopAt: world.returnUrl })
    const missing = await visitor.submit(step, { go: 'choose' }, { stopAt: world.returnUrl })
    expect({ status: missing.status, asks: missing.body.includes('Choose one account.') }).toEqual({
      status: 422,
      asks: true,
    })
    const back = await visitor.submit(
      missing,
      { default: all[0]!.accountId, go: 'choose' },
      { stopAt: world.returnUrl },
    )
    expect(outcomeOf(back).accounts).toBe(String(all.length))
    expect((await listed(tenant)).every(({ selected }) => selected)).toBe(true)
  })

  test('the default is one of the selected accounts, regardless of the form', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const [first, second, third] = await listed(tenant)
    const selected = `${first!.accountId} ${second!.accountId} 999`
    const asked = await visitor.submit(page, { selected, go: 'choose' })
    const forged = await visitor.submit(
      asked,
      { default: third!.accountId, go: 'choose' },
      { stopAt: world.returnUrl },
    )
    expect(forged.status).toBe(422)
    const back = await visitor.submit(
      forged,
      { default: first!.accountId, go: 'choose' },
      { stopAt: world.returnUrl },
    )
    expect(outcomeOf(back).accounts).toBe('2')
  })

  test('all matches of a search can be selected together, and shown separately', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const [first] = await listed(tenant)
    const ticked = await visitor.submit(page, { q: first!.name, go: 'tick' })
    const shown = await visitor.submit(ticked, { go: 'ticked' })
    expect(shown.body).toMatch(/\d+ accounts? selected\./)
    const none = await visitor.submit(shown, { go: 'untick' })
    expect(none.body).not.toContain(' checked><span><b>')
  })

  test('a later connection by another person ends the page, which must not show their accounts', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const options = { allowDifferentUser: true, accountChoice: 'app' } as const
    await world.connectConfirmed(tenant, 'edsger@contoso.example', options)
    expect((await visitor.visit(page.url)).body).toContain('This choice is no longer available')
    const answered = await visitor.submit(page, { scope: 'all', go: 'choose' }, { stopAt: world.returnUrl })
    expect(answered.status).toBe(410)
    const events = await world.call('GET', `/v1/tenants/${tenant}/events`)
    expect(JSON.stringify(events.body)).not.toContain('It wasn’t chosen.')
  })

  test('another browser can neither see the choice nor make it', async () => {
    const { page } = await openPage(world.newTenant())
    const other = createVisitor()
    expect((await other.visit(page.url)).status).toBe(410)
    expect((await other.submit(page, { go: 'later' }, { stopAt: world.returnUrl })).status).toBe(410)
  })

  test('a person can leave the choice to the app', async () => {
    const tenant = world.newTenant()
    const { visitor, page } = await openPage(tenant)
    const back = await visitor.submit(page, { go: 'later' }, { stopAt: world.returnUrl })
    expect(outcomeOf(back)).toMatchObject({ status: 'connected', account_choice: 'open' })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('account_not_chosen')
  })

  test('names and searches are shown as text, regardless of their contents', async () => {
    const { visitor, page } = await openPage(world.newTenant())
    const searched = await visitor.submit(page, { q: '"><script>alert(1)</script>', go: 'search' })
    expect(searched.status).toBe(200)
    expect(searched.body).not.toContain('<script>alert(1)')
  })
})
