import { describe, expect, test } from 'vitest'
import { isGenerationKept, newGeneration } from '../../shared/accounts/generation.ts'
import { replaceAccounts } from '../../shared/accounts/replace.ts'
import { addSeconds, systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createModelAccountStore } from '../simulation/models/accountStore.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const now = new Date('2026-11-23T16:00:00Z')
const name = { workspace: 'w', tenant: 't' }
const madeAt = (seconds: number) => newGeneration(addSeconds(now, seconds), systemRandomness)
const row = (change: object): Tenant => ({
  ...{ ...name, environment: 'production', status: 'connected', createdAt: now },
  ...change,
})

test('accounts are read and written once, no matter how often others change the rest of the row', async () => {
  const [tenants, accounts] = [createModelTenantStore(), createModelAccountStore()]
  await tenants.create(row({ accountsGeneration: 'before' }), [])
  const done: string[] = []
  let conflicts = 2
  const dependencies = {
    tenants: {
      ...tenants,
      replace: async (...written: Parameters<typeof tenants.replace>) =>
        conflicts-- > 0 ? ('conflict' as const) : tenants.replace(...written),
    },
    accounts: {
      ...accounts,
      list: async (...asked: Parameters<typeof accounts.list>) => {
        done.push('read')
        return accounts.list(...asked)
      },
      write: async () => void done.push('written'),
    },
    clock: { now: () => now, sleep: async () => {} },
    randomness: systemRandomness,
  }
  await replaceAccounts(dependencies, name, () => ({ accounts: [], defaultAccount: undefined, events: [] }))
  expect(done).toEqual(['read', 'written'])
})

describe('after a discovery is committed', () => {
  const old = madeAt(-9000)

  test('the accounts of a pending consent stay', async () => {
    const [tenants, accounts] = [createModelTenantStore(), createModelAccountStore()]
    const account = { accountId: '1', customerId: '10', number: 'X1' } as never
    await accounts.write(name, old, [account])
    await tenants.create(row({ pendingGrant: { accountsGeneration: old } }), [])
    const clock = { now: () => now, sleep: async () => {} }
    const dependencies = { tenants, accounts, clock, randomness: systemRandomness }
    const discover = () =>
      replaceAccounts(dependencies, name, () => ({ accounts: [], defaultAccount: undefined, events: [] }))
    // Twice, because the previous generation is spared anyway.
    await discover()
    await discover()
    expect(await accounts.findById(name, old, '1')).toHaveLength(1)
  })

  test('the previous generation stays for processes that remember the row, and older ones are removed', () => {
    const isSpared = isGenerationKept(row({ accountsGeneration: old }), now)
    expect(isSpared(old)).toBe(true)
    expect(isSpared(madeAt(-9001))).toBe(false)
  })

  test('a generation less than ten minutes old stays, since another process may be about to commit it', () => {
    const isSpared = isGenerationKept(row({}), now)
    expect(isSpared(madeAt(-599))).toBe(true)
    expect(isSpared(madeAt(-600))).toBe(false)
    // Created by a process whose clock is ahead.
    expect(isSpared(madeAt(599))).toBe(true)
    expect(isSpared(madeAt(600))).toBe(false)
  })
})
