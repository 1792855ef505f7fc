import { expect, test } from 'vitest'
import { compareSignInAccounts } from '../../shared/connect/compareSignInAccounts.ts'
import { findDifferentUser } from '../../shared/connect/person.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { accountOf } from './connectGround.ts'

const consenter = (hint: string, subject: string) => ({ issuer: 'i', subject, hint })
const tenantOf = (hint: string) =>
  ({ status: 'connected', grant: { consenter: consenter(hint, 'before'), advertisingUserId: '1' } }) as Tenant
const adviceTo = (previousUser: string, user: string) => {
  const proven = { user: { consenter: consenter(user, 'now') }, discovery: { advertisingUserId: '2' } }
  return findDifferentUser(tenantOf(previousUser), proven as never, false)?.advice
}

test.each([
  ['a…@x.example', 'e…@y.example', 'Sign in as a…@x.example; you signed in as e…@y.example.'],
  [
    'a…@x.example',
    'a…@x.example',
    'Sign in with the account that connected it: a…@x.example. You signed in with a different one that looks the same when shortened: a…@x.example.',
  ],
  ['…', 'e…@y.example', 'Sign in with the account that connected it; you signed in as e…@y.example.'],
  ['a…@x.example', '…', 'Sign in as a…@x.example; yours is another account.'],
  ['…', '…', 'Sign in with the account that connected it; yours is another one.'],
])('another person than %s, masked %s, learns whose sign-in is expected', (previousUser, user, words) => {
  expect(adviceTo(previousUser, user)).toBe(`${words} The connection still works.`)
})

test('another person is accepted by a tenant without a consent', () => {
  const proven = { user: { consenter: consenter('e…', 'now') }, discovery: { advertisingUserId: '2' } }
  const { grant, ...row } = tenantOf('a…')
  const tenants = [
    { ...row, status: 'reauthorization_required' },
    { ...row, grant, status: 'disconnected' },
  ] as Tenant[]
  for (const tenant of tenants) expect(findDifferentUser(tenant, proven as never, false)).toBeUndefined()
})

test('accounts that a tenant without a consent loses are reported, and need no confirmation', async () => {
  const proven = {
    user: { consenter: consenter('e…', 'now') },
    discovery: { advertisingUserId: '2', accounts: [accountOf('2')], passedOver: [] },
  } as never
  const store = { list: async () => ({ accounts: [accountOf('1')] }) } as never
  const { grant: _grant, ...row } = { ...tenantOf('a…'), accountsGeneration: 'g' }
  const compared = await compareSignInAccounts(store, row, proven)
  expect(compared.outcome).toMatchObject({ accounts_lost: '1' })
  expect(compared.loss).toBeUndefined()
  const known = await compareSignInAccounts(store, { ...row, ...tenantOf('a…') }, proven)
  expect(known.loss?.lost.map(({ accountId }) => accountId)).toEqual(['1'])
})

test('another person is accepted if allowed', () => {
  const proven = { user: { consenter: consenter('e…', 'now') }, discovery: { advertisingUserId: '2' } }
  expect(findDifferentUser(tenantOf('a…'), proven as never, true)).toBeUndefined()
})
