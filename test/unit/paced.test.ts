import { describe, expect, test } from 'vitest'
import { TimeLimitError } from '../../shared/clock.ts'
import { patiently } from '../../shared/domain/patience.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { submitPaced } from '../../shared/storage/paced.ts'
import { createVirtualClock } from './virtualClock.ts'

const busy = () => new StorageUnavailableError('tables', 503, 'ServerBusy')
const batches = Array.from({ length: 100 }, (_, number) => Array.from({ length: 100 }, () => number))

function ground() {
  const clock = createVirtualClock()
  return { clock, waiting: { clock, randomness: { fraction: () => 1 } } }
}

describe('writing many entities', () => {
  test('never asks for 2,000 in one second, and takes little longer than that', async () => {
    const { clock, waiting } = ground()
    const perSecond = new Map<number, number>()
    const submit = async (batch: readonly number[]) => {
      const second = Math.floor(clock.passed())
      perSecond.set(second, (perSecond.get(second) ?? 0) + batch.length)
      await clock.sleep(40)
    }
    await clock.run(submitPaced(waiting, batches, submit))
    expect(Math.max(...perSecond.values())).toBeLessThan(2000)
    expect(clock.passed()).toBeLessThan(7)
  })

  test('goes on one transaction at a time once storage is busy, and writes each one', async () => {
    const { clock, waiting } = ground()
    const written = new Set<number>()
    let [running, most, failed] = [0, 0, false]
    const submit = async (batch: readonly number[]) => {
      running += 1
      if (failed) most = Math.max(most, running)
      await clock.sleep(500)
      running -= 1
      if (clock.passed() < 5) {
        failed = running === 0
        throw busy()
      }
      written.add(batch[0] ?? 0)
    }
    await clock.run(submitPaced(waiting, batches, submit))
    expect(written.size).toBe(100)
    expect(most).toBe(1)
  })

  test('ends at once if the service refuses it, and starts no further transaction', async () => {
    const { clock, waiting } = ground()
    let submitted = 0
    const refused = new StorageUnavailableError('tables', 403, 'AuthorizationFailure')
    const submit = async () => {
      submitted += 1
      await clock.sleep(1000)
      throw refused
    }
    await expect(clock.run(submitPaced(waiting, batches, submit))).rejects.toBe(refused)
    await clock.run(clock.sleep(5000))
    expect(submitted).toBe(4)
  })
})

describe('patience', () => {
  const attemptsUntilThrown = async (error: Error) => {
    const { clock, waiting } = ground()
    const times: number[] = []
    const work = async () => {
      times.push(clock.passed())
      throw error
    }
    await expect(clock.run(patiently(waiting, work))).rejects.toBe(error)
    return times
  }

  test('grows its waits up to 5 seconds, and ends after 25', async () => {
    const times = await attemptsUntilThrown(busy())
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(waits.map((wait) => Math.round(wait * 100) / 100)).toEqual([0.25, 0.5, 1, 2, 4, 5, 5, 5])
    expect(times.at(-1)).toBeGreaterThan(20)
  })

  test('waits half as long at least: two processes don’t return at once', async () => {
    const { clock } = ground()
    let tries = 0
    const work = async () => {
      if (++tries === 1) throw busy()
      return clock.passed()
    }
    expect(await clock.run(patiently({ clock, randomness: { fraction: () => 0 } }, work))).toBe(0.125)
  })

  test.each([
    [500, 'OperationTimedOut'],
    [429, 'Throttled'],
    [408, 'RequestTimeout'],
    [0, 'ETIMEDOUT'],
  ])('covers %i %s', async (status, code) => {
    expect((await attemptsUntilThrown(new StorageUnavailableError('vault', status, code))).length).toBe(9)
  })

  test('covers a step’s time limit', async () => {
    expect((await attemptsUntilThrown(new TimeLimitError('a step', 5))).length).toBe(9)
  })

  test.each([
    [403, 'ForbiddenByRbac'],
    [404, 'TableNotFound'],
    [409, 'TableBeingDeleted'],
    [0, 'VaultNotNamed'],
  ])('does not cover %i %s', async (status, code) => {
    expect(await attemptsUntilThrown(new StorageUnavailableError('tables', status, code))).toEqual([0])
  })

  test('does not cover our own errors', async () => {
    expect(await attemptsUntilThrown(new TypeError('a bug'))).toEqual([0])
  })
})
