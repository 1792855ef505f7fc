import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { systemClock, systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { summaryOf } from '../../shared/domain/tenantSummary.ts'
import { auditDueRows } from '../../shared/operations/audit.ts'
import { createTenantPages } from '../../shared/operations/tenantWalk.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { changeTenant } from '../../shared/tenants/changeTenant.ts'
import { connected } from '../simulation/ground.ts'
import { type Actor, explore, interleave } from './interleave.ts'
import { createMemoryClient, createMemoryRows, type Perform } from './memoryTable.ts'

const tenant: Tenant = connected('sealed:x')

/** Both tables; each process has its own clients of them. */
function openTables() {
  const [rows, listing] = [createMemoryRows(), createMemoryRows()]
  const tables = (perform?: Perform) => ({
    Tenants: createMemoryClient(rows, perform),
    TenantsByWorkspace: createMemoryClient(listing, perform),
  })
  let reads = 0
  const store = createTenantTable(tables())
  const counting = createTenantTable(
    tables(async (work) => {
      reads++
      return work()
    }),
  )
  return {
    store,
    /** Each write of the listing gives its rows another ETag. */
    etags: () => listing.all().map(({ etag }) => etag),
    /** Someone changes the row by hand. */
    spoil: () => rows.put({ ...rows.all().find(({ rowKey }) => rowKey === 'tenant')!, status: 'unheard of' }),
    loseRow: () => rows.remove({ partitionKey: tenantKey(tenant), rowKey: 'tenant' }),
    /** Another process. */
    change:
      (to: Partial<Tenant>): Actor =>
      async (perform) => {
        const dependencies = { tenants: createTenantTable(tables(perform)), randomness: systemRandomness }
        await changeTenant(dependencies, tenant, (row) => ({ next: { ...row, ...to } }))
      },
    audit: (async (perform) => {
      await auditDueRows({
        pages: createTenantPages(tables(perform)),
        tenants: createTenantTable(tables(perform)),
        due: { insert: async () => undefined },
        notes: { read: async () => undefined, write: async () => undefined },
        clock: systemClock,
        config: { keepAliveSeconds: 86_400 },
        log: () => undefined,
      })
    }) satisfies Actor,
    async listed() {
      reads = 0
      const page = await counting.summaries(tenant.workspace, 200)
      return { page, reads }
    },
    /** Whether the list says what the row says. */
    async isRight() {
      const row = (await store.read(tenant))?.tenant
      const page = await store.summaries(tenant.workspace, 200)
      return isDeepStrictEqual(page, { tenants: row ? [summaryOf(row)] : [] })
    },
  }
}

const atOnce: Perform = async (work) => work()

describe('a summary of a tenant', () => {
  test('costs no read of its row once its status has changed, or the audit has passed', async () => {
    const changed = openTables()
    await changed.store.create({ ...tenant, status: 'pending' }, [])
    expect((await changed.listed()).reads).toBe(2)
    await changed.change({ status: 'connected' })(atOnce)
    expect(await changed.listed()).toEqual({ page: { tenants: [summaryOf(tenant)] }, reads: 1 })
    const audited = openTables()
    await audited.store.create(tenant, [])
    await audited.audit(atOnce)
    expect(await audited.listed()).toEqual({ page: { tenants: [summaryOf(tenant)] }, reads: 1 })
  })

  test('is read from the row if a later version wrote what this one doesn’t know', async () => {
    const rows = [createMemoryRows(), createMemoryRows()] as const
    const [Tenants, TenantsByWorkspace] = [createMemoryClient(rows[0]), createMemoryClient(rows[1])]
    const store = createTenantTable({ Tenants, TenantsByWorkspace })
    await store.create(tenant, [])
    for (const summary of ['{"status":"paused"}', 'no JSON', '{}']) {
      const [entry] = rows[1].all()
      rows[1].put({ ...entry!, summary })
      expect(await store.summaries(tenant.workspace, 200)).toEqual({ tenants: [summaryOf(tenant)] })
    }
  })

  test('of a tenant that is created again isn’t that of the former one', async () => {
    const { audit, isRight, loseRow, store } = openTables()
    await store.create(tenant, [])
    await audit(atOnce)
    loseRow()
    await store.create({ ...tenant, status: 'pending' }, [])
    expect(await isRight()).toBe(true)
  })
})

describe('the listing', () => {
  test('isn’t written by a refresh, nor by an audit that finds its hints right', async () => {
    const { audit, change, etags, store } = openTables()
    await store.create(tenant, [])
    await audit(atOnce)
    const before = etags()
    await change({ accessToken: { ...tenant.accessToken!, sealed: 'sealed:newer' }, dueAt: new Date() })(
      atOnce,
    )
    await audit(atOnce)
    expect(etags()).toEqual(before)
  })

  test('keeps no hint of a damaged tenant after the audit has met it', async () => {
    const { audit, listed, spoil, store } = openTables()
    await store.create(tenant, [])
    await audit(atOnce)
    spoil()
    await audit(atOnce)
    expect((await listed()).page).toMatchObject({ tenants: [{ damaged: { column: 'status' } }] })
  })
})

describe('in each order of the table operations,', () => {
  const disconnect = { status: 'disconnected' } as const

  test('two changes at once leave a right list, also if one process dies at any line', async () => {
    const orders = await explore(async (choose) => {
      const { change, isRight, store } = openTables()
      await store.create(tenant, [])
      await change({ displayName: 'First' })(atOnce)
      await interleave([change(disconnect), change({ displayName: 'Second' })], choose, { mayDie: 0 })
      expect(await isRight()).toBe(true)
    })
    expect(orders).toBeGreaterThan(300)
  })

  test('a change beside the audit leaves a right list', async () => {
    const orders = await explore(async (choose) => {
      const { audit, change, isRight, store } = openTables()
      await store.create(tenant, [])
      await interleave([change(disconnect), audit], choose)
      expect(await isRight()).toBe(true)
    })
    expect(orders).toBeGreaterThan(50)
  })

  test('what a process leaves that dies beside the audit is right after the audit’s next round', async () => {
    let wrong = 0
    const orders = await explore(async (choose) => {
      const { audit, change, isRight, store } = openTables()
      await store.create(tenant, [])
      await interleave([change(disconnect), audit], choose, { mayDie: 0 })
      if (!(await isRight())) wrong++
      await audit(atOnce)
      expect(await isRight()).toBe(true)
    })
    // It must die between its commit and the hint, after the audit has begun to set the earlier one.
    expect(wrong / orders).toBeLessThan(0.1)
  })
})
