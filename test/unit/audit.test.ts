import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { DueRow } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { ListedTenant, TenantPages } from '../../shared/domain/tenantPages.ts'
import { auditDueRows } from '../../shared/operations/audit.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const now = new Date('2026-11-23T16:00:00Z')
const hours = (count: number) => addSeconds(now, count * 3600)

function tenantOf(tenant: string, dueAt: Date, status: Tenant['status'] = 'connected'): Tenant {
  return {
    ...{ workspace: 'w', tenant, environment: 'production', status, createdAt: hours(-1000), dueAt },
    grant: {
      id: 'consent',
      reference: `sealed:${tenant}`,
      identityProvider: 'microsoft',
      scopes: ['s'],
      accountKind: 'personal',
      authorityTenant: 'consumers',
      consenter: { issuer: 'i', subject: tenant, hint: '' },
      consentedAt: hours(-1000),
      advertisingUserId: '1',
    },
  } as Tenant
}

/** Tenants in pages of two; a position that isn't a number is unknown to the list. */
async function createGround(rows: readonly Tenant[], unlisted: readonly string[] = []) {
  const store = createModelTenantStore()
  for (const row of rows) if (row.tenant !== 'gone') await store.create(row, [])
  const kept = new Map<string, object>()
  const inserted: DueRow[] = []
  const relisted: string[] = []
  const logged: unknown[] = []
  const pages: TenantPages = {
    hint: async () => undefined,
    list: async ({ tenant }) => void relisted.push(tenant),
    async read(from = '0') {
      if (Number.isNaN(Number(from))) throw new Error('no such place')
      const end = Number(from) + 2
      return {
        tenants: rows
          .slice(Number(from), end)
          .map((row) => ({ ...toListed(row), ...(unlisted.includes(row.tenant) && { isUnlisted: true }) })),
        ...(end < rows.length && { next: String(end) }),
      }
    },
  }
  const notes = {
    read: async <T>(kind: string, key: string) => kept.get(`${kind}/${key}`) as T | undefined,
    write: async (kind: string, key: string, value: object) => void kept.set(`${kind}/${key}`, value),
  }
  const due = { insert: async (row: DueRow) => void inserted.push(row) }
  const rounds: object[] = []
  const log = (event: string, fields: object) => {
    if (event === 'audit.round_ended') rounds.push(fields)
  }
  return {
    store,
    notes,
    inserted,
    rounds,
    relisted,
    logged,
    audit: (at = now) =>
      auditDueRows({
        pages,
        tenants: store,
        due,
        notes,
        clock: { ...clock, now: () => at },
        log: (event, fields) => {
          logged.push([event, fields])
          log(event, fields)
        },
        config,
      }),
  }
}

const toListed = ({ workspace, tenant, dueAt, ...row }: Tenant): ListedTenant => ({
  ...{ workspace, tenant },
  counted: { status: row.status, secrets: 0, versions: 0, leftOver: 0 },
  ...(dueAt
    ? { dueAt }
    : (row.secretsToDestroy || row.uncommittedSecrets || row.owesMark) && { isEnding: true }),
})
const config = { keepAliveSeconds: 7 * 86_400 }
const clock = { now: () => now, sleep: () => new Promise<void>(() => undefined) }

test('successive runs reach every tenant, and then start over', async () => {
  const ground = await createGround(['a', 'b', 'c', 'd', 'e'].map((name) => tenantOf(name, hours(-3))))
  const seen: string[] = []
  for (let run = 0; run < 4; run++) {
    await ground.audit()
    seen.push(
      ground.inserted
        .splice(0)
        .map(({ tenant }) => tenant)
        .join(''),
    )
  }
  expect(seen).toEqual(['ab', 'cd', 'e', 'ab'])
})

test('a tenant is overdue after two hours', async () => {
  const ground = await createGround([tenantOf('early', hours(-1.9)), tenantOf('late', hours(-2.1))])
  await ground.audit()
  expect(ground.inserted.map(({ tenant }) => tenant)).toEqual(['late'])
})

test('each round tells its length once, from its first page to its last', async () => {
  const ground = await createGround(['a', 'b', 'c', 'd', 'e'].map((name) => tenantOf(name, hours(1))))
  for (const hour of [0, 1, 2, 3, 4, 6]) await ground.audit(hours(hour))
  expect(ground.rounds).toEqual([
    { tenants: 5, durationSeconds: 2 * 3600 },
    { tenants: 5, durationSeconds: 3 * 3600 },
  ])
})

test('a round that takes longer than 14 days is told once a day, with what it has seen, until it ends', async () => {
  const ground = await createGround(
    Array.from({ length: 13 }, (_, index) => tenantOf(`t${index}`, hours(9999))),
  )
  const late = () =>
    ground.logged.flatMap((line) => ((line as unknown[])[0] === 'audit.round_late' ? [line] : []))
  await ground.audit()
  await ground.audit(hours(14 * 24))
  expect(late()).toEqual([])
  for (const hour of [1, 2, 24]) await ground.audit(hours(14 * 24 + hour))
  const first = { tenants: 6, durationSeconds: 14 * 86_400 + 3600 }
  const second = { tenants: 10, durationSeconds: 15 * 86_400 }
  expect(late()).toEqual([first, second].map((fields) => ['audit.round_late', fields]))
  await ground.audit(hours(15 * 24 + 1))
  await ground.audit(hours(17 * 24))
  expect(late()).toHaveLength(2)
  expect(ground.rounds).toHaveLength(1)
})

test('a round that an earlier version began tells no length', async () => {
  const ground = await createGround(['a', 'b', 'c'].map((name) => tenantOf(name, hours(1))))
  await ground.notes.write('audit', 'place', { from: '2' })
  await ground.audit()
  expect(ground.rounds).toEqual([])
  await ground.audit()
  await ground.audit()
  expect(ground.rounds).toEqual([{ tenants: 3, durationSeconds: 0 }])
})

test('a tenant that has just become due, or is never refreshed, gets no due row', async () => {
  const ground = await createGround([
    tenantOf('late by a sweep or two', hours(-1)),
    tenantOf('dead', hours(-3), 'reauthorization_required'),
    tenantOf('lost', hours(-3)),
  ])
  await ground.audit()
  await ground.audit()
  expect(ground.inserted).toMatchObject([{ tenant: 'lost', dueAt: hours(-3) }])
})

test('the row counts, not the list’s earlier view of it', async () => {
  const ground = await createGround([tenantOf('a', hours(-3))])
  await ground.store.replace({ tenant: tenantOf('a', now), etag: '*' }, tenantOf('a', hours(1)), [])
  await ground.audit()
  expect(ground.inserted).toEqual([])
})

test('a position that the list no longer has starts over', async () => {
  const ground = await createGround([tenantOf('a', hours(-3))])
  await ground.notes.write('audit', 'place', { from: 'gone' })
  await ground.audit()
  expect(ground.inserted).toMatchObject([{ tenant: 'a' }])
})

test('a tenant that is due later than any setting allows becomes due immediately', async () => {
  const latest = addSeconds(now, config.keepAliveSeconds)
  const ground = await createGround([tenantOf('a', latest), tenantOf('b', addSeconds(latest, 6))])
  const [, second] = ['a', 'b'].map((tenant) => tenantOf(tenant, now))
  await ground.store.replace({ tenant: second!, etag: '*' }, second!, [])
  await ground.audit()
  expect(ground.inserted).toMatchObject([{ tenant: 'b', dueAt: now }])
})

test.each([
  { owesMark: true },
  { secretsToDestroy: ['vault:x'] },
  { uncommittedSecrets: [{ reference: 'vault:x', until: new Date(0) }] },
] as const)('a disconnect that is not finished gets a due row: %j', async (left) => {
  const { dueAt: _dueAt, grant: _grant, ...row } = tenantOf('a', now, 'disconnected')
  const ground = await createGround([{ ...row, ...left }, tenantOf('b', hours(1))])
  await ground.audit()
  expect(ground.inserted).toMatchObject([{ tenant: 'a', dueAt: addSeconds(now, 300) }])
})

test('a tenant that the list lacks gets its row there again, whatever its state; one that is gone does not', async () => {
  const rows = [tenantOf('fresh', hours(1)), tenantOf('listed', hours(1)), tenantOf('gone', hours(1))]
  const ground = await createGround(rows, ['fresh', 'gone'])
  await ground.audit()
  await ground.audit()
  expect(ground.relisted).toEqual(['fresh'])
  expect(ground.logged).toContainEqual(['listing.repaired', { tenants: 1 }])
  expect(ground.inserted).toEqual([])
})
