import { describe, expect, test } from 'vitest'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import { compareAccounts } from '../../shared/advertising/compareAccounts.ts'
import { type DiscoveryOptions, discoverAccounts } from '../../shared/advertising/discover.ts'
import { Secret } from '../../shared/secret.ts'
import { unlessAborted } from './hierarchyGround.ts'

const credentials = {
  accessToken: new Secret('token'),
  developerToken: new Secret('developer'),
  identityProvider: 'microsoft',
} as const

interface Body {
  readonly CustomerId?: string
  readonly PageInfo: { readonly Index: number }
  readonly ReturnAdditionalFields?: string
  readonly Predicates: readonly { readonly Field: string; readonly Value: string }[]
}

/** A clock on which waiting takes no time. */
const instant = { sleep: async () => undefined }

type Handler = (body: Body) => unknown

interface World {
  readonly roles?: readonly object[]
  readonly accounts?: readonly object[]
  readonly more?: Readonly<Record<string, Handler>>
}

/** Discovers in a handmade world; a handler can return its own Response. */
async function discover(
  { roles = [], accounts = [], more = {} }: World,
  options: Partial<DiscoveryOptions> = {},
) {
  const isWanted = (Value: string, account: object) =>
    Value.split(',').includes((account as { Id: string }).Id)
  const calls: string[] = []
  const handlers: Record<string, Handler> = {
    '/User/Query': () => ({ User: { Id: '7', UserName: 'grace' }, CustomerRoles: roles }),
    '/Accounts/Search': ({ PageInfo, Predicates: [asked] }) => ({
      Accounts:
        asked?.Field === 'AccountId'
          ? accounts.filter((account) => isWanted(asked.Value, account))
          : accounts.slice(PageInfo.Index * 1000, (PageInfo.Index + 1) * 1000),
    }),
    '/AccountsInfo/Query': () => ({ AccountsInfo: [] }),
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
      const made = await unlessAborted(init?.signal, handlers[path]!(JSON.parse(String(init?.body))))
      return made instanceof Response ? made : Response.json(made)
    },
  })
  return { answer: await discoverAccounts(client, credentials, { clock: instant, ...options }), calls }
}

async function discovered(world: World, options: Partial<DiscoveryOptions> = {}) {
  const { answer } = await discover(world, options)
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
        ways: [{ customerId: '333', roleId: '41' }],
        usable: true,
      },
    ])
    expect(customers).toEqual([{ customerId: '333', name: 'Contoso Media', roleId: '41' }])
  })

  test('is the agency for a linked account', async () => {
    const { accounts } = await discovered({ roles: [agencyRole], accounts: [account('444111', '444')] })
    expect(accounts[0]).toMatchObject({ customerId: '333', ownerCustomerId: '444', linked: true })
  })

  test.each([
    ['the owner with equal roles', { RoleId: 41 }, '444'],
    ['the agency with a stronger role than Standard User', { RoleId: 203 }, '333'],
    ['the agency with a stronger role than Viewer', { RoleId: 100 }, '333'],
    [
      'the agency, since a Standard link restricts',
      { RoleId: 41, CustomerLinkPermission: 'Standard' },
      '333',
    ],
    ['the owner over an unrestricted link', { RoleId: 41, CustomerLinkPermission: 'Administrative' }, '444'],
  ])('is, if two can reach it, %s, and both are kept', async (_which, ownerRole, customerId) => {
    const roles = [agencyRole, { CustomerId: '444', ...ownerRole }]
    const { accounts } = await discovered({ roles, accounts: [account('444111', '444')] })
    expect(accounts[0]).toMatchObject({ customerId, linked: customerId === '333' })
    expect(accounts[0]?.ways?.map((way) => way.customerId).toSorted()).toEqual(['333', '444'])
    const { CustomerLinkPermission: linkPermission, RoleId } = {
      CustomerLinkPermission: undefined,
      ...ownerRole,
    }
    expect(accounts[0]?.ways).toContainEqual({
      ...{ customerId: '444', roleId: String(RoleId) },
      ...(linkPermission && { linkPermission }),
    })
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
      '/LinkedAccountsAndCustomersInfo/Query': ({ CustomerId }: Body) => listings[CustomerId!],
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
      '/LinkedAccountsAndCustomersInfo/Query': ({ CustomerId }: Body) => list(Number(CustomerId)),
    }
    const roles = [{ RoleId: 41, CustomerId: '100' }]
    const { accounts } = await discovered({ roles, accounts: [account('5', '999')], more })
    expect(accounts[0]).toMatchObject({ customerId: '105', customerName: 'Level 105', linked: true })
  })

  test('is unknown instead of guessed when nothing explains the account', async () => {
    const { accounts } = await discovered({ accounts: [account('5', '999')] })
    expect(accounts[0]).toMatchObject({
      reachUnknown: true,
      usable: false,
      note: expect.stringContaining('no role'),
    })
  })

  describe('that roles don’t name', () => {
    const lacking = { RoleId: 41, CustomerId: '333' }
    const linked = account('5', '999', { LinkedAgencies: [{ Id: '333', Name: 'Contoso Media' }] })

    test('is an agency of the account in which the user has a role, without a call', async () => {
      const { answer, calls } = await discover({ roles: [lacking], accounts: [linked] })
      expect(answer.ok && answer.value.accounts[0]).toMatchObject({
        customerId: '333',
        roleId: '41',
        linked: true,
      })
      expect(calls).not.toContain('/LinkedAccountsAndCustomersInfo/Query')
    })

    test.each([
      ['another customer’s', { ...lacking, CustomerId: '334' }],
      ['a role that is limited to certain accounts', { ...lacking, AccountIds: ['9'] }],
      ['a role that only leads further down', { ...lacking, CustomerLinkPermission: 'LinkedEntityOnly' }],
    ])('isn’t an agency with %s', async (_what, role) => {
      const { accounts } = await discovered({ roles: [role], accounts: [linked] })
      expect(accounts[0]).toHaveProperty('reachUnknown')
    })
  })
})

/** A search by user that leaves out these accounts; a search by id finds them. */
function hiding(accounts: readonly { readonly Id: string }[]): Record<string, Handler> {
  const find = (ids: string) => accounts.filter(({ Id }) => ids.split(',').includes(Id))
  return {
    '/Accounts/Search': ({ Predicates: [asked] }) => ({
      Accounts: asked?.Field === 'AccountId' ? find(asked.Value) : [],
    }),
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => String(5000 + i))

describe('an account that the search by user leaves out', () => {
  test('is looked up if a role names it, ten a call', async () => {
    const ids = numbered(21)
    const roles = [{ ...agencyRole, LinkedAccountIds: ids }]
    const more = hiding(ids.map((id) => account(id, '444')))
    const { answer, calls } = await discover({ roles, more })
    expect(answer.ok && answer.value.accounts.map(({ accountId }) => accountId)).toEqual(ids)
    // Two empty pages of the search, and three look-ups.
    expect(calls.filter((path) => path === '/Accounts/Search')).toHaveLength(5)
  })

  test('costs one call if it doesn’t exist', async () => {
    const roles = [agencyRole, ...numbered(300).map((CustomerId) => ({ RoleId: 41, CustomerId }))]
    const accounts = roles.map(({ CustomerId }, i) => account(String(i), CustomerId))
    const { answer, calls } = await discover({ roles, accounts })
    expect(answer.ok && answer.value.accounts).toHaveLength(301)
    expect(calls.filter((path) => path === '/Accounts/Search')).toHaveLength(3)
    expect(calls).not.toContain('/LinkedAccountsAndCustomersInfo/Query')
  })

  test('is looked up if it was known before, and vanishes only if it isn’t found', async () => {
    const expectedAccountIds = ['1', '2']
    const { accounts } = await discovered(
      { roles: [agencyRole], more: hiding([account('1', '333')]) },
      { expectedAccountIds },
    )
    expect(accounts.map(({ accountId }) => accountId)).toEqual(['1'])
  })

  test('is looked up among 200 vanished ones and 1,000 that roles name, and only more of these cut the list', async () => {
    const searches = async (roleIds: readonly string[], expectedAccountIds: readonly string[]) => {
      const roles = [{ ...agencyRole, LinkedAccountIds: roleIds }]
      const { answer, calls } = await discover(
        { roles, accounts: [account('1', '333')] },
        { expectedAccountIds },
      )
      const isCut = answer.ok && answer.value.isCut === true
      return { isCut, lookUps: calls.filter((path) => path === '/Accounts/Search').length - 2 }
    }
    expect(await searches(numbered(1000), [])).toEqual({ isCut: false, lookUps: 100 })
    expect(await searches(numbered(1001), [])).toEqual({ isCut: true, lookUps: 100 })
    expect(await searches([], numbered(1001))).toEqual({ isCut: false, lookUps: 20 })
  })

  test('is asked for at a customer in which the user has a direct role and no account was found', async () => {
    const asked: unknown[] = []
    const roles = ['1', '2', '3'].map((CustomerId) => ({ RoleId: 16, CustomerId }))
    const byLink = { RoleId: 41, CustomerId: '4', CustomerLinkPermission: 'Standard' }
    const { accounts } = await discovered({
      roles: [...roles, byLink],
      accounts: [account('101', '1')],
      more: {
        '/AccountsInfo/Query': ({ CustomerId }) => {
          asked.push(CustomerId)
          return { AccountsInfo: CustomerId === '2' ? [{ Id: '102', Name: 'Two' }] : [] }
        },
      },
    })
    expect(asked).toEqual(['2', '3'])
    expect(accounts).toMatchObject([
      { accountId: '101', customerId: '1' },
      { accountId: '102', customerId: '2', ownerCustomerId: '', name: 'Two', roleId: '16' },
    ])
  })
})

describe('while links are listed', () => {
  const links = '/LinkedAccountsAndCustomersInfo/Query'
  const roles = numbered(20).map((CustomerId) => ({ RoleId: 41, CustomerId }))
  /** The agency's account that only the list of the last customer names. */
  const listing = (answers: Readonly<Record<string, Handler>>): Readonly<Record<string, Handler>> => ({
    [links]: (body) =>
      answers[body.CustomerId!]?.(body) ?? {
        AccountsInfo: body.CustomerId === '5019' ? [{ Id: '7', Name: '' }] : [],
        CustomersInfo: [],
      },
  })
  const odd = () => Response.json({ OperationErrors: [{ Code: 99_999 }], Type: 'ApiFault' }, { status: 400 })
  const refused = () => Response.json({ Errors: [{ Code: 106 }] }, { status: 403 })
  const throttled = () => Response.json({ Errors: [{ Code: 117 }] }, { status: 429 })
  const failing = () => new Response('<h2>The service is unavailable.</h2>', { status: 503 })
  const accounts = [account('7', '9')]

  test.each([
    ['refuses', refused, 'advertising_106', true],
    ['answers oddly', odd, 'advertising_99999', false],
    ['answers without JSON', () => new Response('OK'), 'advertising_200', false],
  ])('a customer that %s is passed over and named', async (_what, handler, reason, isRefusal) => {
    const found = await discovered({ roles, accounts, more: listing({ 5003: handler }) })
    expect(found.accounts[0]).toMatchObject({ accountId: '7', customerId: '5019' })
    expect(found.passedOver).toEqual([{ customerId: '5003', reason, isRefusal }])
    expect(found).not.toHaveProperty('unfinished')
  })

  test('the first throttled call ends them, and the account’s path stays open', async () => {
    const { answer, calls } = await discover({ roles, accounts, more: listing({ 5004: throttled }) })
    expect(answer).toMatchObject({
      ok: true,
      value: { unfinished: { because: 'throttled', missesAccounts: false, fault: { code: 117 } } },
    })
    expect(answer.ok && answer.value.accounts[0]).toMatchObject({
      reachUnknown: true,
      note: expect.stringContaining('throttled'),
    })
    // Two turns of four.
    expect(calls.filter((path) => path === links)).toHaveLength(8)
  })

  test('one customer that fails is passed over, and the second ends them', async () => {
    const one = await discover({ roles, accounts, more: listing({ 5001: failing }) })
    expect(one.answer).toMatchObject({ ok: true, value: { accounts: [{ customerId: '5019' }] } })
    const two = await discover({ roles, accounts, more: listing({ 5001: failing, 5002: failing }) })
    expect(two.answer).toMatchObject({ ok: true, value: { unfinished: { because: 'unavailable' } } })
    // One turn, with both failing calls repeated once.
    expect(two.calls.filter((path) => path === links)).toHaveLength(6)
  })

  test('the owner and the agencies of an unexplained account come first', async () => {
    const limited = roles.map((role) => ({ ...role, AccountIds: ['1'] }))
    const near = [account('7', '9', { LinkedAgencies: [{ Id: '5019', Name: '' }] })]
    const { answer, calls } = await discover({ roles: limited, accounts: near, more: listing({}) })
    expect(answer).toMatchObject({ ok: true, value: { accounts: [{ customerId: '5019' }] } })
    expect(calls.filter((path) => path === links)).toHaveLength(4)
  })

  test('the sandbox gets one call at a time', async () => {
    let [under, most] = [0, 0]
    const more = {
      [links]: async () => {
        most = Math.max(most, ++under)
        await new Promise((resolve) => setImmediate(resolve))
        under -= 1
        return { AccountsInfo: [], CustomersInfo: [] }
      },
    }
    await discover({ roles, accounts, more }, { callsAtOnce: 1 })
    expect(most).toBe(1)
  })
})

test('a fault that passes is repeated once, for its call only', async () => {
  let failures = 1
  const more = {
    '/User/Query': () =>
      failures-- > 0
        ? new Response('', { status: 503 })
        : { User: { Id: '7', UserName: 'grace' }, CustomerRoles: [agencyRole] },
  }
  const { answer, calls } = await discover({ accounts: [account('1', '333')], more })
  expect(answer.ok).toBe(true)
  expect(calls.slice(0, 3)).toEqual(['/User/Query', '/User/Query', '/Accounts/Search'])
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

test.each(['Smart', 'UnifiedSmart'])(
  'a %s account is kept, but isn’t usable, and says why',
  async (AccountMode) => {
    const { accounts } = await discovered({
      roles: [agencyRole],
      accounts: [account('1', '333', { AccountMode })],
    })
    expect(accounts[0]).toMatchObject({
      accountMode: AccountMode,
      usable: false,
      note: expect.stringContaining('Expert'),
    })
  },
)

test('the mode of accounts is asked for, because Microsoft doesn’t send it otherwise', async () => {
  const asked: unknown[] = []
  const more = {
    '/Accounts/Search': ({ ReturnAdditionalFields }: Body) => {
      asked.push(ReturnAdditionalFields)
      return { Accounts: [account('1', '333', { AccountMode: 'Expert' })] }
    },
  }
  const { accounts } = await discovered({ roles: [agencyRole], more })
  expect(accounts[0]).toMatchObject({ accountMode: 'Expert', usable: true })
  expect(new Set(asked)).toEqual(new Set(['AccountMode']))
})

test('thousands of accounts arrive page by page, without a call for each', async () => {
  const accounts = Array.from({ length: 2500 }, (_, i) => account(String(i + 1), '333'))
  const { answer, calls } = await discover({ roles: [{ CustomerId: '333' }], accounts })
  expect(answer.ok && answer.value.accounts.length).toBe(2500)
  // The first page, and a turn of four.
  const searches = Array(5).fill('/Accounts/Search')
  expect(calls).toEqual(['/User/Query', ...searches, '/CustomersInfo/Query'])
})

test('a page that isn’t full doesn’t end the search', async () => {
  const pages = [['1', '2'], ['3'], ['4', '5']].map((ids) => ids.map((id) => account(id, '333')))
  const more = { '/Accounts/Search': ({ PageInfo }: Body) => ({ Accounts: pages[PageInfo.Index] ?? [] }) }
  expect((await discovered({ roles: [agencyRole], more })).accounts).toHaveLength(5)
})

test('a fault after the first page keeps what was read, and says that accounts are missing', async () => {
  const page = Array.from({ length: 1000 }, (_, i) => account(String(i + 1), '333'))
  const throttled = () => Response.json({ Errors: [{ Code: 117 }] }, { status: 429 })
  const more = {
    '/Accounts/Search': ({ PageInfo }: Body) => (PageInfo.Index === 0 ? { Accounts: page } : throttled()),
  }
  const { answer, calls } = await discover({ roles: [agencyRole], more })
  expect(answer).toMatchObject({
    ok: true,
    value: { unfinished: { because: 'throttled', missesAccounts: true } },
  })
  expect(answer.ok && answer.value.accounts).toHaveLength(1000)
  // Nothing more is asked.
  expect(calls).toEqual(['/User/Query', ...Array(5).fill('/Accounts/Search')])
})

test('the time limit ends a discovery, and what was read stays', async () => {
  const page = Array.from({ length: 1000 }, (_, i) => account(String(i + 1), '333'))
  const late = () => new Promise(() => undefined)
  const more = {
    '/Accounts/Search': ({ PageInfo }: Body) => (PageInfo.Index === 0 ? { Accounts: page } : late()),
  }
  const { answer } = await discover({ roles: [agencyRole], more }, { limitSeconds: 0.3 })
  expect(answer).toMatchObject({ ok: true, value: { unfinished: { because: 'time_limit' } } })
  expect(answer.ok && answer.value.accounts).toHaveLength(1000)
})

test('a server that ignores the page ends the search', async () => {
  const page = Array.from({ length: 1000 }, (_, i) => account(String(i + 1), '333'))
  const more = { '/Accounts/Search': () => ({ Accounts: page }) }
  const { answer, calls } = await discover({ roles: [{ CustomerId: '333' }], more })
  expect(answer.ok && answer.value.accounts.length).toBe(1000)
  expect(calls.filter((path) => path === '/Accounts/Search')).toHaveLength(5)
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
  test.each(['/User/Query', '/Accounts/Search'])('at the first %s is the result', async (path) => {
    const throttled = () => Response.json({ Errors: [{ Code: 117 }] }, { status: 429 })
    const { answer } = await discover({ roles: [agencyRole], more: { [path]: throttled } })
    expect(answer).toMatchObject({ ok: false, fault: { class: 'backOff', retryAfterSeconds: 60 } })
  })

  test('is the result if nothing was found until then', async () => {
    const more = { '/AccountsInfo/Query': () => Response.json({ Errors: [{ Code: 117 }] }, { status: 429 }) }
    const { answer } = await discover({ roles: [{ RoleId: 41, CustomerId: '333' }], more })
    expect(answer).toMatchObject({ ok: false, fault: { code: 117 } })
  })

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
    const answer = await discoverAccounts(client, credentials, { clock: instant })
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
      '/Accounts/Search': ({ PageInfo }: Body) => ({ Accounts: page(1 + PageInfo.Index * 1000) }),
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
  /** The answers to each page, one after another. */
  const searching = (pages: readonly (readonly unknown[])[]) => {
    const left = pages.map((answers) => [...answers])
    return {
      '/Accounts/Search': ({ PageInfo, Predicates }: Body) => ({
        Accounts: (Predicates[0]?.Field === 'UserId' && left[PageInfo.Index]?.shift()) || null,
      }),
    }
  }
  const full = Array.from({ length: 1000 }, (_, i) => account(String(1 + i), '333'))
  const last = [account('2000', '333')]

  test.each([
    ['once instead of the accounts', [[null, last]], 1],
    ['once after a full page', [[full], [[], last]], 1001],
    ['twice after a full page', [[full], [null, null, last]], 1000],
    ['twice', [[[], null, last]], 0],
  ])('removes accounts only if a second call agrees: %s', async (_when, pages, count) => {
    const { accounts } = await discovered({
      roles: [{ RoleId: 41, CustomerId: '333' }],
      more: searching(pages),
    })
    expect(accounts).toHaveLength(count)
  })
})
