import { describe, expect, test } from 'vitest'
import { replayHint, type SimulationResult, simulate } from './simulate.ts'

/** A few hundred worlds per mode; `npm run simulate` runs any number. */
const seeds = Array.from({ length: 200 }, (_, index) => index + 1)

async function broken(mode: 'microsoft' | 'strict'): Promise<{ failures: string[]; excused: number }> {
  const results: SimulationResult[] = []
  for (const seed of seeds) results.push(await simulate(seed, { mode }))
  return {
    failures: results.filter(({ violation }) => violation).map(replayHint),
    excused: results.reduce((sum, { excused }) => sum + excused, 0),
  }
}

describe('regardless of processes, storage, and the identity provider', () => {
  test('every rule holds if used refresh tokens stay valid', async () => {
    expect(await broken('microsoft')).toEqual({ failures: [], excused: 0 })
  })

  test('every rule holds if a used refresh token ends its grant, except for tokens that never reached a store', async () => {
    const { failures, excused } = await broken('strict')
    expect(failures).toEqual([])
    expect(excused).toBeGreaterThan(0)
  })
})

test('a seed repeats its world, step by step', async () => {
  const traceOf = async () => {
    const lines: string[] = []
    await simulate(17, { mode: 'strict', trace: (line) => lines.push(line) })
    return lines
  }
  const first = await traceOf()
  expect(first.length).toBeGreaterThan(50)
  expect(await traceOf()).toEqual(first)
})
