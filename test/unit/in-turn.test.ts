import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../shared/config.ts'
import { createSecretClient, createTables } from '../../shared/storage/clients.ts'

const asked = ['first', 'second', 'third']
const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) }
const held: ServerResponse[] = []
/** Answers nothing until all have asked. */
const server = createServer((_request, response) => {
  if (held.push(response) === asked.length) for (const each of held.splice(0)) each.writeHead(404).end()
})

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))

afterAll(() => server.close())

/** The turns of the event loop since the test began. */
let turns = 0
let next: NodeJS.Immediate

beforeEach(() => {
  turns = 0
  next = setImmediate(function count() {
    turns++
    next = setImmediate(count)
  })
})

afterEach(() => clearImmediate(next))

function openTables() {
  const { port } = server.address() as AddressInfo
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`
  const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
  return createTables(config, credential)
}

test.each<[string, () => (name: string) => Promise<unknown>]>([
  [
    'the tables',
    () => {
      const { Tenants } = openTables()
      return (name) => Tenants.getEntity('p', name)
    },
  ],
  [
    'a vault',
    () => {
      const config = { vault: { verifyChallengeResource: false } }
      // Nobody listens there.
      const client = createSecretClient(config, credential, 'https://127.0.0.1:1')
      return (name) => client.getSecret(name)
    },
  ],
])(
  'requests of %s that are asked for at once begin one in each turn of the event loop, in order',
  async (_, open) => {
    const begun: { readonly turn: number; readonly path: string }[] = []
    const begins = (message: unknown) =>
      begun.push({ turn: turns, path: (message as { request: { path: string } }).request.path })
    subscribe('http.client.request.created', begins)
    await Promise.allSettled(asked.map(open())).finally(() =>
      unsubscribe('http.client.request.created', begins),
    )
    const firstTries = begun.slice(0, asked.length)
    expect(firstTries.map(({ path }) => /first|second|third/.exec(path)?.[0])).toEqual(asked)
    expect(new Set(firstTries.map(({ turn }) => turn)).size).toBe(asked.length)
  },
)

test('answers of storage that arrive at once are handed on one in each turn of the event loop', async () => {
  const { Tenants } = openTables()
  const answered = await Promise.all(
    asked.map((name) =>
      Tenants.getEntity('p', name).catch(({ statusCode }) => ({ statusCode, turn: turns })),
    ),
  )
  expect(answered).toMatchObject(asked.map(() => ({ statusCode: 404 })))
  expect(new Set(answered.map((each) => each.turn)).size).toBe(asked.length)
})
