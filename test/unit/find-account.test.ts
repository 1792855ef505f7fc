import { expect, test } from 'vitest'
import type { Account, AccountStore } from '../../shared/domain/account.ts'
import { findAccount } from '../../shared/domain/findAccount.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'

test('an account without a known customer is refused by name, never passed on to fail at Microsoft', async () => {
  const account = { accountId: '5', customerId: '9', linked: false, reachUnknown: true } as unknown as Account
  const store = { findById: async () => [account] } as unknown as AccountStore
  const tenant = { tenant: 'acme', accountsGeneration: 'g' } as unknown as Tenant
  await expect(findAccount(store, tenant, '5')).rejects.toMatchObject({
    code: 'account_not_found',
    extras: { members: { reason: 'account_reach_unknown' } },
    message: expect.stringContaining('account 5'),
  })
})
