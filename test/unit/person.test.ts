import { expect, test } from 'vitest'
import { findDifferentUser } from '../../shared/connect/person.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'

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

test('another person is accepted if allowed', () => {
  const proven = { user: { consenter: consenter('e…', 'now') }, discovery: { advertisingUserId: '2' } }
  expect(findDifferentUser(tenantOf('a…'), proven as never, true)).toBeUndefined()
})
