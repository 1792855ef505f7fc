import * as z from 'zod'
import type { Az } from '../azure/az.ts'
import type { Diagnosed } from './finding.ts'

const queryApi = 'https://api.applicationinsights.io'
const component = z.object({ properties: z.object({ AppId: z.string() }) })
const queried = z.object({
  tables: z.array(z.object({ rows: z.array(z.tuple([z.string(), z.unknown()])) })).min(1),
})

/**
 * What the alerts read: almost all of them the broker's lines, one the host's requests, and those about silence the
 * broker's metrics, too. Each can fail alone: the broker sends its metrics itself, and the host the others.
 */
const sources = ['log lines', 'requests', 'metrics'] as const
type Source = (typeof sources)[number]

const nameOf = (source: Source) => `telemetry: ${source}`

/** The names of the checks of {@link checkTelemetry}. */
export const telemetryNames: readonly string[] = sources.map(nameOf)

/** When each source was last seen. */
export const lastSeenQuery = `let lines = traces
| where timestamp > ago(7d) and message startswith '{"event":'
| project timestamp, source = "log lines";
let calls = requests
| where timestamp > ago(7d)
| project timestamp, source = "requests";
let measured = customMetrics
| where timestamp > ago(7d) and name startswith "token_broker."
| project timestamp, source = "metrics";
union lines, calls, measured
| summarize lastSeen = max(timestamp) by source`

/**
 * Checks when Application Insights last got what the alerts read. Requests can be sampled, so only a week is expected
 * of them.
 */
export async function checkTelemetry(az: Az, id: string, since: Date): Promise<Diagnosed[]> {
  const { properties } = component.parse(
    await az('rest', '--method', 'get', '--url', `https://management.azure.com${id}?api-version=2020-02-02`),
  )
  const url = `${queryApi}/v1/apps/${properties.AppId}/query`
  const body = JSON.stringify({ query: lastSeenQuery })
  const answer = await az('rest', '--method', 'post', '--url', url, '--resource', queryApi, '--body', body)
  const seen = new Map(queried.parse(answer).tables[0]?.rows)
  const resolution = `az role assignment list --scope ${id} --role 'Monitoring Metrics Publisher' --output table (docs/telemetry.md#does-it-arrive)`
  return sources.map((source) => {
    const name = nameOf(source)
    const last = Date.parse(String(seen.get(source) ?? ''))
    if (Number.isNaN(last)) return { name, ok: false, detail: 'none in the last seven days', resolution }
    const detail = `last seen ${toSpan(Math.max(0, Date.now() - last) / 1000)} ago`
    if (source === 'requests' || last >= since.getTime()) return { name, ok: true, detail }
    return { name, ok: false, detail: `${detail}; expected since ${since.toISOString()}`, resolution }
  })
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** A span in the largest unit of which there are two. */
function toSpan(seconds: number): string {
  const [unit, length] = units.find(([, each]) => seconds >= 2 * each) ?? ['s', 1]
  return `${Math.round(seconds / length)} ${unit}`
}
