import { expect, test } from 'vitest'
import { isTokenDoubted } from '../../shared/accounts/discover.ts'
import type { DeveloperTokenProofs } from '../../shared/advertising/developerTokenProofs.ts'
import { readFault } from '../../shared/advertising/faults.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { PreparedCall } from '../../shared/passthrough/prepareCall.ts'
import { findTokenEvidence } from '../../shared/passthrough/tokenEvidence.ts'
import type { Secret } from '../../shared/secret.ts'
import { faultEvidence } from '../../shared/tenants/faultEvidence.ts'

const now = new Date('2026-11-28T12:00:00Z')
const clock = { now: () => now, sleep: async () => {} }
const fault = (Code: number, Detail: string | null = null) =>
  readFault({
    service: 'customerManagement',
    status: 401,
    bodyText: JSON.stringify({ Errors: [{ Code, Detail }] }),
  })
const issued = (secondsAgo: number) =>
  ({ accessToken: { refreshedAt: addSeconds(now, -secondsAgo) } }) as unknown as Tenant

test.each([
  [109, null, 1, true],
  [105, null, 300, true],
  [105, null, 299, false],
  [105, 'UserNotFound', 301, false],
  [106, null, 301, false],
])(
  'a discovery with the answer %i %s to a token of %i s requests another token: %s',
  (code, detail, age, doubted) => {
    expect(isTokenDoubted(fault(code, detail), issued(age), now)).toBe(doubted)
  },
)

test.each([
  [299, 'fresh'],
  [300, 'aged'],
])('a passed-through call’s access token of %i s is %s', async (age, accessToken) => {
  const developerTokenProofs = {
    of: async (environment: string, token: Secret) =>
      environment === 'sandbox' && token.expose() === 'd' ? 'lapsed' : 'unproven',
  } as unknown as DeveloperTokenProofs
  const prepared = {
    tenant: { environment: 'sandbox' },
    headers: { DeveloperToken: 'd' },
    refreshedAt: addSeconds(now, -age),
  } as unknown as PreparedCall
  expect(await findTokenEvidence({ developerTokenProofs, clock }, prepared)).toEqual({
    developerToken: 'lapsed',
    accessToken,
  })
})

test('nothing is known of a developer token while storage does not answer', async () => {
  const developerTokenProofs = {
    of: () => Promise.reject(new Error('out')),
  } as unknown as DeveloperTokenProofs
  const prepared = { tenant: {}, headers: {}, refreshedAt: now } as unknown as PreparedCall
  expect(await findTokenEvidence({ developerTokenProofs, clock }, prepared)).toEqual({ accessToken: 'fresh' })
})

test.each([
  ['42', true],
  ['', false],
])('a person whose grant names the user %j is known: %s', (advertisingUserId, isPersonKnown) => {
  const tenant = { grant: { advertisingUserId } } as unknown as Tenant
  expect(faultEvidence(tenant, { tokens: { accessToken: 'fresh' } })).toEqual({
    accessToken: 'fresh',
    isPersonKnown,
  })
})
