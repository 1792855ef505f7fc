import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/clock.ts'
import { metricNames } from '../../../shared/telemetry/instruments.ts'
import { run } from '../../kql/run.ts'
import { Dynamic, type Row, type Table } from '../../kql/values.ts'
import { readJson, readText, root } from '../infraFiles.ts'
import { recorder, type Scene } from './scene.ts'
import { scenes } from './scenes.ts'

const at = new Date('2026-11-23T16:00:00Z')
let made: readonly Scene[]

/** Each scene of all alerts, and one with refused calls and vends. */
beforeAll(async () => {
  const { log, scene } = recorder({ now: () => at })
  log('app.refused', { app: 'an-app', calls: 3 })
  const customMetrics = [
    { timestamp: at, name: metricNames.vendDuration, itemType: 'customMetric', ...vends },
  ]
  const own = scenes.flatMap(([, { rings, silent }]) => [...Object.values(rings), ...Object.values(silent)])
  made = [{ ...scene(), customMetrics }, ...(await Promise.all(own.map((make) => make())))]
})

const vends = { value: 0.5, valueCount: 10n, valueMax: 0.2, customDimensions: new Dynamic({}) }

/** The rows that a query finds in any of the scenes, some days later. */
function found(query: string, days = 0): Row[] {
  return made.flatMap(({ now, customMetrics = [], traces = [] }) => {
    const tables = { traces: tableOf(traces), customMetrics: tableOf(customMetrics) }
    return run(query, tables, addSeconds(now, days * 86_400)).rows
  })
}

function tableOf(rows: readonly Row[]): Table {
  return { columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows }
}

const { items } = readJson('infra/workbook.json') as {
  items: { name: string; content: { query?: string } }[]
}
const tiles = items.flatMap(({ content, name }) => (content.query ? [[name, content.query] as const] : []))

test.each(tiles)('the tile “%s” shows what the broker has logged', (_name, query) => {
  // One shows what is older than a month.
  const rows = [...found(query), ...found(query, 31)]
  expect(rows).not.toEqual([])
})

const onPages = globSync('docs/**/*.md', { cwd: fileURLToPath(root) }).flatMap((page) =>
  [...readText(page).matchAll(/```kusto\n(?=traces|let)([\s\S]*?)```/g)].map(
    ([, query = '']) => [page, query] as const,
  ),
)

test.each(onPages)('the query over log lines on %s is one that Kusto takes', (_page, query) => {
  expect(() => found(query)).not.toThrow()
})
