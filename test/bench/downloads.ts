import { openWorld } from '../end-to-end/world.ts'
import { type DownloadGround, openGround, prepare } from './downloadGround.ts'
import { byScript, type Reading, throughBroker } from './downloadSides.ts'
import { type Bench, type Measurement, median, reported } from './report.ts'

/** What a gigabyte of rows may need. */
const maxLiveMebibytes = 64
/** The most times as long as the script that the broker may take, with the usual heap. */
const maxRatio = 1.2
const inspected = '--inspect=127.0.0.1:0'
const keywords = 100_000

/** A size, by the days of the report, and how often it's read. */
interface Size {
  readonly name: string
  readonly days: number
  readonly rounds: number
  /** For both processes. The largest size proves that the broker needs no more than it may, at the cost of time. */
  readonly nodeOptions: string
}

/** Some 10 MB of unpacked rows a day. */
const sizes: readonly Size[] = [
  { name: '10 MB', days: 1, rounds: 5, nodeOptions: inspected },
  { name: '100 MB', days: 8, rounds: 3, nodeOptions: inspected },
  {
    ...{ name: '1 GB, both with 64 MiB of heap', days: 80, rounds: 1 },
    nodeOptions: `${inspected} --max-old-space-size=${maxLiveMebibytes}`,
  },
]

/** A report as rows through the broker, beside a script that does the same with the vended token. */
export const downloads: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const account = await prepare(world, { keywords })
    const measurements: Measurement[] = []
    for (const size of quick ? sizes.slice(0, 1) : sizes)
      measurements.push(...(await measure(await openGround(world, account, size.nodeOptions), size)))
    return {
      title: 'downloads: a report’s rows through the broker beside a script with the vended token',
      ground: `Real: broker, host, bearer token. Microsoft Advertising: the stand-in, its file made before. The script: fetch, zlib, csv-parse, no checks.`,
      measurements,
    }
  } finally {
    await world.close()
  }
}

async function measure(
  ground: DownloadGround,
  { name, days, nodeOptions, rounds }: Size,
): Promise<Measurement[]> {
  const [passed, direct] = [await throughBroker.start(ground, days), await byScript.start(ground, days)]
  const readings: { readonly passed: Reading; readonly direct: Reading }[] = []
  for (let round = 0; round < rounds; round++)
    readings.push({
      passed: await throughBroker.read(ground, passed),
      direct: await byScript.read(ground, direct),
    })
  const ratio = median(readings.map((each) => each.passed.seconds / each.direct.seconds))
  const middle = (side: 'passed' | 'direct', of: 'seconds' | 'processorSeconds') =>
    median(readings.map((each) => each[side][of])).toFixed(2)
  const live = (side: 'passed' | 'direct') => Math.max(...readings.map((each) => each[side].liveMebibytes))
  const { rows, bytes } = readings[0]!.passed
  const what = `${name}: time through the broker : time of the script`
  return [
    nodeOptions === inspected
      ? { what, value: ratio.toFixed(2), target: `at most ${maxRatio}`, reached: ratio <= maxRatio }
      : reported(what, ratio.toFixed(2)),
    reported('  rows, as NDJSON', `${rows.toLocaleString('en')}, ${(bytes / 1e6).toFixed(0)} MB`),
    reported('  broker, script', `${middle('passed', 'seconds')} s, ${middle('direct', 'seconds')} s`),
    reported(
      '  processor time of the broker, of the script',
      `${middle('passed', 'processorSeconds')} s, ${middle('direct', 'processorSeconds')} s`,
    ),
    {
      what: '  most live memory of the broker',
      value: `${live('passed').toFixed(0)} MiB`,
      target: `at most ${maxLiveMebibytes} MiB`,
      reached: live('passed') <= maxLiveMebibytes,
    },
    reported('  most live memory of the script', `${live('direct').toFixed(0)} MiB`),
  ]
}
