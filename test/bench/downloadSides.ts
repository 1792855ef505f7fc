import { join } from 'node:path'
import { endsWithParent, startChild } from '../../local/child.ts'
import { type DownloadGround, startDownload } from './downloadGround.ts'
import { inspectMemory, inspectorLine, watch } from './inspectedMemory.ts'
import { processorSeconds } from './processTime.ts'

/** What is read of a report, and the most memory that was alive in that time. */
export interface Reading {
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  /** Of the process that reads the file. */
  readonly processorSeconds: number
  readonly liveMebibytes: number
}

/** A way to read a report. Its file is made before it's read. */
export interface DownloadSide {
  start(ground: DownloadGround, days: number): Promise<string>
  read(ground: DownloadGround, started: string): Promise<Reading>
}

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

/** The rows that the broker passes on, as they arrive. */
export const throughBroker: DownloadSide = { start: startThroughBroker, read: readThroughBroker }

/** What an app does itself: see `plainDownload.ts`. */
export const byScript: DownloadSide = { start: startDirectly, read: readDirectly }

function startThroughBroker(ground: DownloadGround, days: number): Promise<string> {
  return startDownload(ground, { report: reportOf(days) })
}

async function readThroughBroker(
  { headers, memory, path, pid }: DownloadGround,
  handle: string,
): Promise<Reading> {
  const looks = watch(memory)
  const used = await processorSeconds(pid)
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
  const spent = ((await processorSeconds(pid)) ?? Number.NaN) - (used ?? Number.NaN)
  return { rows: rows - 1, bytes, seconds, processorSeconds: spent, liveMebibytes: await looks.most() }
}

async function startDirectly({ vended }: DownloadGround, days: number): Promise<string> {
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

async function readDirectly({ nodeOptions, vended }: DownloadGround, report: string): Promise<Reading> {
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
