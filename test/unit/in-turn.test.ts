import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import type { Config } from '../../shared/config.ts'
import { createSecretClient, createTables } from '../../shared/storage/clients.ts'

const connectionString =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;'
const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) }

const tables = createTables(
  { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config,
  credential,
)
const vault = createSecretClient(
  { vault: { verifyChallengeResource: false } },
  credential,
  'https://127.0.0.1:1',
)

test.each<[string, (name: string) => Promise<unknown>]>([
  ['the tables', (name) => tables.Tenants.getEntity('p', name)],
  ['a vault', (name) => vault.getSecret(name)],
])(
  'requests of %s that are asked for at once begin one in each turn of the event loop, in order',
  async (_, ask) => {
    const begun: { readonly turn: number; readonly path: string }[] = []
    let turn = 0
    let next = setImmediate(function count() {
      turn++
      next = setImmediate(count)
    })
    const begins = (message: unknown) =>
      begun.push({ turn, path: (message as { request: { path: string } }).request.path })
    subscribe('http.client.request.created', begins)
    try {
      // Nobody listens there.
      await Promise.allSettled(['first', 'second', 'third'].map(ask))
    } finally {
      unsubscribe('http.client.request.created', begins)
      clearImmediate(next)
    }
    const firstTries = begun.slice(0, 3)
    expect(firstTries.map(({ path }) => /first|second|third/.exec(path)?.[0])).toEqual([
      'first',
      'second',
      'third',
    ])
    expect(new Set(firstTries.map((each) => each.turn)).size).toBe(3)
  },
)
