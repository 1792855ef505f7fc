import { join } from 'node:path'
import { endsWithParent, startChild } from '../../local/child.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { type InspectedMemory, inspectMemory, inspectorLine } from './inspectedMemory.ts'
import { type Bench, type Measurement, median, reported } from './report.ts'

/** An issue of ours allows this much for a gigabyte of rows. */
const maxLiveMebibytes = 64
/** The most times as long as the script that the broker may take. */
const maxRatio = 1.2
/** Both processes get no more heap than the broker may need. */
const nodeOptions = `--max-old-space-size=${maxLiveMebibytes} --inspect=127.0.0.1:0`
const lookMilliseconds = 1000
const keywords = 100_000

/** What is read of a report, and the most memory that was alive in that time. */
interface Reading {
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  readonly liveMebibytes: number
}

/** A size, by the days of the report, and how often it's read. */
interface Size {
  readonly name: string
  readonly days: number
  readonly rounds: number
}

/** Some 10 MB of unpacked rows a day. */
const sizes: readonly Size[] = [
  { name: '10 MB', days: 1, rounds: 5 },
  { name: '100 MB', days: 8, rounds: 3 },
  { name: '1 GB', days: 80, rounds: 1 },
]

/** A report as rows through the broker, beside a script that does the same with the vended token. */
export const downloads: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const ground = await prepare(world)
    const measurements: Measurement[] = []
    for (const size of quick ? sizes.slice(0, 1) : sizes) measurements.push(...(await measure(ground, size)))
    return {
      title: 'downloads: a report’s rows through the broker beside a script with the vended token',
      ground: `Real: broker, host, bearer token; both processes with ${maxLiveMebibytes} MiB of heap. Microsoft Advertising: the stand-in, its file made before. The script: fetch, zlib, csv-parse, no checks.`,
      measurements,
    }
  } finally {
    await world.close()
  }
}

type Ground = Awaited<ReturnType<typeof prepare>>

async function prepare(world: World) {
  const tenant = await world.connected()
  const broker = await world.addBroker({
    NODE_OPTIONS: nodeOptions,
    LARGEST_DOWNLOAD_BYTES: '1000000000',
  })
  const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
  await world.advertising.control('POST', 'options', { pendingPolls: 0 })
  await world.advertising.control('POST', 'content', { accountId: vended.accountId, keywords })
  const [, url = ''] = await waitForLine(broker, inspectorLine)
  return {
    world,
    vended,
    memory: await inspectMemory(url),
    path: `${broker.origin}/v1/tenants/${tenant}/downloads`,
    headers: {
      authorization: `Bearer ${await world.stack.callerToken()}`,
      'content-type': 'application/json',
    },
  }
}

type Added = Awaited<ReturnType<World['addBroker']>>

const waitForLine = (broker: Added, pattern: RegExp) => broker.waitForLine(pattern)

const columns = [
  'TimePeriod',
  'CampaignId',
  'CampaignName',
  'AdGroupName',
  'KeywordId',
  'Keyword',
  'Impressions',
  'Clicks',
  'Spend',
]

function reportOf(days: number) {
  const last = new Date(Date.UTC(2025, 5, days)).toISOString().slice(0, 10)
  return { type: 'KeywordPerformance', columns, from: '2025-06-01', to: last }
}

async function measure(ground: Ground, { name, days, rounds }: Size): Promise<Measurement[]> {
  const [passed, direct] = [await startThroughBroker(ground, days), await startDirectly(ground, days)]
  const readings: { readonly passed: Reading; readonly direct: Reading }[] = []
  for (let round = 0; round < rounds; round++)
    readings.push({
      passed: await readThroughBroker(ground, passed),
      direct: await readDirectly(ground, direct),
    })
  const ratio = median(readings.map((each) => each.passed.seconds / each.direct.seconds))
  const seconds = (side: 'passed' | 'direct') => median(readings.map((each) => each[side].seconds)).toFixed(2)
  const live = (side: 'passed' | 'direct') => Math.max(...readings.map((each) => each[side].liveMebibytes))
  const { rows, bytes } = readings[0]!.passed
  return [
    {
      what: `${name}: time through the broker : time of the script`,
      value: ratio.toFixed(2),
      target: `at most ${maxRatio}`,
      reached: ratio <= maxRatio,
    },
    reported('  rows, as NDJSON', `${rows.toLocaleString('en')}, ${(bytes / 1e6).toFixed(0)} MB`),
    reported('  broker, script', `${seconds('passed')} s, ${seconds('direct')} s`),
    {
      what: '  most live memory of the broker',
      value: `${live('passed').toFixed(0)} MiB`,
      target: `at most ${maxLiveMebibytes} MiB`,
      reached: live('passed') <= maxLiveMebibytes,
    },
    reported('  most live memory of the script', `${live('direct').toFixed(0)} MiB`),
  ]
}

async function startThroughBroker({ headers, path }: Ground, days: number): Promise<string> {
  const answer = await fetch(path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ report: reportOf(days) }),
  })
  const { handle } = (await answer.json()) as { handle: string }
  for (;;) {
    const found = await fetch(`${path}/${handle}`, { headers })
    await found.body?.cancel()
    if (found.status === 200) return handle
    if (found.status !== 202) throw new Error(`${path} answered ${found.status}.`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function readThroughBroker({ headers, memory, path }: Ground, handle: string): Promise<Reading> {
  const looks = watch(memory)
  const beganAt = performance.now()
  const answer = await fetch(`${path}/${handle}`, { headers })
  let [rows, bytes, last] = [0, 0, '']
  for await (const piece of answer.body!) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1
    bytes += chunk.byteLength
    last = (last + chunk.toString('latin1')).slice(-100)
  }
  const seconds = (performance.now() - beganAt) / 1000
  if (!last.endsWith(`{"_end":{"rows":${rows - 1}}}\n`)) throw new Error(`The rows end with ${last}.`)
  return { rows: rows - 1, bytes, seconds, liveMebibytes: await looks.most() }
}

async function startDirectly({ vended }: Ground, days: number): Promise<string> {
  const { columns, from, to, type } = reportOf(days)
  const dateOf = (day: string) => {
    const [Year, Month, Day] = day.split('-').map(Number)
    return { Year, Month, Day }
  }
  const ReportRequest = {
    ...{ Type: `${type}ReportRequest`, Format: 'Csv', FormatVersion: '2.0', Aggregation: 'Daily' },
    ...{ ExcludeReportHeader: true, ExcludeReportFooter: true, Columns: columns },
    Scope: { AccountIds: [vended.accountId] },
    Time: { CustomDateRangeStart: dateOf(from), CustomDateRangeEnd: dateOf(to) },
  }
  const headers = { ...vended.headers, 'content-type': 'application/json' }
  const ask = async (operation: string, body: object) => {
    const url = `${vended.services.reporting}/GenerateReport/${operation}`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${operation} answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  const { ReportRequestId } = (await ask('Submit', { ReportRequest })) as { ReportRequestId: string }
  for (;;) {
    const polled = (await ask('Poll', { ReportRequestId })) as { ReportRequestStatus: { Status: string } }
    if (polled.ReportRequestStatus.Status === 'Success') return ReportRequestId
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function readDirectly({ vended }: Ground, report: string): Promise<Reading> {
  const child = startChild({
    name: 'The script',
    command: process.execPath,
    args: [`--import=${endsWithParent}`, join(import.meta.dirname, 'plainDownload.ts')],
    cwd: process.cwd(),
    followsParent: true,
    env: {
      ...process.env,
      NODE_OPTIONS: nodeOptions,
      REPORTING: vended.services.reporting,
      HEADERS: JSON.stringify(vended.headers),
      REPORT: report,
    },
  })
  const [, url = ''] = await child.waitForLine(inspectorLine)
  const memory = await inspectMemory(url)
  const looks = watch(memory)
  const [line] = await child.waitForLine(/^\{.*"seconds".*\}$/)
  const liveMebibytes = await looks.most()
  memory.close()
  await child.stop()
  return { ...JSON.parse(line), liveMebibytes }
}

/** Looks every second until it's asked for the most. */
function watch(memory: InspectedMemory) {
  let [most, isOver] = [0, false]
  const looking = (async () => {
    while (!isOver) {
      const live = await memory.liveMebibytes()
      if (live > most) most = live
      await new Promise((resolve) => setTimeout(resolve, lookMilliseconds))
    }
  })()
  return {
    async most() {
      isOver = true
      await looking
      return most
    },
  }
}
