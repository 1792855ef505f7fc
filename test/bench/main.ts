import { parseArgs } from 'node:util'
import { backup } from './backup.ts'
import { coalescing } from './coalescing.ts'
import { coldStart } from './coldStart.ts'
import { downloads } from './downloads.ts'
import { entities } from './entities.ts'
import { firstVend } from './firstVend.ts'
import { growth } from './growth.ts'
import { listing } from './listing.ts'
import { million } from './million.ts'
import { passthrough } from './passthrough.ts'
import { peers } from './peers.ts'
import { type Bench, type BenchReport, formatReport } from './report.ts'
import { slowUpstream } from './slowUpstream.ts'
import { sparseVends } from './sparseVends.ts'
import { sweepBesideVends } from './sweepBesideVends.ts'
import { sweepLocal } from './sweepLocal.ts'
import { sweepPace } from './sweepPace.ts'
import { sweepReads } from './sweepReads.ts'
import { warmVend } from './warmVend.ts'

const benches: Readonly<Record<string, Bench>> = {
  coalescing,
  'sweep-reads': sweepReads,
  'sweep-pace': sweepPace,
  'sweep-local': sweepLocal,
  'sweep-beside-vends': sweepBesideVends,
  'warm-vend': warmVend,
  peers,
  'sparse-vends': sparseVends,
  growth,
  listing,
  million,
  passthrough,
  'slow-upstream': slowUpstream,
  downloads,
  entities,
  'cold-start': coldStart,
  'first-vend': firstVend,
  backup,
}

const usage = `Usage: npm run bench -- [names…] [--quick] [--json]
  names: ${Object.keys(benches).join(', ')}; all of them by default
  --quick  smaller sizes and fewer rounds
  --json   one JSON document instead of tables`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function run(): Promise<void> {
  const names = positionals.length > 0 ? positionals : Object.keys(benches)
  const unknown = names.filter((name) => !benches[name])
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `There is no bench ${unknown.join(', ')}.\n${usage}` : usage)
    process.exitCode = unknown.length > 0 ? 2 : 0
    return
  }
  const reports: BenchReport[] = []
  for (const name of names) {
    const report = await benches[name]!({ quick: values.quick })
    reports.push(report)
    if (!values.json) console.log(formatReport(report))
  }
  if (values.json) console.log(JSON.stringify(reports, undefined, 2))
  else console.log(summarize(reports))
}

/** A missed target is reported but isn't a failure: a busy machine misses ratios that an idle one reaches. */
function summarize(reports: readonly BenchReport[]): string {
  const aimed = reports.flatMap(({ measurements }) => measurements.filter(({ target }) => target))
  const missed = aimed.filter(({ reached }) => !reached)
  return `${aimed.length - missed.length} of ${aimed.length} targets reached.`
}

await run()
