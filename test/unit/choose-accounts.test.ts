import { describe, expect, test } from 'vitest'
import { accountsChoice, chooseAccounts } from '../../shared/accounts/choose.ts'
import { listAccounts } from '../../shared/accounts/list.ts'
import { defaultAccountBody, setDefaultAccount } from '../../shared/accounts/setDefault.ts'
import type { Account } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { connected, name } from '../simulation/ground.ts'
import { accountOf, connectGround } from './connectGround.ts'

const three = [
  accountOf('1', { number: 'B1' }),
  accountOf('2', { number: 'B2' }),
  accountOf('3', { number: 'B3' }),
]

/** A connected tenant with these accounts. */
async function tenantWith(accounts: readonly Account[] = three, change: Partial<Tenant> = {}) {
  const own = connectGround()
  await own.create({ ...connected('vault:x'), accountsGeneration: 'g', ...change })
  await own.accounts.write(name, 'g', accounts)
  const types = () => own.tenants.history(name).map(({ type }) => type)
  return { ...own, types }
}

const defaultAccount = { accountId: '1', customerId: '10' }

describe('choosing accounts', () => {
  test('accepts ids and numbers in upper or lower case, and marks the others', async () => {
    const own = await tenantWith()
    const answer = await chooseAccounts(own.dependencies, name, { accounts: ['2', 'b3'], default: 'B2' })
    expect(answer).toEqual({ accounts: 3, selected: 2, defaultAccountId: '2', defaultCustomerId: '10' })
    expect(own.types()).toEqual(['accounts.selection_changed', 'accounts.default_changed'])
    expect(own.forgotten).toEqual([name])
    expect(await chooseAccounts(own.dependencies, name, { accounts: 'all' })).toMatchObject({ selected: 3 })
  })

  test('of all accounts, if all were chosen before, adds no event', async () => {
    const own = await tenantWith()
    const answer = await chooseAccounts(own.dependencies, name, { accounts: 'all' })
    expect(answer).toEqual({ accounts: 3, selected: 3 })
    expect(own.types()).toEqual([])
  })

  test('keeps the default if it is chosen, and drops it otherwise', async () => {
    const own = await tenantWith(three, { defaultAccount })
    const kept = await chooseAccounts(own.dependencies, name, { accounts: ['1', '2'] })
    expect(kept).toMatchObject({ selected: 2, defaultAccountId: '1' })
    const dropped = await chooseAccounts(own.dependencies, name, { accounts: ['2', '3'] })
    expect(dropped).toEqual({ accounts: 3, selected: 2 })
    expect(own.tenants.history(name).at(-1)?.detail).toContain('It wasn’t chosen.')
  })

  test.each([
    ['reached', { accounts: ['9'] }, undefined],
    ['reached, as a default', { accounts: ['1'], default: '9' }, undefined],
    ['chosen, as a default', { accounts: ['1'], default: '2' }, 'account_not_selected'],
  ])('refuses what isn’t %s, and changes nothing', async (_title, choice, reason) => {
    const own = await tenantWith()
    const refused = await chooseAccounts(own.dependencies, name, choice).catch((error) => error)
    expect([refused.code, refused.extras.members?.reason]).toEqual(['account_not_found', reason])
    expect(own.row().accountsGeneration).toBe('g')
  })

  test('is refused if the tenant has changed since the choice was opened', async () => {
    const own = await tenantWith()
    const choice = chooseAccounts(own.dependencies, name, { accounts: 'all' }, () => false)
    await expect(choice).rejects.toMatchObject({ code: 'tenant_changed' })
    const nobody = connectGround()
    const unknown = chooseAccounts(nobody.dependencies, name, { accounts: 'all' })
    await expect(unknown).rejects.toMatchObject({ code: 'tenant_not_found' })
  })

  test('is applied again to the accounts of a faster writer', async () => {
    const own = await tenantWith()
    let isFirst = true
    const replace: typeof own.tenants.replace = async (expected, next, events) => {
      if (!isFirst) return own.tenants.replace(expected, next, events)
      isFirst = false
      await own.accounts.write(name, 'faster', [accountOf('1'), accountOf('7')])
      await own.tenants.replace(expected, { ...expected.tenant, accountsGeneration: 'faster' }, [])
      return 'conflict'
    }
    const dependencies = { ...(own.dependencies as object), tenants: { ...own.tenants, replace } } as never
    expect(await chooseAccounts(dependencies, name, { accounts: ['1'] })).toMatchObject({
      accounts: 2,
      selected: 1,
    })
    const { accounts } = await own.accounts.list(name, own.row().accountsGeneration ?? '', 10)
    expect(accounts.map(({ accountId }) => accountId)).toEqual(['1', '7'])
  })

  test('accepts 1 to 5,000 accounts', () => {
    const isGood = (count: number) =>
      accountsChoice.safeParse({ accounts: Array.from({ length: count }, String) }).success
    expect([0, 1, 5000, 5001].map(isGood)).toEqual([false, true, true, false])
  })
})

describe('setting the default account', () => {
  test('changes it once, and clears the process’s memory', async () => {
    const own = await tenantWith()
    expect((await setDefaultAccount(own.dependencies, name, { accountId: 'b2' })).defaultAccount).toEqual({
      ...{ accountId: '2', customerId: '10' },
    })
    await setDefaultAccount(own.dependencies, name, { accountId: '2' })
    expect(own.types()).toEqual(['accounts.default_changed'])
    expect(own.forgotten).toEqual([name])
  })

  test('through another customer is a different default', async () => {
    const own = await tenantWith([accountOf('1'), accountOf('1', { customerId: '20', linked: true })], {
      defaultAccount,
    })
    const changed = await setDefaultAccount(own.dependencies, name, { accountId: '1', customerId: '20' })
    expect(changed.defaultAccount).toEqual({ accountId: '1', customerId: '20' })
    await expect(
      setDefaultAccount(own.dependencies, name, { accountId: '1', customerId: '30' }),
    ).rejects.toMatchObject({ code: 'account_not_found' })
  })

  test('of an unknown tenant, or one with constant conflicts, fails', async () => {
    const nobody = setDefaultAccount(connectGround().dependencies, name, { accountId: '1' })
    await expect(nobody).rejects.toMatchObject({ code: 'tenant_not_found' })
    const own = await tenantWith()
    const tenants = { ...own.tenants, replace: async () => 'conflict' }
    const dependencies = { ...(own.dependencies as object), tenants } as never
    const busy = setDefaultAccount(dependencies, name, { accountId: '1' })
    await expect(busy).rejects.toMatchObject({ code: 'tenant_changed' })
  })

  test('accepts customer ids of at most 20 digits', () => {
    const isGood = (customerId: string) =>
      defaultAccountBody.safeParse({ accountId: '1', customerId }).success
    expect(['1', '1'.repeat(20), '1'.repeat(21), 'x1', '1x', ''].map(isGood)).toEqual([
      ...[true, true, false, false, false, false],
    ])
  })
})

describe('listing accounts', () => {
  const list = (own: Awaited<ReturnType<typeof tenantWith>>, options: object) =>
    listAccounts(own, name, { limit: 50, ...options })
  const idsOf = async (...asked: Parameters<typeof list>) =>
    (await list(...asked)).accounts.map(({ accountId }) => accountId)

  test('shows which are selected, and the one default by account and customer', async () => {
    const twice = [accountOf('1'), accountOf('1', { customerId: '20' }), accountOf('2', { selected: false })]
    const own = await tenantWith(twice, { defaultAccount, discoveredAt: new Date(0) })
    const page = await list(own, {})
    expect(page.accounts.map((account) => [account.selected, account.default])).toEqual([
      ...[
        [true, true],
        [true, false],
        [false, false],
      ],
    ])
    expect(page).toMatchObject({ discoveredAt: '1970-01-01T00:00:00.000Z' })
    expect(page).not.toHaveProperty('continuation')
  })

  test('finds part of a name, number, id, or customer, ignoring case, page by page', async () => {
    const own = await tenantWith([
      ...[accountOf('1', { name: 'Alpha shop' }), accountOf('2', { number: 'SHOP2' }), accountOf('3')],
      ...[accountOf('4', { customerName: 'Shopper' }), accountOf('5', { name: 'Shop', usable: false })],
    ])
    expect(await idsOf(own, { search: ' sHOp ' })).toEqual(['1', '2', '4', '5'])
    expect(await idsOf(own, { search: 'shop', usable: true })).toEqual(['1', '2', '4'])
    expect(await idsOf(own, { usable: false })).toEqual(['5'])
    expect(await idsOf(own, { search: '3' })).toEqual(['3'])
    const first = await list(own, { search: 'shop', limit: 3 })
    expect(first.accounts).toHaveLength(3)
    expect(await idsOf(own, { search: 'shop', limit: 3, continuation: first.continuation })).toEqual(['5'])
    expect(await list(own, { search: 'shop', limit: 4 })).not.toHaveProperty('continuation')
  })

  test('searches beyond one page of the store, and knows if there is more', async () => {
    const isFound = (index: number) => index === 7 || index === 1400
    const own = await tenantWith(
      Array.from({ length: 1500 }, (_, index) =>
        accountOf(String(10_000 + index), { name: isFound(index) ? 'Shop' : 'x' }),
      ),
    )
    const first = await list(own, { search: 'shop', limit: 1 })
    expect(first.accounts.map(({ accountId }) => accountId)).toEqual(['10007'])
    expect(await idsOf(own, { search: 'shop', limit: 1, continuation: first.continuation })).toEqual([
      '11400',
    ])
  })

  test('refuses a continuation that no page returned, and has no accounts before a discovery', async () => {
    const own = await tenantWith()
    await expect(list(own, { continuation: 'x' })).rejects.toMatchObject({ code: 'invalid_request' })
    const fresh = connectGround()
    await expect(listAccounts(fresh, name, { limit: 1 })).rejects.toMatchObject({ code: 'tenant_not_found' })
    await fresh.create()
    expect(await listAccounts(fresh, name, { limit: 1 })).toEqual({ accounts: [] })
  })
})
