import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../scripts/doctor.ts'
import { addSeconds } from '../../shared/clock.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { letTimePass } from './letTimePass.ts'
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

test('a deleted client secret holds its environment until it is recovered, as the doctor says in both of its lines', async () => {
  const name = await world.connect('held', 'ada@outlook.example')
  const secret = 'production-microsoft-client-secret'
  const { main } = world.broker.vaults
  await main.remove(secret)
  expect(await world.refreshes(name, world.createBroker())).toBe(false)
  const { checks } = await examine({ settings: world.stack.settings() })
  const find = (line: string) => checks.find((check) => check.name === line)
  const command = 'az keyvault secret recover --vault-name'
  expect(find(`secret ${secret}`)).toMatchObject({ ok: false, detail: 'is deleted' })
  expect(find(`secret ${secret}`)?.resolution).toBe(`${command} localhost --name ${secret}`)
  expect(find('environment production microsoft')).toMatchObject({
    ok: false,
    detail: expect.stringContaining('client_secret_missing'),
    resolution: expect.stringContaining(`${command} "$KEY_VAULT_NAME" --name ${secret}; `),
  })
  expect(await recover(main.host, secret)).toBe(200)
  await expect.poll(() => main.read(secret), { timeout: 30_000 }).toBeDefined()
  letTimePass(world, 60)
  expect((await runSweep(world.createBroker())).report.holds).toEqual([])
  expect(await world.refreshes(name, world.createBroker())).toBe(true)
})
