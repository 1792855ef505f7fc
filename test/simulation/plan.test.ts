import { expect, test } from 'vitest'
import type { FaultRates, Plan } from './plan.ts'
import { planOf } from './plan.ts'
import { SimulatedProcess } from './process.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'
import * as useCases from './useCases.ts'
import { World } from './world.ts'

const plans = Array.from({ length: 4000 }, (_, seed) => planOf(seed, createRandom(seed), 'microsoft'))
const shareOf = (isMeant: (plan: Plan) => boolean) => plans.filter(isMeant).length / plans.length
const isWithout = ({ faults }: Plan) => Object.values(faults).every((rate) => rate === 0)

test.each<[string, (plan: Plan) => boolean, number]>([
  ['two of eleven have no faults', isWithout, 2 / 11],
  ['in one of eleven, two operations of five are slow', ({ faults }) => faults.slow === 0.4, 1 / 11],
  [
    'in every second one, clocks are wrong by up to 2 s',
    (plan) => plan.clockSkewMilliseconds === 2000,
    1 / 2,
  ],
  ['two of five use both environments and both providers', ({ clients }) => clients.length === 3, 2 / 5],
  ['one in fifty has 50 to 79 tenants', ({ tenants }) => tenants >= 50 && tenants < 80, 1 / 50],
])('of the worlds, %s', (_what, isMeant, share) => {
  expect(Math.abs(shareOf(isMeant) - share)).toBeLessThan(0.02)
})

/** A process whose operations all are slow, or whatever else is given. */
function createProcess(seed: number, change: Partial<FaultRates>, clockSkewMilliseconds = 0) {
  const scheduler = createScheduler()
  const faults = { failsBefore: 0, failsAfter: 0, hangs: 0, dies: 0, slow: 0, ...change }
  const nothing = () => undefined
  const process = new SimulatedProcess('p', {
    ...{ scheduler, random: createRandom(seed), clockSkewMilliseconds, faults: () => faults },
    ...{ isOut: () => false, record: nothing, begun: nothing, failed: nothing, died: nothing },
  })
  return { scheduler, process }
}

/** How long a hundred operations take, in seconds, the longest last. */
async function secondsOf(change: Partial<FaultRates>): Promise<number[]> {
  const taken: number[] = []
  for (let seed = 0; seed < 100; seed++) {
    const { scheduler, process } = createProcess(seed, change)
    const startedAt = scheduler.now()
    const failure = () => new Error('failed')
    const done = process.perform({ name: 'tenants.read', tenant: 't', effect: () => 1, failure })
    const ended = done.catch(() => undefined).then(() => void taken.push(scheduler.now() - startedAt))
    while (await scheduler.step());
    await ended
  }
  return taken.map((milliseconds) => milliseconds / 1000).toSorted((a, b) => a - b)
}

test('a slow operation takes up to 9 s, and one that hangs up to two minutes', async () => {
  const [slow, hanging] = [await secondsOf({ slow: 1 }), await secondsOf({ hangs: 1 })]
  expect(slow.at(-1)).toBeGreaterThan(7)
  expect(slow.at(-1)).toBeLessThanOrEqual(9)
  expect(hanging.at(-1)).toBeGreaterThan(60)
  expect(hanging.at(-1)).toBeLessThanOrEqual(120)
})

test('two clocks that are wrong differ by up to 4 s', () => {
  const ahead = Array.from({ length: 100 }, (_, seed) => {
    const { scheduler, process } = createProcess(seed, {}, 2000)
    return process.clock.now().getTime() - scheduler.now()
  })
  const apart = Math.max(...ahead) - Math.min(...ahead)
  expect(apart).toBeGreaterThan(3500)
  expect(apart).toBeLessThanOrEqual(4000)
})

test('a process that crashes restarts within a minute, as another one', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World({ seed, mode: 'microsoft', useCases })
    const [first] = world.brokers
    const count = world.brokers.length
    first!.process.die()
    expect(world.brokers).toHaveLength(count - 1)
    await world.pass(60_000)
    expect(world.brokers).toHaveLength(count)
    expect(world.brokers).not.toContain(first)
  }
})
