import { describe, expect, test } from 'vitest'
import { listAccounts } from '../../shared/accounts/list.ts'
import { findUnreachableId } from '../../shared/diagnosis/diagnoseIds.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import { type Account, type AccountStore, waysOf } from '../../shared/domain/account.ts'
import { findAccount } from '../../shared/domain/findAccount.ts'
import { defaultAccountOf } from '../../shared/domain/selectAccounts.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { accountOf } from './connectGround.ts'

const tenant = { tenant: 'acme', accountsGeneration: 'g' } as unknown as Tenant

test('an account without a known customer is refused by name, never passed on to fail at Microsoft', async () => {
  const account = { accountId: '5', customerId: '9', linked: false, reachUnknown: true } as unknown as Account
  const store = { findById: async () => [account] } as unknown as AccountStore
  await expect(findAccount(store, tenant, '5')).rejects.toMatchObject({
    code: 'account_not_found',
    extras: { members: { reason: 'account_reach_unknown' } },
    message: expect.stringContaining('account 5'),
  })
})

describe('an account with several ways', () => {
  const ways = [
    { customerId: '20', roleId: '41' },
    { customerId: '10', roleId: '100' },
  ]
  const account = accountOf('5', { customerId: '20', linked: true, roleId: '41', ways })
  const store = { findById: async () => [account] } as unknown as AccountStore

  test('is reached through the first one, or through the one that is named', async () => {
    expect(await findAccount(store, tenant, '5')).toMatchObject({
      customerId: '20',
      linked: true,
      roleId: '41',
    })
    const named = await findAccount(store, tenant, '5', { customerId: '10' })
    expect(named).toMatchObject({ customerId: '10', linked: false, roleId: '100' })
    await expect(findAccount(store, tenant, '5', { customerId: '30' })).rejects.toMatchObject({
      code: 'account_not_found',
    })
  })

  test('keeps its default’s way as long as there is one, and then takes the first', () => {
    const before = { defaultAccount: { accountId: '5', customerId: '10' } }
    expect(defaultAccountOf(before, [account])).toEqual(before.defaultAccount)
    const left = { ...account, ways: ways.slice(0, 1) }
    expect(defaultAccountOf(before, [left])).toEqual({ accountId: '5', customerId: '20' })
  })

  test('is known to the diagnosis through each of them', () => {
    const known = createKnownAccounts([account])
    const verdictOf = (customerId: string) =>
      findUnreachableId({ accountId: '5', customerId }, known)?.verdict
    expect(['20', '10', '30'].map(verdictOf)).toEqual([
      undefined,
      undefined,
      'customer_does_not_reach_account',
    ])
    expect(known.isAccessCustomer('10')).toBe(true)
  })

  test('is listed with all of them, and as the default through any', async () => {
    const tenants = {
      read: async () => ({ tenant: { ...tenant, defaultAccount: { accountId: '5', customerId: '10' } } }),
    }
    const accounts = { list: async () => ({ accounts: [account] }) }
    const page = await listAccounts({ tenants, accounts } as never, {} as never, { limit: 10 })
    expect(page.accounts).toMatchObject([{ ways, default: true }])
  })
})

test('a row of an earlier version has the one way that its columns name', () => {
  expect(waysOf(accountOf('5', { roleId: '41' }))).toEqual([{ customerId: '10', roleId: '41' }])
  expect(waysOf(accountOf('5', { reachUnknown: true }))).toEqual([])
})

describe('without an earlier default', () => {
  const unusable = accountOf('1', { usable: false })

  test('a sole account that isn’t usable is none', () => {
    expect(defaultAccountOf({}, [unusable])).toBeUndefined()
  })

  test('a sole usable account beside others is the default', () => {
    const accounts = [unusable, accountOf('2'), accountOf('3', { usable: false })]
    expect(defaultAccountOf({}, accounts)).toEqual({ accountId: '2', customerId: '10' })
  })

  test('an earlier default that isn’t usable stays', () => {
    const defaultAccount = { accountId: '1', customerId: '10' }
    expect(defaultAccountOf({ defaultAccount }, [unusable, accountOf('2')])).toEqual(defaultAccount)
  })
})

describe('the owner of a linked account', () => {
  const linked = accountOf('5', { customerId: '20', linked: true, ownerCustomerId: '44' })
  const store = { findById: async () => [linked] } as unknown as AccountStore

  test('counts as a way only where Microsoft decides', async () => {
    const vended = findAccount(store, tenant, '5', { customerId: '44' })
    await expect(vended).rejects.toMatchObject({ code: 'account_not_found' })
    const passed = await findAccount(store, tenant, '5', { customerId: '44', acceptsOwner: true })
    expect(passed).toMatchObject({ customerId: '44', linked: false })
    expect(await findAccount(store, tenant, '5', { acceptsOwner: true })).toMatchObject({ customerId: '20' })
  })

  test('is never accepted for an account without a known path', async () => {
    const pathless = { findById: async () => [{ ...linked, reachUnknown: true }] } as unknown as AccountStore
    const passed = findAccount(pathless, tenant, '5', { acceptsOwner: true })
    await expect(passed).rejects.toMatchObject({ extras: { members: { reason: 'account_reach_unknown' } } })
  })

  test('is probably wrong, says the diagnosis', () => {
    const sent = { accountId: '5', customerId: '44' }
    const finding = findUnreachableId(sent, createKnownAccounts([linked]))
    expect(finding?.detail).toContain('probably')
  })
})
