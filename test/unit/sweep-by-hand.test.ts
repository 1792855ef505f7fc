import { expect, test } from 'vitest'
import { registeredRoutes } from './registeredRoutes.ts'

const start = new Date('2026-11-23T16:00:00Z')

test('a sweep by hand starts no refresh after two and a half minutes', async () => {
  let seconds = 0
  const started: number[] = []
  const clock = { now: () => new Date(start.getTime() + seconds * 1000), storageNow: () => undefined }
  const name = { workspace: 'agency', environment: 'production', identityProvider: 'microsoft' }
  const rows = Array.from({ length: 40 }, (_, index) => ({ ...name, tenant: `t${index}`, dueAt: start }))
  const sweeping = {
    ...{ clock, log: () => undefined, randomness: { fraction: () => 0 } },
    config: { sweepConcurrency: 1, sweepSeconds: 240, sweepHandoverCount: 2000 },
    due: {
      shardCount: 1,
      async *due() {
        yield rows
      },
    },
    refresher: {
      async refresh() {
        started.push(seconds)
        seconds += 10
        return { outcome: 'fresh', stored: { tenant: {} } }
      },
    },
  }
  const broker = { sweeping, clock, sweeps: { write: async () => undefined }, notes: {}, tenantPages: {} }
  const sweeps = (await registeredRoutes()).find(({ name: own }) => own === 'sweeps')
  const { body } = await sweeps!.operations.POST!.handle({ broker } as never)
  expect(started).toEqual(Array.from({ length: 15 }, (_, index) => index * 10))
  expect(JSON.parse(String(body))).toMatchObject({ leftOver: 25 })
})
