import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostMasterKey } from '../../local/settings.ts'
import { prepareProcess } from '../../scripts/commandLine.ts'
import { createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { createSecretClient } from '../../shared/storage/clients.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { REFRESH_POLICY: 'always' } })
})

afterAll(() => world.close())

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The workbook without the tile of what rings no alert: `unit/infra-alerts` holds its names. */
async function readTiles(): Promise<string> {
  const workbook = JSON.parse(await read('infra/workbook.json'))
  const named = ({ name }: { readonly name?: string }) => name === 'Events that ring no alert by themselves'
  return JSON.stringify({
    ...workbook,
    items: workbook.items.filter((item: { name?: string }) => !named(item)),
  })
}

/** The events that alerts and workbook tiles query. */
async function mentioned(): Promise<string[]> {
  const folder = new URL('../../infra/alerts/', import.meta.url)
  const alerts = (await readdir(folder)).map((file) => read(`infra/alerts/${file}`))
  const texts = [...(await Promise.all(alerts)), await readTiles()]
  const events =
    /\b(?:connect|environment|function|refresh|request|secret|sweep|tenant|vault)\.[a-z]+(?:_[a-z]+)*(?=\\*")/g
  return [...new Set(texts.flatMap((text) => text.match(events) ?? []))].sort()
}

/** Events in the broker process's standard output, as alerts read them: lines that start like an event. */
function emitted(): Set<string> {
  const lines = world.brokers.flatMap(({ lines }) => lines)
  return new Set(lines.flatMap((line) => /^\{"event":"([^"]+)"/.exec(line)?.[1] ?? []))
}

const sweep = () => world.call('POST', '/v1/sweeps', { app: 'demo-operator' })

/** Makes the host run one of its functions with the given input. */
const runFunction = (name: string, input: string) =>
  fetch(`${world.origin}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': hostMasterKey },
    body: JSON.stringify({ input }),
  })

async function letSecretExpire(name: string): Promise<void> {
  const settings = world.stack.settings()
  await prepareProcess(settings)
  const { config, credential } = createBroker(parseConfig(settings), () => {})
  const client = createSecretClient(config, credential, config.vault.url)
  const { value } = await client.getSecret(name)
  await client.setSecret(name, value ?? '', { expiresOn: new Date(Date.now() + 5 * 86_400_000) })
}

/** Destroys the secret of a tenant's grant, as an authorized person could. */
async function loseGrant(tenant: string): Promise<void> {
  const { config, credential } = createBroker(parseConfig(world.stack.settings()), () => {})
  for (const url of config.vault.grantUrls) {
    const client = createSecretClient(config, credential, url)
    for await (const { name, tags } of client.listPropertiesOfSecrets())
      if (tags?.tenant === tenant) await client.beginDeleteSecret(name)
  }
}

/** Ends a hold immediately, except for the seconds that a process remembers it. */
async function endWaiting(): Promise<void> {
  const table = world.tableClient('BrokerState')
  const { value } = await table.getEntity<{ value: string }>('hold', 'production:microsoft')
  const hold = { ...JSON.parse(value), until: new Date(0).toISOString() }
  const row = { partitionKey: 'hold', rowKey: 'production:microsoft', value: JSON.stringify(hold) }
  await table.upsertEntity(row, 'Replace')
}

test('the broker writes every event that an alert or a tile queries', {
  timeout: 120_000,
}, async () => {
  await letSecretExpire('sandbox-developer-token')
  await sweep()
  const grants = `${world.stack.parts.vault.origin}/_control/faults`
  await fetch(grants, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'throttled', operation: 'get', times: 1 }),
  })
  await world.call('GET', '/ready', { app: 'demo-operator' })

  const held = await world.connectedStale('ada@outlook.example')
  await world.signIn.clientSecrets('production', ['another'])
  await world.connect(world.newTenant(), 'ada@outlook.example')
  expect((await world.call('GET', `/v1/tenants/${held}/token`)).status).toBe(503)
  expect((await sweep()).body.holds).toEqual(['production:microsoft'])
  await world.signIn.restoreClientSecrets('production')
  await endWaiting()
  const vend = async () => (await world.call('GET', `/v1/tenants/${held}/token`)).status
  await expect.poll(vend, { timeout: 30_000, interval: 500 }).toBe(200)

  const lost = await world.connectedStale('ada@outlook.example')
  await loseGrant(lost)
  expect((await world.call('GET', `/v1/tenants/${lost}/token`)).status).toBe(503)

  const damaged = await world.connectedStale('ada@outlook.example', 4)
  const key = { partitionKey: tenantKey({ workspace: 'demo', tenant: damaged }), rowKey: 'tenant' }
  await world.tableClient('Tenants').updateEntity({ ...key, grantReference: '' }, 'Merge')
  const isDamageTold = async () => {
    await sweep()
    return emitted().has('tenant.damaged')
  }
  await expect.poll(isDamageTold, { timeout: 30_000, interval: 500 }).toBe(true)

  await runFunction('refreshChunk', '{"shard":"none"}')
  await runFunction('refreshChunkPoisoned', '{"shard":3}')

  const missing = async () => (await mentioned()).filter((event) => !emitted().has(event))
  await expect.poll(missing, { timeout: 30_000, interval: 500 }).toEqual([])
})

test('the template mentions events, by the names that the test searches for', async () => {
  expect(await mentioned()).toEqual(
    expect.arrayContaining(['sweep.ended', 'environment.held', 'refresh.ended']),
  )
})
