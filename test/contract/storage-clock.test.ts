import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { checkClock } from '../../shared/ready/clock.ts'
import { allSettings } from '../../shared/settings.ts'

/** An empty table service whose clock is ten minutes behind this machine's. */
let storage: Server
let origin: string
const behindMilliseconds = 600_000

beforeAll(async () => {
  storage = createServer((_request, response) => {
    const date = new Date(Date.now() - behindMilliseconds).toUTCString()
    const body = JSON.stringify({ 'odata.error': { code: 'ResourceNotFound' } })
    response.writeHead(404, { date, 'content-type': 'application/json' }).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => storage.once('listening', resolve))
  const address = storage.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})

afterAll(() => storage.close())

test('a broker follows the clock of the storage account that it reads', async () => {
  const key = Buffer.alloc(64, 1).toString('base64')
  const config = parseConfig({
    PUBLIC_URL: 'https://broker.example.com',
    ALLOW_INSECURE_LOOPBACK: 'true',
    TABLES_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};TableEndpoint=${origin}/a`,
    KEY_VAULT_URL: 'https://broker.vault.azure.net',
    CALLER_ISSUERS: allSettings().find(({ name }) => name === 'CALLER_ISSUERS')?.example,
    REFRESH_SCHEDULE: '0 */5 * * * *',
    PRODUCTION_MICROSOFT_CLIENT_ID: '00001111-aaaa-2222-bbbb-3333cccc4444',
  })
  const lines: string[] = []
  const broker = createBroker(config, (line) => lines.push(line))
  expect(await broker.tenants.read({ workspace: 'w', tenant: 't' })).toBeUndefined()
  const apartMilliseconds = Date.now() - broker.clock.now().getTime()
  expect(Math.abs(apartMilliseconds - behindMilliseconds)).toBeLessThan(3000)
  expect(checkClock(broker)).toMatchObject({ ok: false, resolution: 'timedatectl set-ntp true' })
  expect(lines.filter((line) => line.includes('"clock.wrong"'))).toHaveLength(1)
})
