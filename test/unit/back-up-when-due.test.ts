import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { backUpWhenDue } from '../../shared/operations/backUpWhenDue.ts'
import { createMemoryTable } from './memoryTable.ts'
import { createNotesInMemory } from './operator/notes.ts'
import { createHandClock } from './signedTokens.ts'

const hour = 3600
const answers = { status: 201 }
const manifests: string[] = []

beforeEach(() => {
  answers.status = 201
  manifests.length = 0
  vi.stubGlobal('fetch', async (url: string) => {
    if (answers.status === 201 && url.endsWith('/manifest.json')) manifests.push(url)
    return new Response('', {
      status: answers.status,
      headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
    })
  })
})

afterEach(() => vi.unstubAllGlobals())

/** A broker whose timer asks every hour, at first at 14:23. */
function createTimer(hours: number) {
  const clock = createHandClock(new Date('2026-11-23T14:23:00Z'))
  const logged: unknown[] = []
  const config = { backup: { containerUrl: 'https://backups.example/tables', hours } }
  const table = () => createMemoryTable({ now: clock.now }).table
  const dependencies = {
    clock,
    config,
    tables: { Tenants: table(), BrokerState: table() },
    notes: createNotesInMemory(),
    credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) },
    randomness: { fraction: () => 0, identifier: () => 'f'.repeat(32) },
    log: (event: string, fields: object) => void logged.push({ event, ...fields }),
  }
  return {
    clock,
    config,
    logged,
    /** The hours of the day at which it made backups in this number of hours. */
    async madeIn(count: number): Promise<number[]> {
      const made: number[] = []
      for (let asked = 0; asked < count; asked++) {
        if (await backUpWhenDue(dependencies as never)) made.push(clock.now().getUTCHours())
        clock.advance(hour)
      }
      return made
    },
  }
}

test.each([
  [24, [14, 0, 0]],
  [6, [14, 18, 0, 6, 12, 18, 0, 6, 12]],
  [1, Array.from({ length: 48 }, (_, index) => (14 + index) % 24)],
])('a new container gets a backup at once, and then every %i hours from midnight', async (hours, made) => {
  expect(await createTimer(hours).madeIn(48)).toEqual(made)
  expect(manifests).toHaveLength(made.length)
})

test('a backup that fails is repeated every hour until it works, and says what failed', async () => {
  const timer = createTimer(24)
  await timer.madeIn(10)
  answers.status = 403
  expect(await timer.madeIn(3)).toEqual([])
  answers.status = 201
  expect(await timer.madeIn(24)).toEqual([3, 0])
  const refused = { service: 'blobs', status: 403, code: 'AuthorizationPermissionMismatch' }
  expect(timer.logged.filter((line) => JSON.stringify(line).includes('backup.failed'))).toEqual(
    Array.from({ length: 3 }, () => ({ event: 'backup.failed', ...refused })),
  )
})

test('another container gets one at once', async () => {
  const timer = createTimer(24)
  await timer.madeIn(2)
  timer.config.backup.containerUrl = 'https://others.example/tables'
  expect(await timer.madeIn(2)).toEqual([16])
  expect(manifests.at(-1)).toContain('https://others.example/tables/')
})

test('a time that only a wrong clock could have written postpones nothing', async () => {
  const timer = createTimer(24)
  timer.clock.advance(240 * hour)
  await timer.madeIn(1)
  timer.clock.advance(-240 * hour)
  expect(await timer.madeIn(2)).toEqual([15])
})

test('what is no refusal is thrown, so that the host knows of it', async () => {
  const timer = createTimer(24)
  await expect(
    backUpWhenDue({ ...timer, notes: { read: () => Promise.reject(new TypeError('x')) } } as never),
  ).rejects.toThrow(TypeError)
})
