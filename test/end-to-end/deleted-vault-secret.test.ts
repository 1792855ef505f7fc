import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

/** `az keyvault secret recover`: one request. */
async function recover(host: string, name: string): Promise<number> {
  const token = await world.broker.credential.getToken('https://vault.azure.net/.default')
  const url = `https://${host}/deletedsecrets/${name}/recover?api-version=2025-07-01`
  const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token?.token}` } })
  return answer.status
}

test('a grant whose secret was deleted keeps its tenant, and works as soon as the secret is recovered', async () => {
  const name = await world.connect('acme', 'ada@outlook.example')
  const [, host = '', secret = ''] =
    /^vault:([^/]+)\/([^/]+)/.exec((await world.read(name)).grant?.reference ?? '') ?? []
  const vault = world.broker.vaults.grants.find((each) => each.host === host)
  await vault?.remove(secret)
  expect(await world.refreshes(name)).toBe(false)
  expect(await world.read(name)).toMatchObject({ status: 'connected', trouble: { reason: 'grant_missing' } })
  expect(await recover(host, secret)).toBe(200)
  await expect.poll(() => vault?.read(secret), { timeout: 30_000 }).toBeDefined()
  // A vend tries at most once a minute: a minute ago, as far as the row knows.
  const stored = await world.broker.tenants.read(name)
  const { trouble, ...row } = stored!.tenant
  const aMinuteAgo = addSeconds(new Date(), -60)
  const earlier = { ...trouble!, nextAttemptAt: aMinuteAgo, nextVendAttemptAt: aMinuteAgo }
  await world.broker.tenants.replace(stored!, { ...row, trouble: earlier }, [])
  expect(await world.refreshes(name)).toBe(true)
  expect(await world.read(name)).not.toHaveProperty('trouble')
})
