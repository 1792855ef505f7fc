import { expect, test } from 'vitest'
import { decideRestore } from '../../scripts/backup/decideRestore.ts'
import type { PendingGrant, Tenant } from '../../shared/domain/tenant.ts'
import { connected, name, now } from '../simulation/ground.ts'

const grantSaved = connected('sealed:saved')
const bare: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: now }
const consented: Tenant = { ...bare, pendingGrant: { grant: grantSaved.grant } as PendingGrant }
const { grant: _grant, ...withoutGrant } = grantSaved
const disconnected: Tenant = { ...withoutGrant, status: 'disconnected' }

test.each([
  ['a connected tenant, over a bare one', grantSaved, bare, 'write'],
  ['a disconnected tenant, over a bare one', disconnected, bare, 'write'],
  ['a pending consent, over a bare one', consented, bare, 'write'],
  ['a bare row, over a bare one', bare, bare, 'keep'],
  ['a bare row, over a pending consent', bare, consented, 'keep'],
  ['a disconnected tenant, over the same', disconnected, disconnected, 'keep'],
  ['a pending consent, over another one', consented, consented, 'keep'],
  ['a bare row, over a connected tenant', bare, grantSaved, 'keep'],
  [
    'a connected tenant, over a bare one that was disconnected since',
    grantSaved,
    { ...bare, disconnectCount: 1 },
    'keep',
  ],
  [
    'a connected tenant, over a disconnected one',
    grantSaved,
    { ...disconnected, disconnectCount: 1 },
    'keep',
  ],
] as const)('a backup has %s', (_title, saved, found, decision) => {
  const retention = { deadGrantDays: 9, disconnectedTenantDays: 9, pendingTenantDays: 9, tenantEventDays: 9 }
  expect(decideRestore({ saved, found, savedAt: now, now, retention: retention as never })).toBe(decision)
})
