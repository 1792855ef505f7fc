import { addSeconds, type Clock } from '../../../shared/clock.ts'
import { createLog } from '../../../shared/telemetry/log.ts'
import { run } from '../../kql/run.ts'
import { Dynamic, type Row } from '../../kql/values.ts'
import type { Line } from '../../years/ground.ts'
import { logAlerts, type Resource } from '../infraFiles.ts'

/** What Application Insights holds when an alert is evaluated. */
export interface Scene {
  readonly now: Date
  readonly traces?: readonly Row[]
  readonly customMetrics?: readonly Row[]
  readonly requests?: readonly Row[]
}

/** Scenes of one alert, by what they show. */
export interface AlertScenes {
  readonly rings: Readonly<Record<string, () => Promise<Scene>>>
  readonly silent: Readonly<Record<string, () => Promise<Scene>>>
}

/** Columns of each table that alerts read; `message` is the line of the broker or of the host. */
const columns = {
  traces: ['timestamp', 'message', 'severityLevel', 'operation_Id', 'operation_Name', 'cloud_RoleInstance'],
  customMetrics: ['timestamp', 'name', 'value'],
  requests: ['timestamp', 'name', 'success', 'resultCode'],
} as const

/** A row of `traces` as the host exports a line of standard output: it has no name of an operation. */
export function traceOf(message: string, timestamp: Date): Row {
  const empty = { operation_Id: '', operation_Name: '', cloud_RoleInstance: 'instance-1' }
  const customDimensions = new Dynamic({ CategoryName: 'Host.Function.Console' })
  return { timestamp, message, severityLevel: 1n, ...empty, customDimensions }
}

/** The broker's own log, and the rows that its lines become, beside some lines of the host. */
export function recorder(clock: Pick<Clock, 'now'>) {
  const traces: Row[] = [traceOf('Host lock lease acquired by instance ID "1".', clock.now())]
  return {
    log: createLog((line) => void traces.push(traceOf(line, clock.now()))),
    /** What is there some seconds from now. */
    scene: (afterSeconds = 0): Scene => ({ now: addSeconds(clock.now(), afterSeconds), traces }),
  }
}

/** The broker's own lines among the rows of `traces`. */
export function linesOf({ traces = [] }: Scene): Line[] {
  return traces.flatMap(({ message, timestamp }) => {
    if (typeof message !== 'string' || !message.startsWith('{"event":')) return []
    const { event, ...fields } = JSON.parse(message) as { readonly event: string }
    return [{ at: timestamp as Date, event, fields }]
  })
}

/** Whether the alert of this name, as the template deploys it, has more rows than its threshold. */
export function isRinging(name: string, { now, ...found }: Scene): boolean {
  const { criteria, windowSize } = alertNamed(name).properties
  const { query, threshold } = criteria.allOf[0]
  const since = now.getTime() - secondsOf(windowSize) * 1000
  const isInWindow = ({ timestamp }: Row) => timestamp instanceof Date && timestamp.getTime() > since
  const tables = Object.fromEntries(
    Object.entries(columns).map(([table, named]) => [
      table,
      { columns: named, rows: (found[table as keyof typeof columns] ?? []).filter(isInWindow) },
    ]),
  )
  return run(query, tables, now).rows.length > threshold
}

function alertNamed(name: string): Resource {
  const alert = logAlerts.find(({ properties }) => properties.description.endsWith(`/${name}.md`))
  if (!alert) throw new Error(`there is no alert ${name}`)
  return alert
}

/** Windows have one unit each, for example `PT15M` or `P1D`. */
function secondsOf(window: string): number {
  const [, count = '', unit = ''] = /^PT?(\d+)([MHD])$/.exec(window) ?? []
  return Number(count) * ({ M: 60, H: 3600, D: 86_400 }[unit] ?? Number.NaN)
}
