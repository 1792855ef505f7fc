import { describe, expect, test, vi } from 'vitest'
import { chooseAccounts } from '../../shared/accounts/choose.ts'
import { rediscoverAccounts } from '../../shared/accounts/discover.ts'
import { listAccounts } from '../../shared/accounts/list.ts'
import { addSeconds } from '../../shared/clock.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, name, now } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'
import { discovery } from './discoveryGround.ts'

const known = (...ids: string[]) => ids.map((id) => accountOf(id, { roleId: '41' }))

test('a discovery lists new, missing, and changed accounts, and the default', async () => {
  const before = [...known('1'), accountOf('2', { roleId: '41', name: 'Old name' })]
  const defaultAccount = { accountId: '1', customerId: '10' }
  const own = await discovery(before, ['2', '3'], { tenant: { defaultAccount } })
  expect(await own.run()).toEqual({
    accounts: 2,
    discoveredAt: own.clock.now().toISOString(),
    counts: { appeared: 1, vanished: 1, changed: 1 },
    appeared: [{ accountId: '3', number: 'F3', name: 'Account 3' }],
    vanished: [{ accountId: '1', number: 'F1', name: 'Account 1' }],
    changed: [{ accountId: '2', number: 'F2', name: 'Account 2', properties: ['name'] }],
    defaultChanged: true,
  })
  expect(own.row().discoveredAt).toEqual(own.clock.now())
  expect(own.row().defaultAccount).toBeUndefined()
  expect(own.seen.forgotten).toBeGreaterThan(0)
  expect(own.tenants.history(name).map(({ type }) => type)).toEqual([
    ...['accounts.discovered', 'accounts.changed', 'accounts.default_changed'],
  ])
})

test('a discovery that finds the same changes nothing but its time: no default, no list, no event', async () => {
  const own = await discovery(known('1'), ['1'], {
    tenant: { defaultAccount: { accountId: '1', customerId: '10' } },
  })
  expect(await own.run()).toMatchObject({
    ...{ counts: { appeared: 0, vanished: 0, changed: 0 }, defaultAccountId: '1', defaultChanged: false },
  })
  expect(own.tenants.history(name)).toEqual([])
  expect(own.row().discoveredAt).toEqual(own.clock.now())
})

test('lists end after 100 accounts, but counts do not', async () => {
  const ids = Array.from({ length: 101 }, (_, index) => String(1000 + index))
  const appeared = await (await discovery([], ids)).run()
  expect([appeared.appeared.length, appeared.counts.appeared]).toEqual([100, 101])
  const vanished = await (await discovery(known(...ids), [])).run()
  expect([vanished.vanished.length, vanished.counts.vanished]).toEqual([100, 101])
  const renamed = ids.map((id) => accountOf(id, { roleId: '41', name: 'Old name' }))
  const changed = await (await discovery(renamed, ids)).run()
  expect([changed.changed.length, changed.counts.changed]).toEqual([100, 101])
})

test('the choice stays: an account that appears after a choice isn’t chosen', async () => {
  const own = await discovery([...known('1'), accountOf('2', { selected: false })], ['1', '2', '3'])
  await own.run()
  const { accounts } = await own.accounts.list(name, own.row().accountsGeneration ?? '', 10)
  expect(accounts.filter(({ selected }) => selected !== false).map(({ accountId }) => accountId)).toEqual([
    '1',
  ])
})

test('a choice that leaves out no account is none: one that appears later is chosen, too', async () => {
  const own = await discovery(known('1', '2'), ['1', '2', '3'])
  await chooseAccounts(own.dependencies as never, name, { accounts: ['1', '2'] })
  await own.run()
  const { accounts } = await own.accounts.list(name, own.row().accountsGeneration ?? '', 10)
  expect(accounts.map(({ accountId, selected }) => [accountId, selected])).toEqual([
    ...[
      ['1', undefined],
      ['2', undefined],
      ['3', undefined],
    ],
  ])
})

test('a token that Microsoft calls expired is replaced once', async () => {
  const own = await discovery(known('1'), ['1'], { faults: [109] })
  expect(await own.run()).toMatchObject({ accounts: 1 })
  expect(own.seen.tokens).toEqual(['Bearer first', 'Bearer second'])
  expect(own.seen.replaced).toEqual([addSeconds(now, -3600)])
  const again = await discovery(known('1'), ['1'], { faults: [109, 109] })
  await expect(again.run()).rejects.toThrow()
  expect(again.seen.tokens).toHaveLength(2)
})

test.each([
  { passed: 20, left: 100_000 },
  { passed: 500, left: 1000 },
])(
  'a discovery with a replaced token has what is left of the limit: after $passed s',
  async ({ left, passed }) => {
    const own = await discovery(known('1'), ['1'], { faults: [109] })
    const { accessTokens } = own.dependencies
    const replace = (...given: Parameters<typeof accessTokens.replace>) => {
      own.clock.advance(passed)
      return accessTokens.replace(...given)
    }
    const limits = vi.spyOn(AbortSignal, 'timeout')
    await rediscoverAccounts(
      { ...own.dependencies, accessTokens: { ...accessTokens, replace } } as never,
      name,
    )
    const ofDiscoveries = limits.mock.calls.flat().filter((each) => each === 120_000 || each === left)
    limits.mockRestore()
    expect(ofDiscoveries).toEqual([120_000, left])
  },
)

test('a fault changes only the record about the person', async () => {
  const own = await discovery(known('1'), ['1'], { faults: [122] })
  await expect(own.run()).rejects.toMatchObject({ code: 'reauthorization_required' })
  expect(own.row()).toMatchObject({
    accountsGeneration: 'before',
    advertisingRefusal: { since: expect.any(Date) },
  })
  expect(own.seen.replaced).toEqual([])
})

test('a successful discovery removes the recorded refusal of the person', async () => {
  const advertisingRefusal = { reason: 'work_account_required', since: now }
  const own = await discovery(known('1'), ['1'], { tenant: { advertisingRefusal } })
  await own.run()
  expect(own.row().advertisingRefusal).toBeUndefined()
})

test.each([
  ['another person has connected', { grant: { ...connected('vault:x').grant, id: 'another' } as never }],
  ['was disconnected', { status: 'disconnected' }],
] as const)(
  'one person’s accounts are never written to a tenant that %s in the meantime',
  async (_title, inBetween) => {
    const own = await discovery(known('1'), ['2'], { inBetween })
    await expect(own.run()).rejects.toMatchObject({ code: 'tenant_changed' })
    expect(own.row().accountsGeneration).toBe('before')
  },
)

test('without a token, or a developer token, nothing is called', async () => {
  const nothing = await discovery([], [], { obtained: { ok: false, because: 'not_found' } })
  await expect(nothing.run()).rejects.toMatchObject({ code: 'tenant_not_found' })
  const unnamed = await discovery([], [], { developerToken: false })
  await expect(unnamed.run()).rejects.toMatchObject({ code: 'developer_token_unusable' })
  expect([...nothing.seen.tokens, ...unnamed.seen.tokens]).toEqual([])
})

test('a cut list is marked on the tenant until a complete one is found', async () => {
  const pages = Array.from({ length: 1000 }, (_, index) => String(1000 + index))
  const own = await discovery([], pages, { endless: true })
  expect(await own.run()).toMatchObject({ accounts: 50_000, cut: true })
  expect(toTenantView(own.row(), now).accounts.cut).toBe(true)
  await chooseAccounts(own.dependencies as never, name, { accounts: 'all' } as never)
  expect(toTenantView(own.row(), now).accounts.cut).toBe(true)
  own.seen.endless = false
  expect(await own.run()).not.toHaveProperty('cut')
  expect(toTenantView(own.row(), now).accounts).not.toHaveProperty('cut')
})

describe('a discovery that ends early', () => {
  const defaultAccount = { accountId: '2', customerId: '10' }

  test('keeps the accounts that it didn’t read, and the default, and says so everywhere', async () => {
    const own = await discovery(known('1', '2'), ['1'], { tenant: { defaultAccount }, throttled: true })
    expect(await own.run()).toMatchObject({
      accounts: 2,
      counts: { vanished: 0 },
      defaultAccountId: '2',
      readSoFar: 1,
      unfinished: { because: 'throttled', reason: 'advertising_117', retryAfterSeconds: 60 },
    })
    expect(toTenantView(own.row(), now).accounts.readSoFar).toBe(1)
    const stores = { tenants: own.tenants, accounts: own.accounts }
    expect(await listAccounts(stores, name, { limit: 10 })).toMatchObject({ readSoFar: 1 })
    const [told] = own.tenants.history(name)
    expect(told).toMatchObject({ data: { unfinished: 'throttled', reason: 'advertising_117' } })
    expect(told?.detail).toContain('ended early, because Microsoft Advertising throttled')
  })

  test('is followed by one that finishes', async () => {
    const own = await discovery(known('1', '2'), ['1'], { tenant: { defaultAccount }, throttled: true })
    await own.run()
    own.seen.throttled = false
    const answer = await own.run()
    expect(answer).toMatchObject({ accounts: 1, counts: { vanished: 1 }, defaultChanged: true })
    expect(answer).not.toHaveProperty('readSoFar')
    expect(toTenantView(own.row(), now).accounts).not.toHaveProperty('readSoFar')
  })
})

test('an account without a known path is counted, and the customer that refuses to list it is named', async () => {
  const own = await discovery([], ['1'], { roles: [{ CustomerId: '77', RoleId: 41 }] })
  expect(await own.run()).toMatchObject({
    reachUnknown: 1,
    passedOver: [{ customerId: '77', reason: 'advertising_106' }],
  })
  const [told] = own.tenants.history(name)
  expect(told).toMatchObject({ data: { reachUnknown: 1, passedOver: 1 } })
  expect(own.row().defaultAccount).toBeUndefined()
})
