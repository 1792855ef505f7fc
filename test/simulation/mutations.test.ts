import { describe, expect, test } from 'vitest'
import { consentMutations } from './consentMutations.ts'
import { endingMutations } from './endingMutations.ts'
import { kindMutations } from './kindMutations.ts'
import { leaseMutations } from './leaseMutations.ts'
import { markMutations } from './markMutations.ts'
import type { ProviderMode } from './models/identityProvider.ts'
import { loadMutant } from './mutants.ts'
import type { Scenario } from './mutation.ts'
import { mutations } from './mutations.ts'
import { simulate } from './simulate.ts'
import { uncommittedMutations } from './uncommittedMutations.ts'
import type { Rule } from './violation.ts'

const bySimulation =
  (mode: ProviderMode): Scenario =>
  async (seed, useCases) =>
    (await simulate(seed, { mode, useCases })).violation

/** Hundreds of worlds, concurrently with other test files. */
const patient = { timeout: 120_000 }

/** Each breakage must be detected within this many seeds. */
const maxSeeds = 600

describe('the simulator catches a protocol in which', () => {
  test.each(
    [
      ...mutations,
      ...leaseMutations,
      ...consentMutations,
      ...kindMutations,
      ...markMutations,
      ...uncommittedMutations,
      ...endingMutations,
    ].map((mutation) => [mutation.name, mutation] as const),
  )('%s', patient, async (_, mutation) => {
    const useCases = await loadMutant(mutation)
    const { mode = 'microsoft', by = bySimulation(mode) } = mutation
    let caught: Rule | undefined
    for (let seed = 1; seed <= maxSeeds && !caught; seed++) caught = (await by(seed, useCases))?.rule
    expect(mutation.breaks).toContain(caught)
  })

  test('nothing is broken: a pattern without a match is an error, not a survivor', async () => {
    const [first] = mutations
    await expect(loadMutant({ ...first!, find: 'no such text' })).rejects.toThrow('not once')
  })
})
