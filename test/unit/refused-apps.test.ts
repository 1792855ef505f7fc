import { describe, expect, test } from 'vitest'
import { createRefusedApps } from '../../shared/access/refusedApps.ts'
import type { AppRule } from '../../shared/domain/appRules.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { createVirtualClock } from './virtualClock.ts'

type Step = 'answers' | 'fails' | 'hangs' | 'is missing'

/** A process whose list of rules answers as `storage.step` says. */
function open(...refused: string[]) {
  const clock = createVirtualClock()
  const storage = { step: 'answers' as Step, refused, calls: 0, seconds: 0 }
  const logged: object[] = []
  const list = async (): Promise<AppRule[]> => {
    storage.calls += 1
    if (storage.seconds > 0) await clock.sleep(storage.seconds * 1000)
    if (storage.step === 'hangs') await clock.sleep(1e9)
    if (storage.step === 'fails') throw new StorageUnavailableError('tables', 503, 'ServerBusy')
    if (storage.step === 'is missing') throw new StorageUnavailableError('tables', 404, 'TableNotFound')
    return [
      ...storage.refused.map((app) => ({ app, refused: true, reason: '' })),
      { app: 'allowed-again', refused: false, reason: '' },
    ]
  }
  const apps = createRefusedApps({
    rules: { list },
    clock,
    log: (event, fields) => void logged.push({ event, ...fields }),
  })
  const isRefused = (...names: string[]) => clock.run(apps.isRefused(...names))
  return { apps, clock, storage, logged, isRefused }
}

/** Lets a reading behind the callers end. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('a process knows which apps are refused', () => {
  test('from the first call on', async () => {
    const { isRefused } = open('stolen')
    expect(await isRefused('stolen')).toBe(true)
    expect(await isRefused('other')).toBe(false)
    expect(await isRefused('allowed-again')).toBe(false)
  })

  test('by any of its names, and logs the one that is refused', async () => {
    const { isRefused, logged } = open('object-id')
    expect(await isRefused('client-id', 'object-id')).toBe(true)
    expect(await isRefused('client-id', 'another')).toBe(false)
    expect(logged).toEqual([{ event: 'app.refused', app: 'object-id', calls: 1 }])
  })

  test('within a minute of a change, however rarely it is called', async () => {
    const { clock, storage, isRefused } = open()
    await isRefused('stolen')
    storage.refused.push('stolen')
    clock.advance(54)
    expect(await isRefused('stolen')).toBe(false)
    clock.advance(6)
    expect(await isRefused('stolen')).toBe(true)
    storage.refused.pop()
    clock.advance(60)
    expect(await isRefused('stolen')).toBe(false)
  })

  test('after hours without calls, even if reading takes some seconds', async () => {
    const { apps, clock, storage, isRefused } = open()
    await isRefused('stolen')
    storage.refused.push('stolen')
    clock.advance(6 * 3600)
    storage.seconds = 3
    expect(await clock.run(apps.isRefused('stolen'))).toBe(true)
  })

  test('with one reading a minute, behind the callers while they are frequent', async () => {
    const { clock, storage, isRefused } = open()
    for (let second = 0; second < 600; second++) {
      await Promise.all(Array.from({ length: 20 }, () => isRefused('other')))
      await settle()
      clock.advance(1)
    }
    expect(storage.calls).toBe(11)
  })

  test('ahead of the first call, if it is asked to', async () => {
    const { apps, storage, isRefused } = open('stolen')
    await apps.preload()
    expect(await isRefused('stolen')).toBe(true)
    expect(storage.calls).toBe(1)
  })

  test('after its clock was set back', async () => {
    const { clock, storage, isRefused } = open()
    await isRefused('stolen')
    storage.refused.push('stolen')
    clock.advance(-3600)
    expect(await isRefused('stolen')).toBe(true)
  })
})

describe('while storage does not answer', () => {
  test.each<Step>(['fails', 'hangs', 'is missing'])(
    'and the list %s, who was refused stays refused, and nobody else is',
    async (step) => {
      const { clock, storage, isRefused } = open('stolen')
      await isRefused('other')
      storage.step = step
      for (let hour = 0; hour < 30; hour++) {
        clock.advance(3600)
        expect(await isRefused('stolen')).toBe(true)
        expect(await isRefused('other')).toBe(false)
      }
    },
  )

  test('a reading that hangs delays callers by two seconds once, not each of them', async () => {
    const { clock, storage, isRefused } = open('stolen')
    await isRefused('other')
    storage.step = 'hangs'
    clock.advance(60)
    const before = clock.passed()
    await isRefused('other')
    expect(clock.passed() - before).toBe(2)
    await isRefused('other')
    expect(clock.passed() - before).toBe(2)
  })

  test('it is asked twice a minute at most, and a recovery is noticed within a minute', async () => {
    const { clock, storage, isRefused } = open()
    await isRefused('stolen')
    storage.step = 'fails'
    for (let second = 0; second < 600; second++) {
      await isRefused('other')
      clock.advance(1)
    }
    expect(storage.calls).toBeLessThanOrEqual(20)
    Object.assign(storage, { step: 'answers', refused: ['stolen'] })
    clock.advance(30)
    expect(await isRefused('stolen')).toBe(true)
  })

  test('a process that has never read the list does not say that an app is allowed', async () => {
    const { clock, storage, isRefused } = open('stolen')
    storage.step = 'fails'
    await expect(isRefused('other')).rejects.toMatchObject({ service: 'tables', code: 'ServerBusy' })
    await expect(isRefused('other')).rejects.toBeInstanceOf(StorageUnavailableError)
    expect(storage.calls).toBe(1)
    storage.step = 'answers'
    clock.advance(1)
    expect(await isRefused('other')).toBe(false)
    expect(await isRefused('stolen')).toBe(true)
  })

  test('such a process gives up waiting after ten seconds', async () => {
    const { clock, storage, isRefused } = open()
    storage.step = 'hangs'
    await expect(isRefused('other')).rejects.toMatchObject({ name: 'TimeLimitError' })
    expect(clock.passed()).toBe(10)
    await expect(isRefused('other')).rejects.toBeInstanceOf(StorageUnavailableError)
    expect(clock.passed()).toBe(10)
  })

  test('a table that is missing from the start holds no rules', async () => {
    const { storage, isRefused } = open()
    storage.step = 'is missing'
    expect(await isRefused('other')).toBe(false)
  })

  test('the log says how old the list is that stays in use', async () => {
    const { clock, storage, logged, isRefused } = open()
    storage.step = 'fails'
    await isRefused('other').catch(() => undefined)
    storage.step = 'answers'
    clock.advance(1)
    await isRefused('other')
    storage.step = 'fails'
    clock.advance(90)
    await isRefused('other')
    expect(logged).toEqual([
      { event: 'app.refusals_unread', status: 503, code: 'ServerBusy', ageSeconds: -1 },
      { event: 'app.refusals_unread', status: 503, code: 'ServerBusy', ageSeconds: 90 },
    ])
  })
})

test('refused calls are logged once a minute for each app, with their number', async () => {
  const { clock, logged, isRefused } = open('stolen', 'also-stolen')
  for (let second = 0; second < 61; second++) {
    await isRefused('stolen')
    await isRefused('stolen')
    clock.advance(1)
  }
  await isRefused('also-stolen')
  expect(logged).toEqual([
    { event: 'app.refused', app: 'stolen', calls: 1 },
    { event: 'app.refused', app: 'stolen', calls: 120 },
    { event: 'app.refused', app: 'also-stolen', calls: 1 },
  ])
})
