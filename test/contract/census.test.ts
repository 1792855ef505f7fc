import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningVault } from '../../local/vault/vault.ts'
import { addSeconds, systemClock } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createTenantPages } from '../../shared/operations/tenantWalk.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createStoredKinds } from '../../shared/storage/storedKinds.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { createVault } from '../../shared/storage/vault.ts'
import { grantOf } from '../simulation/ground.ts'
import { accountOf } from '../unit/connectGround.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'
import { openVaultBench, type VaultBench } from './vault-bench.ts'

let bench: TablesBench
let vaults: VaultBench
let running: RunningVault
let client: SecretClient

beforeAll(async () => {
  bench = await openTablesBench()
  vaults = await openVaultBench()
  running = await vaults.startVault()
  client = vaults.connect(running.origin)
})

afterAll(async () => {
  await running?.stop()
  await vaults?.close()
  await bench?.close()
})

const at = new Date('2026-11-01T10:00:00Z')
const nameOf = (index: number) => ({
  workspace: 'w',
  tenant: `t${index}`,
  environment: 'production' as const,
})

test('rows are counted by kind, page by page, and the audit’s pages have what the census counts', async () => {
  const { tables } = bench
  const store = createTenantTable(tables)
  const trouble = { attempts: 9, reason: 'registration_refused', traceId: '', nextAttemptAt: at } as const
  for (let index = 0; index < 3; index++) {
    const row: Tenant = {
      ...{ ...nameOf(index), status: 'connected', createdAt: at, dueAt: at },
      grant: { ...grantOf(`vault:v/grant-${index}/1/${index}`, `${index}`), consentedAt: at },
      secretsToDestroy: ['vault:v/grant-x/1/0'],
      ...(index === 1 && { trouble: { ...trouble, actor: 'operator', stuckSince: at } }),
    }
    await store.create(row, [{ type: 'tenant.created', at, detail: 'x' }])
    await createAccountTable(tables).write(
      nameOf(index),
      'g',
      Array.from({ length: 400 }, (_, i) => accountOf(`${i}`)),
    )
    await createDueTable(tables).insert({ ...nameOf(index), dueAt: at, identityProvider: 'microsoft' })
  }
  await tables.Tenants.createEntity({ partitionKey: 'x', rowKey: 'manual:1' })
  const counts: Record<string, number> = {}
  const stored = createStoredKinds(tables, [], systemClock)
  let pages = 0
  for (const place of stored.places)
    for (let from: string | undefined | 'start' = 'start'; from; ) {
      const page = await stored.read(place, from === 'start' ? undefined : from)
      if (page === 'too_many') throw new Error(page)
      for (const [kind, count] of Object.entries(page.counts)) counts[kind] = (counts[kind] ?? 0) + count
      from = page.next
      pages++
    }
  expect(pages).toBeGreaterThan(stored.places.length)
  expect(counts).toEqual({
    ...{ 'Tenants tenant': 3, 'Tenants event': 3, 'Tenants account': 1200, 'Tenants number': 1200 },
    ...{ TenantsByWorkspace: 3, RefreshDue: 3, 'Tenants other': 1 },
  })
  const { tenants } = await createTenantPages(tables).read()
  const expected = [0, 1, 2].map((index) => ({
    ...{ status: 'connected', consentedAt: at, secrets: 2, versions: index + 1, leftOver: 1 },
    ...(index === 1 && { stuck: { reason: 'registration_refused', since: at } }),
  }))
  const counted = tenants.toSorted((a, b) => a.tenant.localeCompare(b.tenant)).map((each) => each.counted)
  expect(counted).toEqual(expected)
})

test('secrets are counted by kind, over all pages of the vault, unless that takes more than a minute', async () => {
  for (let index = 0; index < 30; index++) await client.setSecret(`grant-${index}`, 'x')
  for (const name of ['disconnected-1', 'sealing-keys']) await client.setSecret(name, 'x')
  const vault = createVault(client, () => undefined)
  const stored = createStoredKinds(bench.tables, [vault], systemClock)
  expect(stored.places).toContain(vault.host)
  const counts = { 'secret of a grant': 30, 'mark of a disconnect': 1, 'other secret': 1 }
  expect(await stored.read(vault.host)).toEqual({ counts })
  let now = at
  const slow = { ...systemClock, now: () => (now = addSeconds(now, 2)) }
  expect(await createStoredKinds(bench.tables, [vault], slow).read(vault.host)).toBe('too_many')
  expect(await stored.read('a vault that the settings lost')).toEqual({ counts: {} })
})
