import { afterAll, beforeAll, expect, test } from 'vitest'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

test('the first sweep of a day counts everything that is stored, once', async () => {
  const names = ['acme', 'globex']
  for (const tenant of names) await world.connect(tenant, 'ada@outlook.example')
  const { notes } = world.broker
  for (let sweep = 0; sweep < 3; sweep++) await runSweep(world.broker)
  const told = world.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'census.ended')
  expect(told).toMatchObject([{ tenants: { connected: 2 }, namedSecrets: 2, growing: [], unread: [] }])
  const history = await notes.read<readonly object[]>('census', 'history')
  expect(history).toMatchObject([
    {
      connected: 2,
      counts: {
        ...{ 'Tenants tenant': 2, TenantsByWorkspace: 2, RefreshDue: expect.any(Number) },
        ...{ 'secret of a grant': 2, 'secret to destroy': 0 },
      },
    },
  ])
  expect(await notes.read('audit', 'place')).toMatchObject({
    lastRound: { statuses: { connected: 2 }, consents: 2, secrets: 2, versions: expect.any(Number) },
  })
})
