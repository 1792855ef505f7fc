import { parseArgs } from 'node:util'
import { replayHint, simulate } from '../test/simulation/simulate.ts'
import { simulateOptions } from './options.ts'

/** `npm run simulate -- --seeds 1000 --from 1 [--strict] [--replay SEED]`: see docs/simulator.md. */
const { values } = parseArgs({ options: simulateOptions })
const mode = values.strict ? 'strict' : 'microsoft'
/** A run ends after this many broken rules, because they usually have the same cause. */
const maxFailures = 20
/** A long run reports its progress. */
const progressSeeds = 5000

if (values.replay === undefined) await runSeeds(Number(values.from), Number(values.seeds))
else await replay(Number(values.replay))

async function replay(seed: number): Promise<void> {
  const result = await simulate(seed, { mode, trace: (line) => console.log(line) })
  console.log(result.violation ? `\n${replayHint(result)}` : '\nNo rule was broken.')
  if (result.violation) process.exitCode = 1
}

async function runSeeds(from: number, count: number): Promise<void> {
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
  if (failed > 0) process.exitCode = 1
}
