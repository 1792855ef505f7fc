import { describe, expect, test } from 'vitest'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import { dueTenants } from './dueTenants.ts'
import * as useCases from './useCases.ts'
import { workspace } from './world.ts'

const name = { workspace, tenant: 't1' }

type Replace = TenantStore['replace']

/** One due tenant, and a broker whose first row write takes effect but gets the given answer. */
async function lostAnswer(answer: () => Awaited<ReturnType<Replace>>) {
  const { world, broker } = await dueTenants(1)
  const { tenants } = broker.dependencies
  let isLost = false
  const replace: Replace = async (...write) => {
    const written = await tenants.replace(...write)
    if (isLost) return written
    isLost = true
    return answer()
  }
  const dependencies: RefreshDependencies = {
    ...broker.dependencies,
    tenants: { ...tenants, replace },
  }
  return { world, refresher: useCases.createRefresher(dependencies) }
}

describe('a lease with a lost answer', () => {
  const conflict = () => 'conflict' as const
  const error = () => {
    throw new useCases.StorageUnavailableError('tables', 0, 'ETIMEDOUT')
  }
  const replacement = { for: 'replacement', seen: new Date(Date.UTC(2030)) } as const
  test.each([
    ['is met as a conflict by a vend', conflict, replacement],
    ['is met as a conflict by a sweep', conflict, { for: 'sweep' } as const],
    ['ends in an error', error, replacement],
  ])('and %s still belongs to its taker', async (_title, answer, purpose) => {
    const { world, refresher } = await lostAnswer(answer)
    const startedAt = world.scheduler.now()
    const outcome = await world.until(refresher.refresh(name, purpose))
    expect(outcome.outcome).toBe('refreshed')
    expect(world.scheduler.now() - startedAt).toBeLessThan(20_000)
    expect(world.row('t1')?.tenant.lease).toBeUndefined()
  })
})

test('a lease without time for a call is released', async () => {
  const { world, broker } = await dueTenants(1)
  const config = { ...broker.dependencies.config, leaseSeconds: 30, tokenEndpointSeconds: 30 }
  const refresher = useCases.createRefresher({ ...broker.dependencies, config })
  const outcome = await world.until(refresher.refresh(name, { for: 'sweep' }))
  expect(outcome).toMatchObject({ outcome: 'passed_on', reason: 'lease_lost' })
  expect(world.row('t1')?.tenant.lease).toBeUndefined()
  expect(world.totals().calls).toBe(0)
})

test('a hold that is slow to end does not delay the token that ends it', async () => {
  const { world, broker } = await dueTenants(1)
  const { clock, environments } = broker.dependencies
  const release = async () => {
    await clock.sleep(60_000)
    return true
  }
  const dependencies = { ...broker.dependencies, environments: { ...environments, release } }
  const startedAt = world.scheduler.now()
  const outcome = await world.until(useCases.createRefresher(dependencies).refresh(name, { for: 'sweep' }))
  expect(outcome.outcome).toBe('refreshed')
  expect(world.scheduler.now() - startedAt).toBeLessThan(20_000)
})
