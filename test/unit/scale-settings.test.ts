import { describe, expect, test } from 'vitest'
import { counted } from '../../scripts/cost/counted.ts'
import { limits } from '../../scripts/cost/inputs.ts'
import { paceOf, refreshSeconds } from '../../scripts/cost/model.ts'
import { perSecond } from '../../scripts/cost/scaleTable.ts'
import { recommended } from '../../scripts/cost/settingsBySize.ts'
import { allSettings } from '../../shared/settings.ts'
import { readJson } from './infraFiles.ts'

const defaultOf = (name: string) => allSettings().find((setting) => setting.name === name)?.default

describe.each(recommended)('the settings for $tenants tenants with $policy', (each) => {
  const { concurrency, handoverCount, policy, store, sweepMinutes, tenants, vaults } = each
  const rate = policy === 'always' ? perSecond(tenants, 1) : perSecond(tenants)
  const due = rate * sweepMinutes * 60

  test('let one sweep refresh what is due before it stops starting', () => {
    expect(due / paceOf(concurrency)).toBeLessThan(Number(defaultOf('SWEEP_SECONDS')))
  })

  test('keep a sweep’s burst below what the vaults take', () => {
    const most = store === 'vault' ? vaults * limits.vaultWritesPerSecond : limits.vaultOperationsPerSecond
    expect(due).toBeLessThan(handoverCount)
    expect(concurrency / refreshSeconds).toBeLessThan(most)
  })
})

test('an instance takes one handed-over shard at a time', () => {
  expect(readJson('host.json').extensions.queues).toMatchObject({ batchSize: 1, newBatchThreshold: 0 })
})

test('a grant outlives a missed refresh at every recommended keep-alive', () => {
  for (const { keepAliveDays } of recommended) expect(2 * keepAliveDays).toBeLessThan(counted.grantDays)
})

test('the smaller brokers keep the defaults', () => {
  const [, usual] = recommended
  expect(usual).toMatchObject({
    concurrency: Number(defaultOf('SWEEP_CONCURRENCY')),
    handoverCount: Number(defaultOf('SWEEP_HANDOVER_COUNT')),
    keepAliveDays: Number(defaultOf('KEEP_ALIVE_DAYS')),
    policy: defaultOf('REFRESH_POLICY'),
  })
})
