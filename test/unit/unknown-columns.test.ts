import { expect, test } from 'vitest'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import {
  withConnection,
  withDisconnect,
  withLease,
  withoutGrant,
  withoutLease,
  withRefreshedGrant,
  withTrouble,
} from '../../shared/domain/transitions.ts'
import { fromTenantEntity, toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { connected, grantOf, name, now } from '../simulation/ground.ts'

/** A row as a later version writes it, with a column of each object and one of none. */
const laterColumns = {
  grantLater: 'of the grant',
  accessTokenLater: 'of the token',
  leaseLater: 'of the lease',
  troubleLater: 'of the trouble',
  advertisingRefusalLater: 'of the refusal',
  grantsLater: 'of none',
  laterOwes: 'of none',
}
const accessToken = { sealed: 's', expiresAt: now, refreshedAt: now }
const trouble = { attempts: 1, reason: 'throttled', traceId: '', nextAttemptAt: now } as const
const full: Tenant = {
  ...withLease(withTrouble(connected('vault:v/s/1/0'), trouble), { id: 'l', until: now }),
  accessToken,
  advertisingRefusal: { reason: 'other', since: now },
}
const later = (() => {
  const tenant = fromTenantEntity({ ...toTenantEntity(full), ...laterColumns }, name)
  if (isDamaged(tenant)) throw new Error(tenant.damaged.column)
  return tenant
})()

/** The columns of {@link laterColumns} that a change removes. */
function removedBy(change: (tenant: Tenant) => Tenant): string[] {
  const entity = toTenantEntity(change(later))
  return Object.keys(laterColumns).filter((column) => !(column in entity))
}

test('a later version’s column goes with the object that its name begins with, and no other does', () => {
  const refreshed = { grant: later.grant!, accessToken, dueAt: now }
  expect(removedBy((tenant) => tenant)).toEqual([])
  expect(removedBy((tenant) => withTrouble(tenant, { ...trouble, attempts: 2 }))).toEqual(['leaseLater'])
  expect(removedBy(withoutLease)).toEqual(['leaseLater'])
  expect(removedBy((tenant) => withRefreshedGrant(tenant, refreshed))).toEqual(['leaseLater', 'troubleLater'])
  expect(removedBy((tenant) => withoutGrant(withDisconnect(tenant, now)))).toEqual([
    'grantLater',
    'accessTokenLater',
    'leaseLater',
    'troubleLater',
    'advertisingRefusalLater',
  ])
})

test('of an earlier grant, the next person’s grant has nothing', () => {
  const consent = { grant: grantOf('vault:new', 'second'), accessToken, dueAt: now, accountsGeneration: 'g' }
  expect(removedBy((tenant) => withConnection(tenant, consent))).toEqual([
    'grantLater',
    'accessTokenLater',
    'leaseLater',
    'troubleLater',
    'advertisingRefusalLater',
  ])
})
