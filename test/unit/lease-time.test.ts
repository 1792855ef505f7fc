import { describe, expect, test } from 'vitest'
import { addSeconds, TimeLimitError } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { createLeaseTime } from '../../shared/refresh/leaseTime.ts'
import { createVirtualClock } from './virtualClock.ts'

/** A lease of a length in seconds, including the unused end. */
function leased(seconds: number, limits = { leaseSeconds: 60, tokenEndpointSeconds: 10 }) {
  const clock = createVirtualClock()
  const until = addSeconds(clock.now(), seconds)
  return { clock, time: createLeaseTime(clock, limits as never, until) }
}

/** The limit of a step that never ends. */
async function waitedFor(leaseSeconds: number): Promise<number> {
  const { clock, time } = leased(leaseSeconds)
  const hanging = time.step('x', () => new Promise(() => {}))
  await expect(clock.run(hanging)).rejects.toMatchObject({ name: 'TimeLimitError' })
  return clock.passed()
}

describe('a step under a lease', () => {
  test('takes at most a third of the remaining time, and never more than 8 seconds', async () => {
    expect(await waitedFor(60)).toBe(8)
    expect(await waitedFor(26)).toBe(8)
    expect(await waitedFor(14)).toBe(4)
    expect(await waitedFor(5)).toBe(1)
  })

  test('does not start in the last two seconds, which are reserved for clock differences', async () => {
    for (const seconds of [2, 1, 0, -5]) {
      const { time } = leased(seconds)
      let isBegun = false
      const work = async () => {
        isBegun = true
      }
      await expect(time.step('x', work)).rejects.toMatchObject({ name: 'TimeLimitError' })
      expect(isBegun).toBe(false)
    }
    await expect(leased(2.1).time.step('x', async () => 1)).resolves.toBe(1)
  })
})

describe('a call to the token endpoint', () => {
  const fits = (seconds: number, leaseSeconds: number, tokenEndpointSeconds: number) =>
    leased(seconds, { leaseSeconds, tokenEndpointSeconds }).time.allowsCall()

  test.each([
    // A third of the lease's time besides the call, at least 5 s and at most 12 s.
    [60, 10, 10 + 12 + 2],
    [31, 10, 10 + 7 + 2],
    [30, 15, 15 + 5 + 2],
    [300, 30, 30 + 12 + 2],
  ])(
    'under a lease of %i s with a limit of %i s starts in time to store its answer',
    (lease, call, least) => {
      expect(fits(least, lease, call)).toBe(true)
      expect(fits(least - 0.01, lease, call)).toBe(false)
    },
  )
})

describe('a failed step under a lease', () => {
  const busy = new StorageUnavailableError('vault', 503, 'ServerBusy')
  async function repeat(seconds: number, error: Error = busy, maxSeconds?: number) {
    const { clock, time } = leased(seconds)
    const tries: number[] = []
    const failing = async () => {
      tries.push(clock.passed())
      throw error
    }
    await expect(clock.run(time.repeat('x', failing, maxSeconds))).rejects.toBe(error)
    return tries
  }

  test('is repeated after a tenth of a second, then after twice the time, up to 3.2 s', async () => {
    const tries = await repeat(60)
    const pauses = tries.slice(1).map((at, index) => Number((at - (tries[index] ?? 0)).toFixed(3)))
    expect(pauses.slice(0, 8)).toEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 3.2, 3.2])
  })

  test('is repeated while seven seconds of the lease are left, to leave time for the next steps', async () => {
    const tries = await repeat(60)
    expect(tries.at(-2)).toBeLessThanOrEqual(53)
    expect(tries.at(-1)).toBeGreaterThan(53)
    expect(tries.at(-1)).toBeLessThanOrEqual(53 + 3.2)
    expect(await repeat(6.9)).toHaveLength(1)
    expect(await repeat(7)).toHaveLength(2)
  })

  test.each([
    ['malformed', new StorageUnavailableError('tables', 400, 'InvalidInput')],
    ['forbidden', new StorageUnavailableError('vault', 403, 'ForbiddenByRbac')],
    ['not allowed', new StorageUnavailableError('vault', 405, 'MethodNotAllowed')],
    ['too large', new StorageUnavailableError('tables', 413, 'RequestBodyTooLarge')],
    ['about a deleted secret', new StorageUnavailableError('vault', 409, 'SecretDeleted')],
    ['our own mistake', new RangeError('Invalid count value')],
  ])('is not repeated if it is %s', async (_kind, error) => {
    expect(await repeat(60, error)).toHaveLength(1)
  })

  test('is repeated if it may have been in time, or was throttled', async () => {
    for (const error of [
      new TimeLimitError('x', 8),
      new StorageUnavailableError('vault', 0, 'ETIMEDOUT'),
      new StorageUnavailableError('vault', 429, 'Throttled'),
      new StorageUnavailableError('tables', 409, 'TableBeingDeleted'),
    ])
      expect((await repeat(60, error)).length).toBeGreaterThan(1)
  })

  test('starts no attempt after the given seconds', async () => {
    const tries = await repeat(60, busy, 4)
    expect(tries.at(-2)).toBeLessThan(4)
    expect(tries.at(-1)).toBeLessThan(4 + 3.2)
    expect(tries).toHaveLength(7)
  })
})
