import { afterAll, beforeAll, expect, test } from 'vitest'
import { people } from '../../local/people.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

const grace = 'grace@contoso.example'
const patience = { timeout: 120_000 }

interface Listed {
  readonly accountId: string
  readonly number: string
  readonly selected: boolean
}

const accountsOf = (tenant: string, rest = '') => `/v1/tenants/${tenant}/accounts${rest}`

/** All listed accounts, and the number of pages. */
async function listAll(tenant: string, query = '') {
  const accounts: Listed[] = []
  let [continuation, pages] = ['', 0]
  do {
    const next = continuation && `&continuation=${encodeURIComponent(continuation)}`
    const { body } = await world.call('GET', accountsOf(tenant, `?limit=200${query}${next}`))
    accounts.push(...body.accounts)
    continuation = body.continuation ?? ''
    pages++
  } while (continuation)
  return { accounts, pages }
}

/** The generations that have rows in the tenant's partition. */
async function generationsOf(tenant: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const filter = `PartitionKey eq '${partitionOf(tenant)}' and RowKey gt 'account:' and RowKey lt 'account;'`
  for await (const { rowKey = '' } of world
    .tableClient('Tenants')
    .listEntities({ queryOptions: { filter } })) {
    const [, generation = ''] = rowKey.split(':')
    counts.set(generation, (counts.get(generation) ?? 0) + 1)
  }
  return counts
}

function partitionOf(tenant: string): string {
  return tenantKey({ workspace: 'demo', tenant })
}

/** The leftovers of a process that crashed long ago, before its cleanup. */
async function leaveOldGeneration(tenant: string): Promise<string> {
  const generation = `${(Date.now() - 3_600_000).toString(36)}abandond`
  const rows = Array.from({ length: 250 }, (_, index) => ({
    partitionKey: partitionOf(tenant),
    rowKey: `account:${generation}:${index}:1`,
    accountId: String(index),
  }))
  const table = world.tableClient('Tenants')
  for (let begin = 0; begin < rows.length; begin += 100) {
    const batch = rows.slice(begin, begin + 100)
    await table.submitTransaction(batch.map((row) => ['create', row]))
  }
  return generation
}

test(
  'a partition that takes 2,000 entities a second, and then only 500, gets every account',
  patience,
  async () => {
    const objectId = people.find(({ username }) => username === grace)?.objectId
    const options = { environment: 'production', objectId, count: 2000 }
    const { accountIds } = (await world.advertising.control('POST', 'accounts', options)) as {
      accountIds: string[]
    }
    const { log, settings } = world.stack.parts.azurite.service.control
    for (const entitiesPerSecond of [2000, 500]) {
      Object.assign(settings, { throttling: true, entitiesPerSecond })
      log.clear()
      const tenant = world.newTenant()
      const visit = await world.connect(tenant, grace, { accountChoice: 'app' })
      settings.throttling = false
      const told = Object.fromEntries(new URL(visit.url).searchParams)
      expect(told).toMatchObject({ status: 'connected' })
      expect(told).not.toHaveProperty('accounts_outstanding')
      expect((await listAll(tenant)).accounts).toHaveLength(Number(told.accounts))
      const isThrottled = log.entries().some(({ fault }) => fault === 'throttled')
      // At 2,000, writes are paced, and reads of the same partition can still be throttled.
      if (entitiesPerSecond === 500) expect(isThrottled).toBe(true)
    }
    await world.advertising.control('POST', 'accounts/remove', { environment: 'production', accountIds })
  },
)

test('5,000 accounts are discovered, listed, found, chosen, and cleaned up', patience, async () => {
  const objectId = people.find(({ username }) => username === grace)?.objectId
  const options = { environment: 'production', objectId, count: 5000 }
  const { accountIds: added } = (await world.advertising.control('POST', 'accounts', options)) as {
    accountIds: string[]
  }
  const tenant = world.newTenant()
  const visit = await world.connect(tenant, grace, { accountChoice: 'app' })
  const total = Number(new URL(visit.url).searchParams.get('accounts'))
  expect(total).toBeGreaterThan(5000)

  const { accounts, pages } = await listAll(tenant)
  expect(pages).toBe(Math.ceil(total / 200))
  expect(new Set(accounts.map(({ accountId }) => accountId)).size).toBe(total)
  const last = accounts.find(({ accountId }) => accountId === added.at(-1))
  const vended = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${last?.number}`)
  expect(vended.body.accountId).toBe(added.at(-1))
  expect((await listAll(tenant, `&search=${last?.number}`)).accounts).toEqual([last])

  const chosen = added.slice(0, 3000)
  const choice = await world.call('PUT', accountsOf(tenant, '/selection'), { body: { accounts: chosen } })
  expect(choice.body).toMatchObject({ accounts: total, selected: 3000 })

  const abandoned = await leaveOldGeneration(tenant)
  const removed = added.slice(0, 1200)
  await world.advertising.control('POST', 'accounts/remove', {
    environment: 'production',
    accountIds: removed,
  })
  const { body } = await world.call('POST', accountsOf(tenant, '/discover'))
  expect(body.counts).toEqual({ appeared: 0, vanished: 1200, changed: 0 })
  const events = (await world.call('GET', `/v1/tenants/${tenant}/events?limit=200`)).body.events
  const parts = events.filter(({ type }: { type: string }) => type === 'accounts.changed')
  const named = parts.flatMap(({ data }: { data: { vanishedIds: string } }) => data.vanishedIds.split(' '))
  expect(named.sort()).toEqual([...removed].sort())
  const after = (await listAll(tenant)).accounts
  expect(
    after
      .filter(({ selected }) => selected)
      .map(({ accountId }) => accountId)
      .sort(),
  ).toEqual(chosen.slice(1200).sort())
  const generations = await generationsOf(tenant)
  expect(generations.has(abandoned)).toBe(false)
  expect([...generations.values()]).toContain(total - 1200)
  // Recent ones are spared: another process may be about to commit them.
  expect([...generations.values()].filter((rows) => rows !== total - 1200)).toEqual([total, total])
})
