import { afterAll, beforeAll, expect, test } from 'vitest'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { preloadSecrets } from '../../shared/secrets/brokerSecrets.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const faults = (method: 'POST' | 'DELETE', fault?: object) =>
  fetch(`${world.stack.parts.vault.origin}/_control/faults`, {
    method,
    ...(fault && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }),
  })

test('a process that starts while the vault hangs waits for it once, and vends when it answers again', async () => {
  const name = await world.connect('ada', 'ada@outlook.example')
  await faults('POST', { kind: 'hang' })
  const cold = world.createBroker()
  preloadSecrets(cold.secrets, cold.config.environments.keys())
  for (let vend = 0; vend < 3; vend++)
    await expect(cold.accessTokens.get(name)).rejects.toThrow(StorageUnavailableError)
  await faults('DELETE')
  const vends = async () => (await cold.accessTokens.get(name).catch(() => undefined))?.ok
  await expect.poll(vends, { timeout: 40_000 }).toBe(true)
})
