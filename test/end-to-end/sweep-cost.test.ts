import { afterAll, beforeAll, expect, test } from 'vitest'
import { counted } from '../../scripts/cost/counted.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { REFRESH_POLICY: 'always' } })
})

afterAll(() => world.close())

/** What a sweep refreshed, and its table transactions by kind, and its requests about secrets of grants. */
async function swept() {
  const tables = world.stack.parts.azurite.service.control.log
  const { vault, grantVault } = world.stack.parts
  const vaults = [vault, grantVault].map(({ service }) => service.control)
  tables.clear()
  for (const each of vaults) each.clearRequests()
  const { body } = await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
  const ofGrants = vaults.flatMap((each) => each.requests()).filter(({ name }) => name.startsWith('grant-'))
  return { refreshed: body.refreshed as number, tables: tables.counts(), vault: ofGrants.length }
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0)

test('a sweep without work takes the table transactions that docs/cost.md counts', async () => {
  const { tables } = await swept()
  // The timer's sweep also reads the place of the census, and with a tenant, the audit lists one bucket.
  const whole = sum(tables) + 2
  // The page counts the reading of the refused apps apart: once a minute, and so maybe beside this sweep.
  expect(whole).toBeLessThanOrEqual(counted.tablePerSweep + 1)
  // A process that has just read the holds remembers them.
  expect(whole).toBeGreaterThan(counted.tablePerSweep - 13)
})

test('a refresh takes the table transactions and vault operations that docs/cost.md counts', async () => {
  await world.connectedStale('ada@outlook.example', 4)
  const sweeps: Awaited<ReturnType<typeof swept>>[] = []
  const refreshed = async () => sweeps.push(await swept()) && sweeps.at(-1)?.refreshed
  await expect.poll(refreshed, { timeout: 20_000, interval: 200 }).toBe(1)
  const last = sweeps.at(-1)
  const own = Object.entries(last?.tables ?? {}).filter(
    ([kind]) => !kind.startsWith('list ') && /Tenants|RefreshDue/.test(kind),
  )
  expect(sum(Object.fromEntries(own))).toBe(counted.tablePerRefresh)
  expect(last?.vault).toBe(counted.vaultPerRefresh.vault)
})
