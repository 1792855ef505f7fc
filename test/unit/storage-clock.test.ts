import { RestError } from '@azure/data-tables'
import { expect, test } from 'vitest'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { checkClock } from '../../shared/ready/clock.ts'
import { createClockComparison, createStorageClock } from '../../shared/storage/storageClock.ts'

const trueTime = new Date('2026-11-23T16:00:00.400Z').getTime()

/** A machine whose clock is ahead by some seconds, and storage answers with the true time. */
function createGround() {
  const machine = { ahead: 0, passed: 0 }
  const own = {
    now: () => new Date(trueTime + (machine.ahead + machine.passed) * 1000),
    sleep: async () => undefined,
  }
  const logged: object[] = []
  const clock = createStorageClock(
    (event: keyof LogEvents, data: object) => void logged.push({ event, ...data }),
    own,
    () => machine.passed * 1000,
  )
  const answer = async (date?: string, takesSeconds = 0) => {
    const header = date ?? new Date(trueTime + machine.passed * 1000).toUTCString()
    await clock.policy.policy.sendRequest({} as never, async () => {
      machine.passed += takesSeconds
      return { headers: { get: (name: string) => (name === 'date' ? header : undefined) } } as never
    })
  }
  const apart = () => (clock.now().getTime() - trueTime) / 1000 - machine.passed
  return { machine, clock, answer, logged, apart }
}

test.each([0, 1, -1])('with a machine’s clock %i s ahead, that clock is used', async (ahead) => {
  const { machine, clock, answer, apart, logged } = createGround()
  machine.ahead = ahead
  await answer()
  expect(apart()).toBe(ahead)
  expect(Math.abs(clock.aheadSeconds()! - ahead)).toBeLessThanOrEqual(0.5)
  expect(logged).toEqual([])
})

test.each([600, -600, 6, -6])(
  'with a machine’s clock %i s ahead, storage’s is used, and the difference is reported',
  async (ahead) => {
    const { machine, answer, apart, logged } = createGround()
    machine.ahead = ahead
    await answer()
    expect(Math.abs(apart())).toBeLessThanOrEqual(0.5)
    await answer()
    expect(logged).toEqual([{ event: 'clock.wrong', aheadSeconds: ahead }])
  },
)

test.each([0, 86_400, -86_400])(
  'what storage has said, and the time since, is known beside a machine’s clock %i s ahead',
  async (ahead) => {
    const { machine, clock, answer } = createGround()
    machine.ahead = ahead
    expect(clock.storageNow()).toBeUndefined()
    await answer('no date')
    expect(clock.storageNow()).toBeUndefined()
    await answer()
    expect(clock.storageNow()).toEqual(new Date('2026-11-23T16:00:00Z'))
    machine.passed += 100
    expect(clock.storageNow()).toEqual(new Date('2026-11-23T16:01:40Z'))
    machine.ahead += 86_400
    expect(clock.storageNow()).toEqual(new Date('2026-11-23T16:01:40Z'))
  },
)

test('an answer that took long is not compared, but no less storage’s time: at most too early', async () => {
  const { clock, answer } = createGround()
  await answer(undefined, 30)
  expect(clock.aheadSeconds()).toBeUndefined()
  expect(clock.storageNow()).toEqual(new Date('2026-11-23T16:00:00Z'))
})

test('a wrong clock is reported again after an hour', async () => {
  const { machine, answer, logged } = createGround()
  machine.ahead = 60
  const counts: number[] = []
  for (const seconds of [0, 3599, 1]) {
    machine.passed += seconds
    await answer()
    counts.push(logged.length)
  }
  expect(counts).toEqual([1, 1, 2])
})

test('after the machine’s clock is corrected, it is used again', async () => {
  const { machine, answer, apart } = createGround()
  machine.ahead = 600
  await answer()
  machine.ahead = 0
  await answer()
  expect(Math.abs(apart())).toBeLessThanOrEqual(0.5)
})

test('correcting a wrong clock has no effect before the next answer', async () => {
  const { machine, answer, apart } = createGround()
  machine.ahead = 600
  await answer()
  for (const ahead of [0, -600, 4000]) {
    machine.ahead = ahead
    machine.passed += 60
    expect(Math.abs(apart())).toBeLessThanOrEqual(0.5)
  }
})

test.each([
  ['comes too late', undefined, 3],
  ['has no date', '', 0],
])('an answer that %s is ignored', async (_what, date, takes) => {
  const { machine, clock, answer } = createGround()
  machine.ahead = 600
  await answer(date, takes)
  expect(clock.aheadSeconds()).toBeUndefined()
})

test.each([
  [undefined, true, 'not compared: Table Storage hasn’t answered'],
  [5, true, '5 s from storage’s clock'],
  [6, false, '6 s ahead of storage’s clock'],
  [-6, false, '6 s behind storage’s clock'],
] as const)('readiness reports a clock that is %j s ahead', (ahead, ok, detail) => {
  const clock = { ...createGround().clock, aheadSeconds: () => ahead }
  const check = checkClock({
    clock,
    config: { tables: { endpoint: 'https://a.table.core.windows.net' } },
  } as never)
  expect(check).toMatchObject({ name: 'clock', ok, detail: expect.stringContaining(detail) })
  expect(check.resolution?.startsWith('az functionapp restart')).toBe(ok ? undefined : true)
})

test('if storage does not answer, the last comparison decides, and a process without one is unavailable', async () => {
  const { clock, answer } = createGround()
  const getEntity = async () => {
    throw new RestError('busy', { statusCode: 503 })
  }
  const compareIn = () => createClockComparison({ BrokerState: { getEntity } } as never, clock)()
  await expect(compareIn()).rejects.toBeInstanceOf(StorageUnavailableError)
  await answer()
  await expect(compareIn()).resolves.toBeUndefined()
})

test('clocks are compared once a minute, and all callers wait for the same comparison', async () => {
  const { machine, clock } = createGround()
  let asked = 0
  let ahead: number | undefined
  const own = { ...clock, now: () => new Date(trueTime + machine.passed * 1000), aheadSeconds: () => ahead }
  const getEntity = async () => {
    asked++
    throw asked === 1
      ? new RestError('none', { statusCode: 404, code: 'ResourceNotFound' })
      : new RestError('none', { statusCode: 503 })
  }
  const compare = createClockComparison({ BrokerState: { getEntity } } as never, own)
  await Promise.all([compare(), compare()])
  expect(asked).toBe(1)
  machine.passed = 60
  await expect(compare()).rejects.toBeInstanceOf(StorageUnavailableError)
  expect(asked).toBe(2)
  // Another answer from storage has compared them since.
  ahead = 0
  await compare()
  expect(asked).toBe(2)
})
