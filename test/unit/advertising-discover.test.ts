import { describe, expect, test } from 'vitest'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import { compareAccounts } from '../../shared/advertising/compareAccounts.ts'
import { discoverAccounts } from '../../shared/advertising/discover.ts'
import { Secret } from '../../shared/secret.ts'

const credentials = {
  accessToken: new Secret('token'),
  developerToken: new Secret('developer'),
  identityProvider: 'microsoft',
} as const

type Handler = (body: { CustomerId?: string; PageInfo?: { Index: number } }) => unknown

interface World {
  readonly roles?: readonly object[]
  readonly accounts?: readonly object[]
  readonly more?: Readonly<Record<string, Handler>>
}

/** Discovers in a handmade world; a handler can return its own Response. */
async function discover({ roles = [], accounts = [], more = {} }: World) {
  const calls: string[] = []
  const handlers: Record<string, Handler> = {
    '/User/Query': () => ({ User: { Id: '7', UserName: 'grace' }, CustomerRoles: roles }),
    '/Accounts/Search': ({ PageInfo }) => ({
      Accounts: accounts.slice(PageInfo!.Index * 1000, (PageInfo!.Index + 1) * 1000),
    }),
    '/LinkedAccountsAndCustomersInfo/Query': () => ({ AccountsInfo: [], CustomersInfo: [] }),
    '/CustomersInfo/Query': () => ({ CustomersInfo: [{ Id: '333', Name: 'Contoso Media' }] }),
    '/Customer/Query': ({ CustomerId }) => ({ Customer: { Id: CustomerId, Name: `Customer ${CustomerId}` } }),
    ...more,
  }
  const client = createCustomerManagement({
    environmentConfig: { advertisingUrl: 'https://{host}.api.example' },
    fetch: async (input, init) => {
      const path = new URL(String(input)).pathname.replace('/CustomerManagement/v13', '')
      calls.push(path)
      const made = handlers[path]!(JSON.parse(String(init?.body)))
      return made instanceof Response ? made : Response.json(made)
    },
  })
  return { answer: await discoverAccounts(client, credentials), calls }
}

async function discovered(world: World) {
  const { answer } = await discover(world)
  if (!answer.ok) throw new Error(answer.fault.evidence)
  return answer.value
}

function account(id: string, owner: string, more: object = {}) {
  return {
    Id: id,
    Number: `F${id}`,
    Name: `Account ${id}`,
    ParentCustomerId: owner,
    AccountLifeCycleStatus: 'Active',
    PauseReason: null,
    ...more,
  }
}

const agencyRole = { RoleId: 41, CustomerId: '333', LinkedAccountIds: ['444111'] }

describe('an account’s customer', () => {
  test('is its owner for a direct role, with the role and the name', async () => {
    const { accounts, customers } = await discovered({ roles: [agencyRole], accounts: [account('1', '333')] })
    expect(accounts).toEqual([
      {
        accountId: '1',
        number: 'F1',
        name: 'Account 1',
        customerId: '333',
        customerName: 'Contoso Media',
        ownerCustomerId: '333',
        lifeCycleStatus: 'Active',
        linked: false,
        roleId: '41',
        usable: true,
      },
    ])
    expect(customers).toEqual([{ customerId: '333', name: 'Contoso Media', roleId: '41' }])
  })

  test('is the agency for a linked account', async () => {
    const { accounts } = await discovered({ roles: [agencyRole], accounts: [account('444111', '444')] })
    expect(accounts[0]).toMatchObject({ customerId: '333', ownerCustomerId: '444', linked: true })
  })

  test('is the owner if both customers can reach it', async () => {
    const roles = [agencyRole, { RoleId: 203, CustomerId: '444' }]
    const { accounts } = await discovered({ roles, accounts: [account('444111', '444')] })
    expect(accounts[0]).toMatchObject({ customerId: '444', linked: false, roleId: '203' })
  })

  test('is the agency if the role at the owner does not cover the account', async () => {
    const confined = [agencyRole, { CustomerId: '444', AccountIds: ['9'] }]
    const blind = [agencyRole, { CustomerId: '444', CustomerLinkPermission: 'LinkedEntityOnly' }]
    for (const roles of [confined, blind]) {
      const { accounts } = await discovered({ roles, accounts: [account('444111', '444')] })
      expect(accounts[0]).toMatchObject({ customerId: '333', linked: true })
    }
  })

  test('is the nearest customer that lists it if no role explains it', async () => {
    const listings: Record<string, object> = {
      333: { AccountsInfo: [], CustomersInfo: [{ Id: '222', Name: 'Harbour' }] },
      222: { AccountsInfo: [{ Id: '5', Name: 'Five' }], CustomersInfo: [{ Id: '333', Name: 'a loop' }] },
    }
    const more = {
      '/LinkedAccountsAndCustomersInfo/Query': ({ CustomerId }: { CustomerId?: string }) =>
        listings[CustomerId!],
    }
    const roles = [{ RoleId: 41, CustomerId: '333' }]
    const { accounts } = await discovered({ roles, accounts: [account('5', '999')], more })
    expect(accounts[0]).toMatchObject({ customerId: '222', customerName: 'Harbour', linked: true })
  })

  describe('below an agency of many customers', () => {
    const wide = (count: number) => {
      const children = Array.from({ length: count }, (_, i) => ({ Id: String(1000 + i), Name: `Child ${i}` }))
      const list = (id: number) => ({
        AccountsInfo: [{ Id: String(id + 4000), Name: '' }],
        CustomersInfo: [],
      })
      return discovered({
        roles: [{ RoleId: 41, CustomerId: '333' }],
        accounts: children.map((_, i) => account(String(5000 + i), String(90_000 + i))),
        more: {
          '/LinkedAccountsAndCustomersInfo/Query': ({ CustomerId }) =>
            CustomerId === '333' ? { AccountsInfo: [], CustomersInfo: children } : list(Number(CustomerId)),
        },
      })
    }

    test('is the one that lists it, for each of 300', async () => {
      const { accounts } = await wide(300)
      expect(accounts.map(({ customerId }) => customerId)).toEqual(
        accounts.map(({ accountId }) => String(Number(accountId) - 4000)),
      )
    })

    test('is unknown instead of guessed beyond 500', async () => {
      const { accounts } = await wide(520)
      const unknown = accounts.filter(({ reachUnknown }) => reachUnknown)
      expect(unknown).toHaveLength(21)
      expect(unknown[0]).toMatchObject({
        usable: false,
        note: expect.stringContaining('doesn’t know which customer'),
      })
      expect(accounts.filter(({ customerId }) => Number(customerId) >= 90_000)).toEqual(unknown)
    })
  })

  test('is found below five links, Microsoft’s maximum', async () => {
    const list = (id: number) => ({
      AccountsInfo: id === 105 ? [{ Id: '5', Name: 'Five' }] : [],
      CustomersInfo: [{ Id: String(id + 1), Name: `Level ${id + 1}` }],
    })
    const more = {
      '/LinkedAccountsAndCustomersInfo/Query': ({ CustomerId }: { CustomerId?: string }) =>
        list(Number(CustomerId)),
    }
    const roles = [{ RoleId: 41, CustomerId: '100' }]
    const { accounts } = await discovered({ roles, accounts: [account('5', '999')], more })
    expect(accounts[0]).toMatchObject({ customerId: '105', customerName: 'Level 105', linked: true })
  })

  test('is the owner when nothing explains the account', async () => {
    const { accounts } = await discovered({ accounts: [account('5', '999')] })
    expect(accounts[0]).toMatchObject({ customerId: '999', linked: false })
  })
})

test('an account that a role names but the search does not list yet is found through the links', async () => {
  const more = {
    '/LinkedAccountsAndCustomersInfo/Query': () => ({
      AccountsInfo: [{ Id: '444111', Name: 'New', AccountLifeCycleStatus: 'Active' }],
      CustomersInfo: [],
    }),
  }
  const { accounts } = await discovered({ roles: [agencyRole], more })
  expect(accounts).toMatchObject([
    { accountId: '444111', customerId: '333', ownerCustomerId: '', linked: true },
  ])
})

test('a customer that the user may not list does not end the discovery', async () => {
  const more = {
    '/LinkedAccountsAndCustomersInfo/Query': () =>
      Response.json({ Errors: [{ Code: 106 }] }, { status: 403 }),
  }
  const { accounts } = await discovered({
    roles: [{ CustomerId: '333' }],
    accounts: [account('5', '9')],
    more,
  })
  expect(accounts).toHaveLength(1)
})

test.each([
  ['Active', null, true, undefined],
  ['Pause', 1, true, 'user'],
  ['Pause', '2', true, 'billing'],
  ['Pause', 4, true, 'userAndBilling'],
  ['Pending', null, true, undefined],
  ['Draft', null, false, undefined],
  ['Inactive', null, false, undefined],
  ['Suspended', null, false, undefined],
  ['Something new', null, true, undefined],
])('an account that is %s (%s) says whether it can be used', async (status, reason, usable, pauseReason) => {
  const listed = account('1', '333', { AccountLifeCycleStatus: status, PauseReason: reason })
  const { accounts } = await discovered({ roles: [agencyRole], accounts: [listed] })
  expect(accounts[0]).toMatchObject({ usable, lifeCycleStatus: status })
  expect(accounts[0]?.pauseReason).toBe(pauseReason)
  expect(accounts[0]?.note === undefined).toBe(status === 'Active')
})

test('thousands of accounts arrive page by page, without a call for each', async () => {
  const accounts = Array.from({ length: 2500 }, (_, i) => account(String(i + 1), '333'))
  const { answer, calls } = await discover({ roles: [{ CustomerId: '333' }], accounts })
  expect(answer.ok && answer.value.accounts.length).toBe(2500)
  expect(calls).toEqual([
    '/User/Query',
    '/Accounts/Search',
    '/Accounts/Search',
    '/Accounts/Search',
    '/CustomersInfo/Query',
  ])
})

test('a server that ignores the page ends the search', async () => {
  const page = Array.from({ length: 1000 }, (_, i) => account(String(i + 1), '333'))
  const more = { '/Accounts/Search': () => ({ Accounts: page }) }
  const { answer, calls } = await discover({ roles: [{ CustomerId: '333' }], more })
  expect(answer.ok && answer.value.accounts.length).toBe(1000)
  expect(calls.filter((path) => path === '/Accounts/Search')).toHaveLength(2)
})

test('ids beyond 2^53 survive when Microsoft sends numbers', async () => {
  const body = JSON.stringify({ Accounts: [account('§', '333')] }).replace('"§"', '9007199254740993')
  const more = { '/Accounts/Search': () => new Response(body) }
  const { accounts } = await discovered({ roles: [{ CustomerId: 333 }], more })
  expect(accounts[0]?.accountId).toBe('9007199254740993')
})

test('a user in several customers reaches each account through its own', async () => {
  const roles = ['1', '2', '3'].map((CustomerId) => ({ CustomerId, RoleId: 16 }))
  const accounts = ['1', '2', '3'].map((owner) => account(`10${owner}`, owner))
  const found = await discovered({ roles, accounts })
  expect(found.accounts.map((one) => one.customerId)).toEqual(['1', '2', '3'])
  expect(found.customers.map((one) => one.name)).toEqual(['Customer 1', 'Customer 2', 'Customer 3'])
})

test('missing names do not cause a failure', async () => {
  const refusal = () => Response.json({}, { status: 500 })
  const more = { '/CustomersInfo/Query': refusal }
  const found = await discovered({ roles: [agencyRole], accounts: [account('444111', '444')], more })
  expect(found.accounts[0]?.customerName).toBe('')
})

describe('a failure along the way', () => {
  test.each(['/User/Query', '/Accounts/Search', '/LinkedAccountsAndCustomersInfo/Query'])(
    'at %s is the result',
    async (path) => {
      const throttled = () => Response.json({ Errors: [{ Code: 117 }] }, { status: 429 })
      const { answer } = await discover({ roles: [agencyRole], more: { [path]: throttled } })
      expect(answer).toMatchObject({ ok: false, fault: { class: 'backOff', retryAfterSeconds: 60 } })
    },
  )

  test.each([
    ['no JSON', () => new Response('OK')],
    ['no user', () => ({ CustomerRoles: [] })],
    ['an invalid id', () => ({ User: { Id: 'x' }, CustomerRoles: [] })],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: 'https://other.example' } })],
  ])('such as %s is an unexpected answer', async (_what, handler) => {
    const { answer } = await discover({ more: { '/User/Query': handler } })
    expect(answer).toMatchObject({ ok: false, fault: { class: 'unexpectedAnswer', actor: 'operator' } })
  })

  test.each([
    ['in time', new DOMException('late', 'TimeoutError')],
    ['at all', new TypeError('fetch failed')],
  ])('because %s got no answer is temporary', async (_what, error) => {
    const client = createCustomerManagement({
      environmentConfig: { advertisingUrl: 'https://{host}.api.example' },
      fetch: () => Promise.reject(error),
    })
    const answer = await discoverAccounts(client, credentials)
    expect(answer).toMatchObject({ ok: false, fault: { status: 0, class: 'passing', actor: 'nobody' } })
  })
})

test('a call that hangs ends at its time limit', async () => {
  const client = createCustomerManagement({
    environmentConfig: { advertisingUrl: 'https://{host}.api.example' },
    timeLimitSeconds: 0.01,
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      }),
  })
  const answer = await client.getUser(credentials)
  expect(answer).toMatchObject({
    ok: false,
    fault: { meaning: 'Microsoft Advertising didn’t respond in time.' },
  })
})

test('two discoveries are compared by account', async () => {
  const roles = [{ CustomerId: '333' }]
  const { accounts: before } = await discovered({
    roles,
    accounts: [account('1', '333'), account('2', '333')],
  })
  const { accounts: after } = await discovered({
    roles,
    accounts: [account('2', '333', { AccountLifeCycleStatus: 'Suspended' }), account('3', '333')],
  })
  const difference = compareAccounts(before, after)
  expect(difference.appeared.map((one) => one.accountId)).toEqual(['3'])
  expect(difference.vanished.map((one) => one.accountId)).toEqual(['1'])
  expect(difference.changed).toMatchObject([
    { before: { accountId: '2' }, properties: ['lifeCycleStatus', 'usable'] },
  ])
  expect(compareAccounts(after, after)).toEqual({ appeared: [], vanished: [], changed: [] })
})

describe('an unlimited answer of Microsoft', () => {
  const page = (from: number, more: object = {}) =>
    Array.from({ length: 1000 }, (_, i) => account(String(from + i), '333', more))
  const roles = [agencyRole]

  test('is read up to 50,000 accounts and then marked as cut', async () => {
    const endless = {
      '/Accounts/Search': ({ PageInfo }: { PageInfo?: { Index: number } }) => ({
        Accounts: page(1 + PageInfo!.Index * 1000),
      }),
    }
    const { answer, calls } = await discover({ roles, more: endless })
    expect(answer).toMatchObject({ ok: true, value: { isCut: true } })
    expect(answer.ok && answer.value.accounts.length).toBe(50_000)
    expect(calls.filter((path) => path === '/Accounts/Search')).toHaveLength(51)
    // Accounts that the search left out aren't looked up under every customer.
    expect(calls).not.toContain('/LinkedAccountsAndCustomersInfo/Query')
  })

  test('is marked as cut beyond 5,000 roles, and not below', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ RoleId: 41, CustomerId: String(1000 + i) }))
    const accounts = [account('1', '1000')]
    expect(await discovered({ roles: many(5001), accounts })).toMatchObject({ isCut: true })
    expect(await discovered({ roles: many(5000), accounts })).not.toHaveProperty('isCut')
  })

  test('has names of 256 characters at most, and no half characters', async () => {
    const { accounts } = await discovered({
      roles,
      accounts: [account('1', '333', { Name: `${'n'.repeat(255)}😀${'n'.repeat(40_000)}` })],
    })
    expect(accounts[0]?.name).toBe(`${'n'.repeat(255)}\ufffd`)
  })

  test('is refused beyond 16 MiB', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    let sent = 0
    const pull = (body: ReadableStreamDefaultController) => {
      sent += 1
      body.enqueue(chunk)
    }
    const more = { '/Accounts/Search': () => new Response(new ReadableStream({ pull })) }
    const { answer } = await discover({ roles, more })
    expect(answer).toMatchObject({ ok: false, fault: { class: 'unexpectedAnswer', actor: 'operator' } })
    expect(sent).toBeLessThan(20)
  })
})

describe('an empty page', () => {
  const searching = (pages: readonly unknown[]) => {
    const left = [...pages]
    return { '/Accounts/Search': () => ({ Accounts: left.shift() ?? null }) }
  }
  const full = Array.from({ length: 1000 }, (_, i) => account(String(1 + i), '333'))
  const last = [account('2000', '333')]

  test.each([
    ['once instead of the accounts', [null, last], 1],
    ['once after a full page', [full, [], last], 1001],
    ['twice after a full page', [full, null, null, last], 1000],
    ['twice', [[], null, last], 0],
  ])('removes accounts only if a second call agrees: %s', async (_when, pages, count) => {
    const { accounts } = await discovered({
      roles: [{ RoleId: 41, CustomerId: '333' }],
      more: searching(pages),
    })
    expect(accounts).toHaveLength(count)
  })
})
