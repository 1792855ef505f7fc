import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredTenant, Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import type { Tables } from '../../shared/storage/clients.ts'
import { createIdleTenants, type IdleTenant, type IdleTenants } from '../../shared/storage/idleTenants.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { connected } from '../simulation/ground.ts'
import { accountOf } from '../unit/connectGround.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'

let bench: TablesBench
let tables: Tables
let idle: IdleTenants

beforeAll(async () => {
  bench = await openTablesBench()
  tables = bench.tables
  idle = createIdleTenants(tables)
})

afterAll(() => bench?.close())

const at = new Date('2026-11-01T10:00:00Z')
let made = 0

/** A tenant with more events and account rows than one transaction takes. */
async function create(more: Partial<Tenant> = {}): Promise<StoredTenant & { readonly name: TenantName }> {
  const name = { workspace: 'w', tenant: `i${made++}` }
  const store = createTenantTable(tables)
  const row: Tenant = {
    ...name,
    environment: 'production',
    status: 'pending',
    createdAt: at,
    ...more,
    ...name,
  }
  const created = await store.create(row, [{ type: 'tenant.created', at, detail: 'x' }])
  if (created === 'conflict') throw new Error(created)
  const accounts = Array.from({ length: 60 }, (_, index) => accountOf(String(index)))
  await createAccountTable(tables).write(name, 'old', accounts)
  return { ...created, name }
}

async function rowsOf(name: TenantName): Promise<number> {
  let rows = 0
  const queryOptions = { filter: `PartitionKey eq '${tenantKey(name)}'` }
  for await (const _row of tables.Tenants.listEntities({ queryOptions })) rows++
  return rows
}

async function listed(name: TenantName): Promise<boolean> {
  const page = await createTenantTable(tables).list('w', 1000)
  if (page === 'continuation_unknown') throw new Error(page)
  const rows = tables.TenantsByWorkspace.listEntities({
    queryOptions: { filter: `RowKey eq '${tenantKey(name)}'` },
  })
  for await (const _row of rows) return true
  return false
}

async function walk(): Promise<readonly IdleTenant[]> {
  const found: IdleTenant[] = []
  let from: string | undefined
  do {
    const page = await idle.read(from)
    found.push(...page.tenants)
    from = page.next
  } while (from)
  return found
}

describe('the tenants that are not connected', () => {
  test('are walked with the time of their last write, which storage sets', async () => {
    const before = Date.now()
    const pending = await create()
    const ended = await create({ status: 'disconnected', accountsGeneration: 'g' })
    const live = await create(connected('vault:x'))
    const dead = await create({ ...connected('vault:x'), status: 'reauthorization_required' })
    const { grant: _grant, ...forgotten } = connected('vault:x')
    const over = await create({ ...forgotten, status: 'reauthorization_required' })
    const found = await walk()
    const of = ({ name }: { name: TenantName }) => found.find(({ tenant }) => tenant === name.tenant)
    expect(of(pending)).toMatchObject({ status: 'pending', hasAccounts: false })
    expect(of(ended)).toMatchObject({ status: 'disconnected', hasAccounts: true })
    expect(of(dead)).toMatchObject({ status: 'reauthorization_required', hasAccounts: false })
    expect([of(live), of(over)]).toEqual([undefined, undefined])
    expect(Math.abs((of(pending)?.changedAt.getTime() ?? 0) - before)).toBeLessThan(60_000)
    expect(await idle.changeOf(pending.name)).toEqual({
      etag: pending.etag,
      changedAt: of(pending)?.changedAt,
    })
    expect(await idle.changeOf({ workspace: 'w', tenant: 'none' })).toBeUndefined()
  })

  test('are removed with events, accounts, and listing', async () => {
    const { name, ...stored } = await create()
    const other = await create()
    expect(await rowsOf(name)).toBe(122)
    expect(await idle.remove(stored)).toBe(true)
    expect([await rowsOf(name), await listed(name)]).toEqual([0, false])
    expect([await rowsOf(other.name), await listed(other.name)]).toEqual([122, true])
  })

  test('keep everything if they have changed since they were read', async () => {
    const { name, ...stored } = await create()
    await createTenantTable(tables).replace(stored, { ...stored.tenant, displayName: 'Acme' }, [])
    expect(await idle.remove(stored)).toBe(false)
    expect([await rowsOf(name), await listed(name)]).toEqual([122, true])
  })

  test('keep row and listing if they change while they are being removed', async () => {
    const { name, ...stored } = await create()
    const { TenantsByWorkspace: index } = tables
    const deleteEntity: typeof index.deleteEntity = async (...keys) => {
      await createTenantTable(tables).replace(stored, { ...stored.tenant, displayName: 'Acme' }, [])
      return index.deleteEntity(...keys)
    }
    const racing = new Proxy(index, {
      get: (target, member) =>
        member === 'deleteEntity' ? deleteEntity : Reflect.get(target, member).bind?.(target),
    })
    expect(await createIdleTenants({ ...tables, TenantsByWorkspace: racing }).remove(stored)).toBe(false)
    expect(await listed(name)).toBe(true)
    expect(await createTenantTable(tables).read(name)).toMatchObject({ tenant: { displayName: 'Acme' } })
  })

  test('that a crash left without a listing are found and removed by the next round', async () => {
    const { name, ...stored } = await create()
    const crash = new Error('the process ends here')
    const dying = new Proxy(tables.Tenants, {
      get: (target, member) => {
        if (member === 'deleteEntity') return () => Promise.reject(crash)
        return Reflect.get(target, member).bind?.(target)
      },
    })
    await expect(createIdleTenants({ ...tables, Tenants: dying }).remove(stored)).rejects.toThrow()
    expect((await walk()).some(({ tenant }) => tenant === name.tenant)).toBe(true)
    expect(await idle.remove(stored)).toBe(true)
    expect([await rowsOf(name), await listed(name)]).toEqual([0, false])
  })
})
