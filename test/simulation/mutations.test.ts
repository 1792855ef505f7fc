import { describe, expect, test } from 'vitest'
import { loadMutant } from './mutants.ts'
import { mutations } from './mutations.ts'
import { simulate } from './simulate.ts'

/** Each breakage must show within so many seeds. */
const mostSeeds = 600

describe('the simulator catches a protocol in which', () => {
  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))('%s', async (_, mutation) => {
    const useCases = await loadMutant(mutation)
    let caught: string | undefined
    for (let seed = 1; seed <= mostSeeds && !caught; seed++) {
      const { violation } = await simulate(seed, { mode: mutation.mode, useCases })
      caught = violation?.rule
    }
    expect(mutation.breaks).toContain(caught)
  })

  test('nothing is broken: a pattern that matches nowhere is an error, not a survivor', async () => {
    const [first] = mutations
    await expect(loadMutant({ ...first!, find: 'no such text' })).rejects.toThrow('not once')
  })
})
