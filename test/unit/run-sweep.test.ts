import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { countSignIn, issueProgress, readProgress } from '../../shared/connect/sessionProgress.ts'
import type { ExpiredRecord } from '../../shared/domain/oneTime.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { noTenants } from '../../shared/operations/tenantCounts.ts'
import { name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'
import { refreshGround } from './refreshGround.ts'

const { clock: start, dependencies, refresher } = refreshGround()
const now = start.now()

/** A sweep of a process whose clock differs from storage's, with what it asks the one-time records to remove. */
async function sweepWith(storageNow: Date | undefined, expired: readonly ExpiredRecord[] = [], records = {}) {
  const asked: Date[] = []
  const clock = { ...start, storageNow: () => storageNow }
  const removeExpired = async (before: Date, first: (records: readonly ExpiredRecord[]) => Promise<void>) => {
    asked.push(before)
    await first(expired)
  }
  const sweeping = { ...dependencies, refresher, clock }
  const all = { sweeping, clock, records: { ...records, removeExpired }, sweeps: { write: async () => {} } }
  await runSweep({ ...all, notes: {}, tenantPages: {} } as never)
  return asked
}

test('one-time records end by storage’s clock, whatever the process’s own says', async () => {
  for (const storageNow of [addSeconds(now, -86_400), addSeconds(now, 3600)])
    expect(await sweepWith(storageNow)).toEqual([storageNow])
})

test('no one-time record ends before storage has told its time', async () => {
  expect(await sweepWith(undefined)).toEqual([])
})

test.each([
  ['the timer’s sweep counts what is stored', {}, 1],
  ['a sweep within an HTTP call does not: a vault can take a minute', { maxSeconds: 150 }, 0],
])('%s', async (_title, order, expected) => {
  let reads = 0
  const storedKinds = { places: ['Tenants'], read: async () => ({ counts: { a: ++reads } }) }
  const notes = {
    read: async (kind: string) => (kind === 'audit' ? { lastRound: noTenants } : undefined),
    write: async () => undefined,
  }
  const sweeping = { ...dependencies, refresher, clock: { ...start, storageNow: () => undefined } }
  const all = { sweeping, clock: sweeping.clock, log: () => undefined, sweeps: { write: async () => {} } }
  await runSweep({ ...all, notes, storedKinds, tenantPages: {} } as never, order)
  expect(reads).toBe(expected)
})

test('a session is not abandoned by the clock of one process', async () => {
  const own = connectGround()
  await own.create()
  const id = await issueProgress(own, { ...name, returnUrl }, addSeconds(own.clock.now(), 900))
  await countSignIn(own, id)
  const value = { ...name, id, environment: 'production', identityProvider: 'google', disconnectCount: 0 }
  for (const [seconds, state] of [
    [1799, 'sign_in_started'],
    [1800, 'abandoned'],
  ] as const) {
    await sweepWith(addSeconds(own.clock.now(), seconds), [{ kind: 'sign-in', value }], own.records)
    expect(await readProgress(own, id)).toMatchObject({ state })
  }
})
