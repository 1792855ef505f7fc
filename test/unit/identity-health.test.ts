import { setImmediate as rest } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { IdentityFault, IdentityReason } from '../../shared/domain/identityUnavailable.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import type { BrokerNotes } from '../../shared/domain/notes.ts'
import { createIdentityHealth } from '../../shared/storage/identityHealth.ts'
import { createNotesInMemory } from './operator/notes.ts'
import { createHandClock } from './signedTokens.ts'

const sick: IdentityFault = { reason: 'identity_failing', status: 500 }

/** Processes that share notes and a clock, each with its log. */
function processes(count: number, notes: Pick<BrokerNotes, 'read' | 'write'> = createNotesInMemory()) {
  const clock = createHandClock(new Date('2026-11-23T16:00:00Z'))
  const logged: LogEvents['identity.failing'][] = []
  const judges = Array.from({ length: count }, (_, index) =>
    createIdentityHealth({
      notes: () => notes,
      clock,
      log: (_event, fields) => void logged.push(fields as LogEvents['identity.failing']),
      process: `p${index}`,
    }),
  )
  /** Fails a number of times in a row; the actor of the last failure, before and after its report. */
  const fail = async (index: number, times: number, fault = sick) => {
    const judge = judges[index]!
    const before = Array.from({ length: times }, (_, failures) => judge(fault, failures + 1)).at(-1)!.actor
    await rest()
    return { before, after: judge(fault, times).actor }
  }
  return { clock, logged, fail }
}

describe('a process whose identity fails', () => {
  test('reports the third failure in a row, and again a minute later', async () => {
    const { clock, fail, logged } = processes(1)
    await fail(0, 2)
    expect(logged).toEqual([])
    await fail(0, 4)
    expect(logged).toEqual([{ ...sick, process: 'p0', failures: 3, processes: 1, actor: 'nobody' }])
    clock.advance(59)
    await fail(0, 3)
    expect(logged).toHaveLength(1)
    clock.advance(1)
    await fail(0, 3)
    expect(logged).toHaveLength(2)
  })

  test.each<IdentityReason>(['identity_failing', 'identity_silent'])(
    'alone is nobody’s to fix: %s',
    async (reason) => {
      const { fail } = processes(1)
      expect(await fail(0, 9, { reason, status: 0 })).toEqual({ before: 'nobody', after: 'nobody' })
    },
  )

  test.each<IdentityReason>(['identity_refused', 'identity_unreachable'])(
    'for a setting that cannot work is the operator’s from the third failure on: %s',
    async (reason) => {
      const { fail } = processes(1)
      expect((await fail(0, 2, { reason, status: 0 })).before).toBe('nobody')
      expect((await fail(0, 3, { reason, status: 0 })).before).toBe('operator')
    },
  )
})

describe('several processes whose identities fail', () => {
  test('are the operator’s', async () => {
    const { clock, fail, logged } = processes(2)
    expect((await fail(0, 3)).after).toBe('nobody')
    expect((await fail(1, 3)).after).toBe('operator')
    expect(logged.map(({ actor, processes: count }) => [actor, count])).toEqual([
      ['nobody', 1],
      ['operator', 2],
    ])
    clock.advance(60)
    expect((await fail(0, 3)).after).toBe('operator')
  })

  test('do not count five minutes after their last report', async () => {
    const { clock, fail, logged } = processes(2)
    await fail(0, 3)
    clock.advance(300)
    expect((await fail(1, 3)).after).toBe('nobody')
    expect(logged.at(-1)).toMatchObject({ processes: 1 })
  })

  test('no longer count for a process that has not asked for five minutes', async () => {
    const { clock, fail } = processes(2)
    await fail(0, 3)
    await fail(1, 3)
    clock.advance(300)
    expect((await fail(1, 3)).before).toBe('nobody')
  })
})

test('a process that cannot reach the notes reports to the log alone', async () => {
  const unreachable = { read: () => Promise.reject(new Error('x')), write: async () => {} }
  const { fail, logged } = processes(1, unreachable)
  await fail(0, 3)
  expect(logged).toMatchObject([{ processes: 1, actor: 'nobody' }])
})

test('no caller waits for the report', () => {
  const hanging = { read: () => new Promise<never>(() => {}), write: async () => {} }
  const judge = createIdentityHealth({
    notes: () => hanging,
    clock: createHandClock(new Date()),
    log: () => {},
    process: 'p',
  })
  expect(judge(sick, 3)).toMatchObject({ actor: 'nobody', reason: 'identity_failing', status: 500 })
})
