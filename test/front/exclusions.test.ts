import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readExclusions, type WafExclusion } from '../../scripts/wafExclusions.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { hasWaf } from './findWaf.ts'
import { isBlocked } from './isBlocked.ts'
import { nameOf, randomSamples, type Sample, samplesOf } from './samples.ts'
import { startWaf, type Waf } from './waf.ts'

const exclusions = readExclusions()
const levels = [1, 2] as const

let world: World
let waf: Waf | undefined
let samples: Readonly<Record<string, readonly Sample[]>>

async function open(paranoia: 1 | 2, chosen: readonly WafExclusion[]) {
  const ports = { port: world.stack.ports.broker, upstream: world.brokers[0]!.port }
  waf = await startWaf({ ...ports, paranoia, exclusions: chosen })
}

/** The exclusions' names, each with how many of its samples are blocked. */
async function countBlocked(): Promise<Record<string, number>> {
  const counts = Object.entries(samples).map(async ([name, each]) => {
    const ends = await Promise.all(each.map((sample) => isBlocked(world, sample)))
    return [name, ends.filter(Boolean).length] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

describe.skipIf(!hasWaf)('OWASP’s core rules', () => {
  beforeAll(async () => {
    world = await openWorld({ behindFront: true })
    await open(2, exclusions)
    samples = samplesOf(await world.connected())
    await waf?.stop()
    // A discovery then answers 5xx.
    await world.advertising.fault({ kind: 'serverError', path: '/User/Query' })
  })

  afterEach(() => waf?.stop())

  afterAll(() => world?.close())

  test('have an exclusion for each kind of request below, and no other', () => {
    expect(Object.keys(samples).sort()).toEqual(exclusions.map(nameOf).sort())
  })

  test.each(levels)('block them at paranoia level %i if the exclusion’s level says so', async (level) => {
    await open(level, [])
    const expected = exclusions.map((each) => [
      nameOf(each),
      each.paranoia <= level ? samples[nameOf(each)]!.length : 0,
    ])
    expect(await countBlocked()).toEqual(Object.fromEntries(expected))
  })

  test.each(levels)('let all of them pass at paranoia level %i with the exclusions', async (level) => {
    await open(level, exclusions)
    expect(await countBlocked()).toEqual(Object.fromEntries(Object.keys(samples).map((name) => [name, 0])))
  })

  test('take none of the broker’s own random characters for an attack, even without exclusions', async () => {
    await open(2, [])
    for (let round = 0; round < 25; round++) {
      const ends = await Promise.all(randomSamples().map((sample) => isBlocked(world, sample)))
      expect(ends).not.toContain(true)
    }
  })

  test.each(exclusions.map((each) => [nameOf(each), each] as const))('need %s', async (name, each) => {
    const others = exclusions.filter((other) => other !== each)
    await open(each.paranoia, others)
    const ends = await Promise.all(samples[name]!.map((sample) => isBlocked(world, sample)))
    expect(ends).not.toContain(false)
  })
})
