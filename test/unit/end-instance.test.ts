import { expect, test } from 'vitest'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import { createInstanceEnd } from '../../shared/endInstance.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { name } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'
import { createVirtualClock } from './virtualClock.ts'

/** An instance with a commit that takes `commitSeconds` and telemetry that takes `flushSeconds`. */
function running(commitSeconds: number, flushSeconds = 0) {
  const clock = createVirtualClock()
  const unfinishedCommits = createUnfinishedCommits(clock)
  const flushed: number[] = []
  const exits: { readonly code: number; readonly after: number }[] = []
  const logged: LogEvents['instance.ended'][] = []
  const end = createInstanceEnd(
    () => ({
      ...{ clock, unfinishedCommits },
      log: (_event, fields) => void logged.push(fields as LogEvents['instance.ended']),
      flush: async () => {
        await clock.sleep(flushSeconds * 1000)
        flushed.push(clock.passed())
      },
    }),
    (code) => void exits.push({ code, after: clock.passed() }),
  )
  if (commitSeconds > 0) void unfinishedCommits.run(() => clock.sleep(commitSeconds * 1000))
  return { clock, end, exits, flushed, logged, unfinishedCommits }
}

test('the host’s order waits for begun commits, flushes, and leaves the exit to the host', async () => {
  const { clock, end, exits, flushed, logged } = running(2)
  await clock.run(end.byHost())
  expect(flushed).toEqual([2])
  expect(exits).toEqual([])
  expect(logged).toEqual([{ order: 'host', unfinished: 0, waitedMilliseconds: 2000 }])
})

test('SIGTERM alone waits in the same way, and ends the process with 143', async () => {
  const { clock, end, exits, flushed, logged } = running(2)
  await clock.run(end.bySignal())
  expect(flushed).toEqual([2])
  expect(exits).toEqual([{ code: 143, after: 2 }])
  expect(logged).toEqual([{ order: 'signal', unfinished: 0, waitedMilliseconds: 2000 }])
})

test('a commit that takes too long is left after 4 s, and telemetry that takes too long within 5 s', async () => {
  const { clock, end, exits, logged } = running(30, 30)
  await clock.run(end.bySignal())
  expect(exits).toEqual([{ code: 143, after: 4.8 }])
  expect(logged).toEqual([{ order: 'signal', unfinished: 1, waitedMilliseconds: 4000 }])
})

test.each([
  ['the host’s order first', 'byHost', 'bySignal'],
  ['the signal first', 'bySignal', 'byHost'],
] as const)(
  'both orders, %s: the wait is shared, and the host gets a second to end the process',
  async (_, first, second) => {
    const { clock, end, exits, flushed, logged } = running(2)
    const orders = [end[first]()]
    await clock.run(clock.sleep(1000))
    orders.push(end[second]())
    await clock.run(Promise.all(orders))
    expect(flushed).toEqual([2])
    expect(logged).toHaveLength(1)
    expect(exits).toEqual([{ code: 143, after: 3 }])
  },
)

test('failing telemetry does not keep the process', async () => {
  const clock = createVirtualClock()
  const exits: number[] = []
  const instance = {
    ...{ clock, unfinishedCommits: createUnfinishedCommits(clock), log: () => undefined },
    flush: () => Promise.reject(new Error('no collector')),
  }
  await clock.run(
    createInstanceEnd(
      () => instance,
      (code) => void exits.push(code),
    ).bySignal(),
  )
  expect(exits).toEqual([143])
})

test('a process whose settings are faulty has nothing to wait for', async () => {
  const exits: number[] = []
  const end = createInstanceEnd(
    () => undefined,
    (code) => void exits.push(code),
  )
  await Promise.all([end.byHost(), end.bySignal()])
  expect(exits).toEqual([143])
})

test('work that fails is over, and its caller learns of it', async () => {
  const { clock, unfinishedCommits } = running(0)
  const failing = unfinishedCommits.run(() => Promise.reject(new Error('refused')))
  await expect(failing).rejects.toThrow('refused')
  expect(await clock.run(unfinishedCommits.end(4))).toBe(0)
  expect(clock.passed()).toBe(0)
})

test('an instance whose end begins while it claims the probe after a hold takes no lease', async () => {
  const until = new Date(0)
  const hold = { environment: 'production', identityProvider: 'microsoft', since: until, until, reason: 'r' }
  const own = refreshGround({
    hold: hold as never,
    with: ({ environments, unfinishedCommits }) => ({
      environments: {
        ...environments,
        async reserveProbe() {
          void unfinishedCommits.end(4)
          return undefined
        },
      },
    }),
  })
  const { lease: _none, ...row } = await own.add()
  const outcome = await own.clock.run(own.refresher.refresh(name, { for: 'sweep' }))
  expect(outcome).toMatchObject({ outcome: 'passed_on', reason: 'instance_ending' })
  expect([own.calls(), own.rowOf(name)]).toEqual([0, row])
})

test('an instance whose end has begun waits for no other process’s lease', async () => {
  const own = refreshGround()
  const until = own.after(60)
  await own.add({ lease: { id: 'other', until } as never })
  void own.dependencies.unfinishedCommits.end(4)
  const outcome = await own.clock.run(own.refresher.refresh(name, { for: 'vend', minValiditySeconds: 60 }))
  expect(outcome).toMatchObject({ reason: 'instance_ending' })
  expect(own.clock.passed()).toBe(0)
})

test('what a sign-in can do without ends halfway through the wait', async () => {
  const clock = createVirtualClock()
  const commits = createUnfinishedCommits(clock)
  void commits.run(() => clock.sleep(60_000))
  const ended = commits.end(4)
  expect([commits.isEnding, commits.commitNow.aborted]).toEqual([true, false])
  const abortedAfter: number[] = []
  commits.commitNow.addEventListener('abort', () => abortedAfter.push(clock.passed()))
  await clock.run(ended)
  expect([abortedAfter, commits.commitNow.reason]).toMatchObject([[2], { name: 'TimeoutError' }])
})

test('a wait that ends before its half takes nothing from a sign-in', async () => {
  const clock = createVirtualClock()
  const commits = createUnfinishedCommits(clock)
  void commits.run(() => clock.sleep(1000))
  expect(await clock.run(commits.end(4))).toBe(0)
  await clock.run(clock.sleep(60_000))
  expect(commits.commitNow.aborted).toBe(false)
})
