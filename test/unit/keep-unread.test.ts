import { expect, test } from 'vitest'
import { keepUnread } from '../../shared/accounts/keepUnread.ts'
import type { Discovery } from '../../shared/advertising/discover.ts'
import { accountOf } from './connectGround.ts'

const endedEarly = (missesAccounts: boolean) =>
  ({ because: 'throttled', missesAccounts, fault: {} }) as NonNullable<Discovery['unfinished']>

const known = [
  accountOf('1', { customerId: '20', customerName: 'Agency', linked: true, roleId: '41' }),
  accountOf('2'),
]
const pathless = accountOf('1', {
  ...{ reachUnknown: true, usable: false, note: 'unknown', customerName: '', lifeCycleStatus: 'Suspended' },
})

test('a path that wasn’t read stays, and the rest is as it was found', () => {
  const [kept, ...rest] = keepUnread(known, {
    accounts: [pathless],
    passedOver: [],
    unfinished: endedEarly(false),
  })
  expect(kept).toMatchObject({ customerId: '20', customerName: 'Agency', linked: true, roleId: '41' })
  expect(kept).toMatchObject({
    lifeCycleStatus: 'Suspended',
    usable: false,
    note: expect.stringContaining('Suspended'),
  })
  expect(kept).not.toHaveProperty('reachUnknown')
  // Every account was read, so this one has vanished.
  expect(rest).toEqual([])
})

test('an account that wasn’t read stays', () => {
  const kept = keepUnread(known, { accounts: [pathless], passedOver: [], unfinished: endedEarly(true) })
  expect(kept.map(({ accountId }) => accountId)).toEqual(['1', '2'])
})

test('a finished discovery replaces everything', () => {
  expect(keepUnread(known, { accounts: [pathless], passedOver: [] })).toEqual([pathless])
})

test.each([
  ['an odd answer of another customer', '30', false, '20'],
  ['an odd answer of the path’s customer', '20', false, '20'],
  ['a refusal of the path’s customer', '20', true, '10'],
])('after %s, a known path stays only if it isn’t refused', (_when, customerId, isRefusal, expected) => {
  const passedOver = [
    { customerId: '40', reason: 'advertising_1001', isRefusal: false },
    { customerId, reason: 'advertising_106', isRefusal },
  ]
  expect(keepUnread(known, { accounts: [pathless], passedOver })[0]).toMatchObject({ customerId: expected })
})
