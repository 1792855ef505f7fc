import { expect, test } from 'vitest'
import type { Clock } from '../../shared/clock.ts'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { withRefreshedGrant, withTrouble } from '../../shared/domain/transitions.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { fromTenantEntity, toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { connected, name, now } from '../simulation/ground.ts'
import { createMemoryTable } from './memoryTable.ts'

const trouble = { attempts: 1, reason: 'throttled', traceId: '', nextAttemptAt: now } as const

/** A row as a later version writes it, with a reason that is unknown to this one. */
const laterRow = {
  ...toTenantEntity({
    ...withTrouble(connected('vault:v/s/1/0'), trouble),
    reauthorizationReason: 'grant_revoked',
  }),
  troubleReason: 'later_word',
  reauthorizationReason: 'later_end',
}

function read(row: object): Tenant {
  const tenant = fromTenantEntity(row as Record<string, unknown>, name)
  if (isDamaged(tenant)) throw new Error(tenant.damaged.column)
  return tenant
}

test('a reason from a later version is unknown here and survives a write', () => {
  const tenant = read(laterRow)
  expect(tenant.trouble?.reason).toBe('unknown_reason')
  expect(tenant.reauthorizationReason).toBe('unknown_reason')
  expect(toTenantEntity({ ...tenant, displayName: 'Acme' })).toMatchObject({
    troubleReason: 'later_word',
    reauthorizationReason: 'later_end',
  })
})

test('a reason from a later version is removed with its object', () => {
  const tenant = read(laterRow)
  expect(toTenantEntity(withTrouble(tenant, trouble)).troubleReason).toBe('throttled')
  const { grant } = tenant
  const accessToken = { sealed: 's', expiresAt: now, refreshedAt: now }
  const next = withRefreshedGrant(tenant, { grant: grant!, accessToken, dueAt: now, lastVendedAt: undefined })
  expect(toTenantEntity(next)).not.toHaveProperty('troubleReason')
})

test('a hold for a reason from a later version is still a hold', async () => {
  const { table } = createMemoryTable()
  const stateOf = () => createStateTable({ BrokerState: table }, { now: () => now } as Clock)
  const hold = { environment: 'production', identityProvider: 'google', traceId: '', since: now, until: now }
  await stateOf().environments.placeHold({ ...hold, reason: 'later_word' } as never)
  expect(
    await stateOf().environments.read({ environment: 'production', identityProvider: 'google' }),
  ).toMatchObject({
    reason: 'unknown_reason',
  })
})
