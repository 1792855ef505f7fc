import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { bounds } from './bounds.ts'
import { takeCensus } from './census.ts'
import { findAlarms, findBroken, findFalseEnd } from './checks.ts'
import { cipherAtOnce } from './ciphers.ts'
import { grantVault } from './ground.ts'
import { findSlowRecovery } from './recovery.ts'
import { World } from './world.ts'

beforeAll(cipherAtOnce)

/** Kinds that no part of the ground stores: the platform's. */
const elsewhere = [
  'queue refresh-chunks',
  'queue refresh-chunks-poison',
  'blobs of the host',
  'blobs of backups',
]
const alsoElsewhere = 'logs, traces, metrics'

test('each kind of docs/data-lifecycle.md has a bound, or a reason why it has none', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/data-lifecycle.md'), 'utf8')
  const kinds = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, kind]) => kind)
  expect([...Object.keys(bounds), ...elsewhere, alsoElsewhere].toSorted()).toEqual(kinds.toSorted())
})

const createWorld = () => World.create({ store: 'vault', seed: 1, days: 1, tenants: 6 })
const rulesIn = async (world: World) =>
  (await findBroken(world, takeCensus(world.ground))).map(({ rule }) => rule)

test('a world that has just begun breaks no rule', async () => {
  expect(await rulesIn(await createWorld())).toEqual([])
})

test.each<[string, (world: World) => unknown]>([
  ['no_due_row', ({ ground: { tables } }) => tables.RefreshDue.remove(tables.RefreshDue.all()[0]!)],
  [
    'unnamed_secret',
    ({ ground }) => grantVault(ground).write('grant-x', new Secret('x'), { expiresOn: new Date() }),
  ],
  [
    'grant_lost',
    async ({ ground }) => {
      const [first] = grantVault(ground).live()
      await grantVault(ground).remove(first!.name)
    },
  ],
  [
    'unbounded',
    ({ ground: { tables } }) => {
      for (let row = 0; row < 100; row++)
        tables.TenantsByWorkspace.put({ partitionKey: 'x', rowKey: `${row}` })
    },
  ],
  [
    'unbounded',
    ({ ground: { tables } }) => {
      for (let row = 0; row < 9; row++) tables.Tenants.put({ partitionKey: 'x', rowKey: `account:g:${row}` })
    },
  ],
  [
    'unbounded',
    ({ ground: { tables } }) => tables.Tenants.put({ partitionKey: 'x', rowKey: 'a kind without a bound' }),
  ],
])('%s is found', async (rule, breakIt) => {
  const world = await createWorld()
  await breakIt(world)
  expect(await rulesIn(world)).toEqual([rule])
})

test('a tenant that must sign in again is a finding only if nobody has ended its grant', async () => {
  const world = await createWorld()
  const line = (tenantKey: unknown) => {
    const fields = { tenantKey, to: 'reauthorization_required', reason: 'x' }
    return { at: new Date(), event: 'tenant.status_changed', fields }
  }
  const { partitionKey, tenant } = world.ground.tables.Tenants.all().find(
    ({ rowKey }) => rowKey === 'tenant',
  )!
  expect(findFalseEnd(world, line(partitionKey))).toContain(String(tenant))
  world.ledger.people.get(String(tenant))!.family.ended = 'revoked'
  expect(findFalseEnd(world, line(partitionKey))).toBeUndefined()
})

test('an alarm is a finding unless its line has a cause', async () => {
  const world = await createWorld()
  const line = { at: new Date(), event: 'refresh.needs_operator', fields: { tenantKey: 'k' } }
  world.lines.push(line)
  expect(findAlarms(world)).toMatchObject([{ rule: 'alert' }])
  world.explained.add(line)
  expect(findAlarms(world)).toEqual([])
})

test.each([
  [94, 100, 1],
  [95, 100, 0],
  [100, 1016, 1],
])(
  'after an outage, %i %% within two minutes and %i calls an hour are %i findings',
  (share, calls, found) => {
    expect(findSlowRecovery({ hours: 1, calls, shares: new Map([[2, share]]) })).toHaveLength(found)
  },
)
