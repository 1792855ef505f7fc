import type { ProviderMode } from '../test/simulation/models/identityProvider.ts'
import { replayHint, simulate } from '../test/simulation/simulate.ts'
import { parseOptions, runOffline } from './commandLine.ts'

/** `npm run simulate -- --seeds 1000 --from 1 [--strict] [--replay SEED]`: see docs/simulator.md. */
async function command(): Promise<number> {
  const { strict, replay: seed, ...values } = parseOptions('simulate')
  const mode = strict ? 'strict' : 'microsoft'
  return seed === undefined
    ? runSeeds({ from: Number(values.from), count: Number(values.seeds) }, mode)
    : replay(Number(seed), mode)
}

/** A run ends after this many broken rules, because they usually have the same cause. */
const maxFailures = 20
/** A long run reports its progress. */
const progressSeeds = 5000

async function replay(seed: number, mode: ProviderMode): Promise<number> {
  const result = await simulate(seed, { mode, trace: (line) => console.log(line) })
  console.log(result.violation ? `\n${replayHint(result)}` : '\nNo rule was broken.')
  return result.violation ? 1 : 0
}

async function runSeeds(
  { from, count }: { from: number; count: number },
  mode: ProviderMode,
): Promise<number> {
  const startedAt = performance.now()
  const totals = { seeds: 0, calls: 0, lives: 0, excused: 0 }
  let failed = 0
  for (let seed = from; seed < from + count && failed < maxFailures; seed++) {
    const result = await simulate(seed, { mode })
    totals.seeds++
    for (const key of ['calls', 'lives', 'excused'] as const) totals[key] += result[key]
    if (result.violation) {
      failed++
      // Not only at the end: a run takes an hour.
      console.log(replayHint(result))
    }
    if (totals.seeds % progressSeeds === 0) console.error(`${totals.seeds} seeds, ${failed} failed`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    JSON.stringify({
      mode,
      ...totals,
      failed,
      perSecond: Math.round(totals.seeds / seconds),
    }),
  )
  return failed > 0 ? 1 : 0
}

await runOffline(command)
