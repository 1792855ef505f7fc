import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string
let token: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
  token = await world.stack.callerToken('demo-app')
})

afterAll(() => world.close())

/** Begins a chunked upload that isn't ended, and waits until the broker has its beginning. */
async function begin(
  path: string,
  headers: Record<string, string> = {},
  beginning = 'a',
): Promise<ClientRequest> {
  const upload = request(`${world.origin}${path}`, { method: 'POST', headers, agent: false })
  upload.on('error', () => undefined)
  await new Promise<void>((resolve) => void upload.write(beginning, () => resolve()))
  return upload
}

describe('a request whose body never ends is refused without waiting for it', () => {
  const bearer = () => ({ authorization: `Bearer ${token}` })
  const large = 'x'.repeat(100_000)

  test.each<[number, string, () => Record<string, string>, string]>([
    [401, '/v1/tenants/{tenant}/diagnosis', () => ({}), 'a'],
    [401, '/v1/tenants/{tenant}/ads/campaignManagement/x', () => ({}), 'a'],
    [404, '/v1/nothing', () => ({}), 'a'],
    [404, '/oauth/nothing', () => ({}), 'a'],
    [405, '/v1/tenants', bearer, 'a'],
    [413, '/v1/tenants/{tenant}/connect-sessions', bearer, large],
    [413, '/oauth/authorize', () => ({}), large],
  ])('%i %s', async (status, path, headers, beginning) => {
    const upload = await begin(path.replace('{tenant}', tenant), headers(), beginning)
    const [answer] = (await once(upload, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(status)
    expect((await buffer(answer)).length).toBe(Number(answer.headers['content-length']))
    upload.destroy()
  })
})

test('clients that leave in the middle of their bodies are logged as no failure', async () => {
  const before = world.brokers[0]!.lines.length
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const left = [
    await begin('/oauth/authorize'),
    await begin('/oauth/accounts'),
    await begin('/oauth/confirm'),
    await begin(`/v1/tenants/${tenant}/connect-sessions`, json, '{'),
    await begin(`/v1/tenants/${tenant}/ads/campaignManagement/Campaigns/Query`, json, '{'),
    await begin(`/v1/tenants/${tenant}/ads/campaignManagement/Campaigns/Query`, json, 'x'.repeat(3_000_000)),
  ]
  for (const upload of left) upload.destroy()
  // Every later answer comes after what the broker does about them.
  for (let turn = 0; turn < 5; turn++) expect((await world.call('GET', '/ready')).status).toBe(403)
  const lines = world.brokers[0]!.lines.slice(before)
  expect(lines.filter((line) => /request\.failed|internal_error|function\.failed| at /.test(line))).toEqual(
    [],
  )
})
