import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, median, reported } from './report.ts'

const bundle = join(import.meta.dirname, '..', '..', 'dist', 'broker.cjs')
/** The Functions library warns about the missing host, as expected. */
const program =
  'console.warn=()=>{};const t=performance.now();require(process.argv[1]);process.stdout.write("\\n"+(performance.now()-t))'

/** The time to load the built broker in a fresh process, compared with an empty module. */
export const coldStart: Bench = async ({ quick }) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const empty = join(folder, 'empty.cjs')
  await writeFile(empty, '')
  const rounds = Array.from({ length: quick ? 5 : 15 }, () => ({ broker: load(bundle), empty: load(empty) }))
  await rm(folder, { recursive: true })
  const loading = median(rounds.map(({ broker }) => broker.loadMilliseconds))
  const whole = median(rounds.map(({ broker, empty }) => broker.wholeMilliseconds / empty.wholeMilliseconds))
  const idle = median(rounds.map(({ empty }) => empty.wholeMilliseconds))
  return {
    title: 'cold-start: loading dist/broker.cjs in a fresh process',
    ground: `Real: the bundle and Node ${process.version}; without a Functions host. Rounds: ${rounds.length}, A B A B.`,
    measurements: [
      reported('process with the broker : process with an empty module, median', whole.toFixed(2)),
      reported('loading the broker, median', `${loading.toFixed(0)} ms`),
      reported('process with an empty module, median', `${idle.toFixed(0)} ms`),
      reported('size', `${(await stat(bundle)).size} bytes`),
    ],
  }
}

function load(module: string): { loadMilliseconds: number; wholeMilliseconds: number } {
  const startedAt = performance.now()
  const output = execFileSync(process.execPath, ['-e', program, module], { encoding: 'utf8' })
  const wholeMilliseconds = performance.now() - startedAt
  return { loadMilliseconds: Number(output.split('\n').at(-1)), wholeMilliseconds }
}
