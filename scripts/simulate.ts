import { parseArgs } from 'node:util'
import { replayHint, type SimulationResult, simulate } from '../test/simulation/simulate.ts'
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
  const failures: SimulationResult[] = []
  for (let seed = from; seed < from + count && failures.length < maxFailures; seed++) {
    const result = await simulate(seed, { mode })
    totals.seeds++
    for (const key of ['calls', 'lives', 'excused'] as const) totals[key] += result[key]
    if (result.violation) failures.push(result)
    if (totals.seeds % progressSeeds === 0) console.error(`${totals.seeds} seeds, ${failures.length} failed`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  for (const failure of failures) console.log(replayHint(failure))
  console.log(
    JSON.stringify({
      mode,
      ...totals,
      failed: failures.length,
      perSecond: Math.round(totals.seeds / seconds),
    }),
  )
  if (failures.length > 0) process.exitCode = 1
}
