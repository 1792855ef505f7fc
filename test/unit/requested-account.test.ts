import { expect, test } from 'vitest'
import { isPrefetch } from '../../shared/http/prefetch.ts'
import { readRequestedAccount } from '../../shared/passthrough/requestedAccount.ts'

const wanted = (headers: Record<string, string>) => readRequestedAccount(new Headers(headers))

test('the account of a call is named by either header, and the customer by its own header', () => {
  expect(wanted({})).toEqual({})
  expect(wanted({ 'X-Account-Id': ' F1 ' })).toEqual({ accountId: 'F1' })
  expect(wanted({ CustomerAccountId: '1', CustomerId: '10' })).toEqual({ accountId: '1', customerId: '10' })
  expect(wanted({ 'X-Account-Id': '1', CustomerAccountId: '1' })).toEqual({ accountId: '1' })
  // Microsoft's .NET and Python SDKs, for calls that need no ids.
  expect(wanted({ 'X-Account-Id': ' ', CustomerAccountId: '', CustomerId: 'None' })).toEqual({})
})

test.each([
  [{ 'X-Account-Id': '1', CustomerAccountId: '2' }, 'CustomerAccountId'],
  [{ CustomerAccountId: 'a/b' }, 'CustomerAccountId'],
  [{ CustomerId: '1'.repeat(41) }, 'CustomerId'],
])('an impossible ID, or two different accounts, are refused by header name: %j', (headers, field) => {
  expect(() => wanted(headers as Record<string, string>)).toThrow(
    expect.objectContaining({
      extras: expect.objectContaining({ members: { errors: [expect.objectContaining({ field })] } }),
    }),
  )
})

test.each([
  ['HEAD', {}, true],
  ['GET', {}, false],
  ['GET', { 'sec-purpose': 'prefetch;prerender' }, true],
  ['GET', { 'sec-purpose': 'prerender' }, true],
  ['GET', { purpose: 'prefetch' }, true],
  ['GET', { 'sec-purpose': 'x' }, false],
  ['GET', { 'sec-purpose': 'Prefetch;Prerender' }, true],
  ['GET', { 'sec-purpose': 'x', purpose: 'prefetch' }, true],
  ['GET', { 'x-purpose': 'preview' }, true],
  ['GET', { 'x-moz': 'Prefetch' }, true],
  ['GET', { 'sec-fetch-dest': 'document' }, false],
  ['GET', { 'sec-fetch-dest': 'iframe' }, true],
  ['GET', { 'sec-fetch-dest': 'image' }, true],
  ['GET', { 'sec-fetch-dest': 'empty' }, true],
  ['GET', { 'sec-fetch-dest': '' }, true],
] as const)('%s with %j is a prefetch: %s', (method, headers, isAhead) => {
  expect(isPrefetch({ method, headers: new Headers(headers) })).toBe(isAhead)
})
