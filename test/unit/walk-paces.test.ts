import { describe, expect, test } from 'vitest'
import { walkOn } from '../../shared/operations/censusWalk.ts'
import { createTenantPages } from '../../shared/operations/tenantWalk.ts'
import type { TableName } from '../../shared/storage/clients.ts'
import { createIdleTenants } from '../../shared/storage/idleTenants.ts'
import { createOldEvents } from '../../shared/storage/oldEvents.ts'
import type { StoredKinds } from '../../shared/storage/storedKinds.ts'

const now = new Date('2026-11-23T16:00:00Z')

/** Tables without rows, which note the size of each page that they are asked for. */
function createGround() {
  const sizes: unknown[] = []
  const listEntities = () => ({
    byPage({ maxPageSize }: { readonly maxPageSize?: number } = {}) {
      sizes.push(maxPageSize)
      return { next: async () => ({ done: true }) }
    },
  })
  const tables = { Tenants: { listEntities }, TenantsByWorkspace: { listEntities } }
  return { sizes, tables: tables as never as Record<TableName, never> }
}

/** The hours in which sweeps reach all rows once. */
const roundHours = (rows: number, rowsPerSweep: number, sweepMinutes: number) =>
  (rows / rowsPerSweep) * (sweepMinutes / 60)

describe('a sweep reads', () => {
  test('200 tenants for the audit: 10,000 take four hours, and a million take a week at two minutes', async () => {
    const { sizes, tables } = createGround()
    await createTenantPages(tables).read()
    expect(sizes).toEqual([200])
    expect(roundHours(10_000, 200, 5)).toBeCloseTo(4.2, 1)
    expect(roundHours(1_000_000, 200, 2) / 24).toBeCloseTo(6.9, 1)
    expect(roundHours(1_000_000, 200, 5) / 24).toBeCloseTo(17.4, 1)
  })

  test('100 tenants that aren’t connected: 10,000 take 8 hours, and 500,000 take 17 days', async () => {
    const { sizes, tables } = createGround()
    await createIdleTenants(tables).read()
    expect(sizes).toEqual([100])
    expect(roundHours(10_000, 100, 5)).toBeCloseTo(8.3, 1)
    expect(roundHours(500_000, 100, 5) / 24).toBeCloseTo(17.4, 1)
  })

  test('200 old events', async () => {
    const { sizes, tables } = createGround()
    await createOldEvents(tables).read(now)
    expect(sizes).toEqual([200])
  })

  test('20 pages for the census: 10,000 tenants with 80 rows take 40 sweeps, and a million take a week', async () => {
    let reads = 0
    const read = async () => ({ counts: { row: 1000 }, next: `${++reads}` })
    const stored: StoredKinds = { places: ['Tenants'], read }
    const clock = { now: () => now, sleep: async () => undefined }
    await walkOn({ clock, stored }, { startedAt: now.toISOString(), done: [], counts: {}, unread: [] })
    expect(reads).toBe(20)
    const rowsPerSweep = reads * 1000
    expect((10_000 * 80) / rowsPerSweep).toBe(40)
    expect(roundHours(1_000_000 * 80, rowsPerSweep, 2) / 24).toBeCloseTo(5.6, 1)
  })
})
