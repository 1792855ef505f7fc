import { expect, test } from 'vitest'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { runCanary } from '../../shared/operations/runCanary.ts'
import { Problem } from '../../shared/problems.ts'
import { createCanaryHealth } from '../../shared/ready/canary.ts'
import { canaryTenant } from '../../shared/settings/canaryTenant.ts'
import { createNotesInMemory } from './operator/notes.ts'
import { createHandClock } from './signedTokens.ts'
import { createVirtualClock } from './virtualClock.ts'

const start = new Date('2026-11-30T02:00:00Z')
const canary = { workspace: 'agency', tenant: 'canary' }
const vended = { environment: 'production', accessToken: 'a', developerToken: 'd', headers: {} } as const
const lost = { ok: false, fault: { class: 'credentials', trackingId: 't1' } }

interface Trouble {
  readonly config?: object
  readonly vend?: () => Promise<unknown>
  readonly answer?: object
}

/** Runs the canary once, beside an instance that answers for it. */
async function fly({ config = { canary }, vend = async () => vended, answer = { ok: true } }: Trouble = {}) {
  const clock = createHandClock(start)
  const notes = createNotesInMemory()
  const lines: unknown[] = []
  const sent: unknown[] = []
  const run = (changed = answer) =>
    runCanary({
      ...{ config, clock, notes, vend: { vend } },
      log: (event: string, fields: object) => lines.push({ event, ...fields }),
      advertising: () => ({
        getUser: async (credentials: unknown) => {
          sent.push(credentials)
          return changed
        },
      }),
    } as never)
  await run()
  return { clock, notes, lines, sent, run, isWell: createCanaryHealth(notes, clock) }
}

test('a canary whose vend and call work is well until its result is 15 minutes old', async () => {
  const { clock, isWell, lines, sent } = await fly()
  expect(lines).toEqual([])
  expect(sent).toHaveLength(1)
  clock.advance(899)
  expect(await isWell()).toBe(true)
  clock.advance(11)
  expect(await isWell()).toBe(false)
})

test.each<[string, Trouble, object]>([
  [
    'its vend is refused',
    { vend: () => Promise.reject(new Problem('reauthorization_required')) },
    { reason: 'reauthorization_required', traceId: '' },
  ],
  ['Microsoft Advertising refuses', { answer: lost }, { reason: 'advertising_credentials', traceId: 't1' }],
  [
    'the broker crashes',
    { vend: () => Promise.reject(new Error('secret')) },
    { reason: 'internal_error', traceId: '' },
  ],
  [
    'storage does not respond',
    { vend: () => Promise.reject(new StorageUnavailableError('tables', 503, 'ServerBusy')) },
    { reason: 'storage_unavailable', traceId: '' },
  ],
])('a canary is not well if %s, and the log says why', async (_title, trouble, why) => {
  const { isWell, lines } = await fly(trouble)
  expect(await isWell()).toBe(false)
  expect(lines).toEqual([{ event: 'canary.failed', ...why }])
})

test('a canary that is well again is seen by every instance within ten seconds', async () => {
  const { clock, isWell, run } = await fly({ answer: lost })
  expect(await isWell()).toBe(false)
  await run({ ok: true })
  expect(await isWell()).toBe(false)
  clock.advance(10)
  expect(await isWell()).toBe(true)
})

test('a stranger’s questions cost one read in ten seconds, no matter how many there are', async () => {
  const { clock, notes } = await fly()
  let reads = 0
  const counted = {
    read: (...asked: [string, string]) => {
      reads++
      return notes.read(...asked)
    },
  }
  const isWell = createCanaryHealth(counted as typeof notes, clock)
  await Promise.all(Array.from({ length: 100 }, isWell))
  await isWell()
  clock.advance(9)
  await isWell()
  expect(reads).toBe(1)
  clock.advance(1)
  await isWell()
  expect(reads).toBe(2)
})

test.each<[string, () => Promise<undefined>]>([
  ['without a result', async () => undefined],
  ['if storage refuses', () => Promise.reject(new Error('403'))],
  ['if storage hangs', () => new Promise(() => {})],
])('a canary is not well %s', async (_title, read) => {
  const clock = createVirtualClock()
  expect(await clock.run(createCanaryHealth({ read } as never, clock)())).toBe(false)
})

test('a result from a clock that is far ahead is no sign of life', async () => {
  const { clock, notes, isWell } = await fly()
  await notes.write('canary', 'last', { ok: true, at: new Date(start.getTime() + 3_600_000).toISOString() })
  clock.advance(1)
  expect(await isWell()).toBe(false)
})

test('a result that can’t be stored ends no invocation', async () => {
  const { run, notes } = await fly()
  notes.write = () => Promise.reject(new Error('403'))
  await expect(run()).resolves.toBeUndefined()
})

test('without a canary nothing is vended, called, or written', async () => {
  const { notes, sent } = await fly({ config: {}, vend: () => Promise.reject(new Error('vended')) })
  expect(sent).toEqual([])
  expect(await notes.read('canary', 'last')).toBeUndefined()
})

test('a canary’s workspace can contain a slash, and its tenant cannot', () => {
  expect(canaryTenant.parse('repo:acme/ads/try')).toEqual({ workspace: 'repo:acme/ads', tenant: 'try' })
  for (const text of ['canary', '/canary', 'agency/'])
    expect(canaryTenant.safeParse(text).success).toBe(false)
})
