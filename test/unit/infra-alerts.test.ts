import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { everything, type Resource, readJson, readText, root } from './infraFiles.ts'

const alerts = everything.filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules')
const events = fieldsOfEvents(readText('shared/log.ts'))

test.each(alerts.map((alert) => [runbookOf(alert), alert] as const))(
  'the alert of %s names a page that is there and tells its action group',
  (page, alert) => {
    expect(existsSync(new URL(`docs/runbooks/${page}`, root))).toBe(true)
    expect(alert.properties.description).toContain(page)
    expect(alert.properties.actions.actionGroups).toHaveLength(1)
  },
)

test('every alert’s page shows the very query that the alert runs', () => {
  for (const alert of alerts) {
    const page = readText(`docs/runbooks/${runbookOf(alert)}`)
    expect(page.replaceAll(/\s+/g, ' ')).toContain(queryOf(alert))
  }
})

test.each([...alerts.map(queryOf), ...tiles()])(
  'only events and fields that the broker logs are read: %s',
  (query) => {
    const named = eventsIn(query)
    for (const event of named) expect([...events.keys()]).toContain(event)
    const logged = new Set(['event', ...named.flatMap((event) => events.get(event) ?? [])])
    expect(fieldsIn(query).filter((field) => !logged.has(field))).toEqual([])
  },
)

test('what the issue asks to be told of has an alert each', () => {
  expect(alerts.map(runbookOf).toSorted()).toEqual([
    'environment-on-hold.md',
    'reauthorization-required.md',
    'refreshes-overdue.md',
    'secret-expiring.md',
    'server-errors.md',
    'sweep-failed.md',
    'sweep-silent.md',
    'vault-throttled.md',
  ])
})

test('every runbook is reached from the list of runbooks', () => {
  const list = readText('docs/runbooks/README.md')
  const pages = readdirSync(new URL('docs/runbooks', root)).filter((file) => file !== 'README.md')
  for (const page of pages) expect(list).toContain(`(${page})`)
})

function queryOf(alert: Resource): string {
  return alert.properties.criteria.allOf[0].query
}

function runbookOf(alert: Resource): string {
  return alert.properties.actions.customProperties.runbook.split('/').at(-1)
}

function tiles(): string[] {
  const { items } = readJson('infra/workbook.json') as { items: { content: { query?: string } }[] }
  return items.flatMap(({ content }) => content.query ?? [])
}

function eventsIn(query: string): string[] {
  return [...new Set(query.match(/"[a-z]+\.[a-z_]+"/g) ?? [])].map((quoted) => quoted.slice(1, -1))
}

function fieldsIn(query: string): string[] {
  // `e["to"]`: some fields are words of the query language.
  return [...query.matchAll(/\be(?:\.|\[")(\w+)/g)].map(([, field = '']) => field)
}

/** The events of `LogEvents` with their fields, read from the source: types are gone at run time. */
function fieldsOfEvents(source: string): Map<string, string[]> {
  const report = source.match(/interface SweepReport \{([\s\S]*?)\n\}/)?.[1] ?? ''
  const declared = [...source.matchAll(/'([a-z]+\.[a-z_]+)': (SweepReport|\{[^}]*\})/g)]
  return new Map(
    declared.map(([, event = '', shape = '']) => {
      const text = shape === 'SweepReport' ? report : shape
      return [event, [...text.matchAll(/(\w+)\??:/g)].map(([, field = '']) => field)]
    }),
  )
}
