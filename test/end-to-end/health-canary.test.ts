import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld } from './world.ts'

let world: Awaited<ReturnType<typeof openWorld>>

beforeAll(async () => {
  world = await openWorld({ settings: { CANARY_TENANT: 'demo/canary' } })
})

afterAll(() => world?.close())

const ask = async (origin: string) => {
  const answer = await fetch(`${origin}/health/canary`)
  return { status: answer.status, body: await answer.json() }
}

const failing = { status: 503, body: { status: 'failing' } }

/** Runs the canary until a run that began after this call has written its result. */
async function fly(): Promise<{ ok: boolean }> {
  const since = new Date().toISOString()
  const table = world.tableClient('BrokerState')
  await world.runTimer('canary')
  const read = async () => {
    const row = await table.getEntity<{ value: string }>('note:canary', 'last').catch(() => undefined)
    return row ? (JSON.parse(row.value) as { ok: boolean; at: string }) : undefined
  }
  await expect.poll(async () => ((await read())?.at ?? '') >= since, { timeout: 60_000 }).toBe(true)
  return (await read()) ?? { ok: false }
}

test('a canary that flew is told of by every instance, without a token', { timeout: 180_000 }, async () => {
  expect(await ask(world.origin)).toEqual(failing)
  expect(await fly()).toMatchObject({ ok: false })
  await world.connect('canary', 'ada@outlook.example')
  expect(await fly()).toMatchObject({ ok: true })
  const second = await world.addBroker()
  expect(await ask(second.origin)).toEqual({ status: 200, body: { status: 'ok' } })
})

test('a canary whose developer token is refused is not well', { timeout: 180_000 }, async () => {
  await world.setSecret('production-developer-token', { value: 'WITHDRAWN' })
  await world.brokers[0]?.stop()
  await world.restart()
  expect(await fly()).toMatchObject({ ok: false })
  const other = await world.addBroker()
  expect(await ask(other.origin)).toEqual(failing)
})

test('without a canary, the route doesn’t exist', async () => {
  const { origin } = await world.addBroker({ CANARY_TENANT: '' })
  expect(await ask(origin)).toMatchObject({
    status: 404,
    body: { code: 'route_not_found', detail: expect.stringContaining('CANARY_TENANT') },
  })
})
