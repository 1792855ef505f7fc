import { expect, test } from 'vitest'
import { playScenario } from '../bench/million/scenario.ts'

test('a burst that a vault throttles is late by seconds, and every token is refreshed before it expires', async () => {
  const found = await playScenario({
    tenants: 4000,
    allActive: true,
    vaults: 1,
    keepAliveDays: 7,
    sweepConcurrency: 32,
    everySeconds: 300,
    instances: 1,
  })
  expect(found.vaultThrottled).toBeGreaterThan(0)
  expect(found.maxVaultWrites).toBe(300)
  expect(found).toMatchObject({ expired: 0, failed: {}, failedSweeps: 0 })
  expect(found.refreshed).toBeGreaterThanOrEqual(4000)
})
