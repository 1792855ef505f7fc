import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sweepFailures } from '../../shared/domain/sweepFailures.ts'
import { KeysUnreachableError } from '../../shared/identity/keySource.ts'
import { maxRoundDays } from '../../shared/operations/auditRound.ts'
import { backupGraceHours } from '../../shared/operations/backUpWhenDue.ts'
import { metricNames } from '../../shared/telemetry/instruments.ts'
import { everything, logAlerts, predicted, type Resource, readJson, readText, root } from './infraFiles.ts'

const logAlert = 'Microsoft.Insights/scheduledQueryRules'
const alerts = everything.filter(({ type }) => type === logAlert)
const events = fieldsOfEvents(readText('shared/domain/logEvents.ts'))
const queries = [...alerts.map(queryOf), ...tiles()]

test.each(alerts.map((alert) => [runbookOf(alert), alert] as const))(
  'the alert %s names an existing page and notifies its action group',
  (page, alert) => {
    expect(existsSync(new URL(`docs/runbooks/${page}`, root))).toBe(true)
    expect(alert.properties.description).toContain(page)
    expect(alert.properties.actions.actionGroups).toHaveLength(1)
  },
)

for (const alert of logAlerts) {
  const page = runbookOf(alert)
  test(`${page} shows the query and schedule of its alert`, () => {
    const text = readText(`docs/runbooks/${page}`)
    expect(text.replaceAll(/\s+/g, ' ')).toContain(queryOf(alert).trim().replaceAll(/\s+/g, ' '))
    const { criteria, evaluationFrequency, severity, windowSize } = alert.properties
    expect(text).toContain(
      `severity ${severity}: more than ${criteria.allOf[0].threshold} rows in ${windowSize}, evaluated every ${evaluationFrequency}.`,
    )
  })
}

test('every event of the broker is read by an alert, or shown by the workbook', () => {
  const read = new Set(queries.flatMap(eventsIn))
  expect([...events.keys()].filter((event) => !read.has(event))).toEqual([])
})

/** Compares shares of sampled requests, so sampling doesn't matter. */
const byShare = readText('infra/alerts/host-failures.kql')

test('alerts and tiles read only unsampled data: log lines and metrics', () => {
  for (const query of queries.filter((query) => query !== byShare)) {
    expect(query).toMatch(/\b(traces|customMetrics)\b/)
    expect(query).not.toMatch(/\b(requests|dependencies|exceptions)\b/)
  }
})

test.each(queries)('only metrics, events, and fields of the broker are read: %s', (query) => {
  const metrics = [...query.matchAll(/name == "([^"]+)"/g)].map(([, name = '']) => name)
  expect(Object.values(metricNames)).toEqual(expect.arrayContaining(metrics))
  const named = eventsIn(query)
  for (const event of named) expect([...events.keys()]).toContain(event)
  const logged = new Set(['event', ...named.flatMap((event) => events.get(event) ?? [])])
  expect(fieldsIn(query).filter((field) => !logged.has(field))).toEqual([])
})

test('only a share of the host’s requests is an alert, without the answers that aren’t failures', () => {
  expect(queries).toContain(byShare)
  expect(byShare).toMatch(
    /^requests\n\| where name !has "ready" and name != "healthCanary" and name != "ads"\n/,
  )
  // None: the platform ended it. 4xx are the caller's, and so is 499: strangers can break off as many as they like.
  expect(byShare).toContain('success == false and (isnull(status) or status == 0 or status >= 500)')
  expect(byShare).toMatch(/\| where failed > 2 and failed > total \/ 100\.0\n$/)
})

test('a stranger who sends an unknown key can’t ring the operator', () => {
  const { reason } = new KeysUnreachableError('key_not_known_yet')
  expect(readText('infra/alerts/server-errors.kql')).toContain(`tostring(e.reason) != "caller_${reason}"`)
})

test('every metric of a broker has the prefix by which its silence is noticed', () => {
  for (const name of Object.values(metricNames)) expect(name).toMatch(/^token_broker\./)
})

test('the alert waits for the configured silence', () => {
  expect(readText('infra/alerts/sweep-silent.kql').match(/30m/g)).toHaveLength(1)
})

test('the alert of a missing backup exists only where backups are made, and waits for the next one and its repetition', () => {
  const name = 'backup-missing.md'
  expect(
    predicted('main')
      .filter(({ type }) => type === logAlert)
      .map(runbookOf),
  ).not.toContain(name)
  expect(readText('infra/alerts/backup-missing.kql').match(/26h/g)).toHaveLength(1)
  expect(readText('infra/modules/alerts.bicep')).toContain(`'26h', '$\{backupHours + ${backupGraceHours}}h')`)
  expect(readText('infra/main.bicep')).toContain(
    "backupHours: makesBackups ? int(settings.?BACKUP_HOURS ?? '24') : 0",
  )
  const rule = alerts.find((alert) => runbookOf(alert) === name)
  // The slowest schedule must fit in the window.
  expect(secondsIn(rule?.properties.windowSize)).toBeGreaterThan(26 * 3600)
})

test('refreshes count as late no sooner than the sweep counts as silent, and three sweeps fit in the window', () => {
  expect(readText('infra/alerts/refreshes-overdue.kql').match(/1800/g)).toHaveLength(1)
  const alerts = readText('infra/modules/alerts.bicep')
  const tableOf = (name: string) =>
    new Map(
      [...(new RegExp(`var ${name} = \\{(.*)}`).exec(alerts)?.[1] ?? '').matchAll(/(\w+): '(\w+)'/g)].map(
        ([, silence = '', value = '']) => [silence, value] as const,
      ),
    )
  const [late, windows] = [tableOf('lateSeconds'), tableOf('lateWindows')]
  expect([...late.keys()]).toEqual([...tableOf('silences').keys()])
  expect([...windows.keys()]).toEqual([...late.keys()])
  for (const [silence, seconds] of late) {
    expect(Number(seconds)).toBe(Math.max(1800, secondsIn(silence)))
    expect(secondsIn(windows.get(silence) ?? '')).toBeGreaterThanOrEqual(2 * Number(seconds))
  }
})

test('the audit counts as slow from the bound of its round on', () => {
  expect(readText('infra/alerts/audit-slow.kql')).toContain(`> ${maxRoundDays * 86_400})`)
  expect(readText('docs/runbooks/audit-slow.md')).toContain(`longer than ${maxRoundDays} days`)
})

test('refreshes that wait for a hold do not suggest more capacity', () => {
  const [clause = ''] = readText('infra/alerts/refreshes-overdue.kql').match(/^\| where \(.*$/m) ?? []
  expect(clause).toContain('> 1800 and coalesce(array_length(e.holds), 0) == 0) or tolong(e.leftOver) > 0')
})

test('late refreshes count once for each sweep, no matter how many shards it handed over', () => {
  const lines = readText('infra/alerts/refreshes-overdue.kql').trimEnd().split('\n')
  expect(lines.at(-1)).toMatch(/^\| summarize .* by sweep = tostring\(e\.sweep\)$/)
})

test('failed refreshes add up over the whole window, and those that only an advertiser can fix don’t count', () => {
  const query = readText('infra/alerts/sweep-failed.kql')
  const counted = [...query.matchAll(/tolong\(e\.failed\.(\w+)\)/g)].map(([, word]) => word)
  expect(counted.toSorted()).toEqual(
    sweepFailures.filter((word) => !word.startsWith('advertiser')).toSorted(),
  )
  expect(query).not.toContain('e.due')
  expect(query).toMatch(
    /\| summarize timestamp = max\(timestamp\), failed = sum\(failed\), passed = sum\([^\n]*\)\n/,
  )
})

test('the runbook of failed sweeps explains every word of a sweep’s report', () => {
  const [, table = ''] = readText('docs/runbooks/sweep-failed.md').split('| failed | meaning | do |')
  const explained = table.split('\n').flatMap((line) => line.split('|')[1]?.match(/\w+(?=`)/g) ?? [])
  expect(explained.toSorted()).toEqual([...sweepFailures].toSorted())
})

test('a recurring finding is reported again, a lasting one only once', () => {
  const repeated = alerts.filter(({ properties }) => properties.muteActionsDuration)
  expect(repeated.map(runbookOf).toSorted()).toEqual([
    'audit-slow.md',
    'reauthorization-required.md',
    'refresh-needs-operator.md',
    'secret-expiring.md',
    'slow-leak.md',
    'tenant-damaged.md',
    'work-owed.md',
  ])
  for (const alert of alerts) expect(alert.properties.autoMitigate).toBe(!repeated.includes(alert))
})

test('throttling of every vault also appears in the vaults’ own metric', () => {
  const rule = everything.find(({ name }) => name.endsWith('-vault-throttled-by-metric'))
  const vaults = everything.filter(({ type }) => type === 'Microsoft.KeyVault/vaults')
  expect(rule?.properties.scopes).toHaveLength(vaults.length)
  expect(rule?.properties.description).toContain('vault-throttled.md')
  const { threshold } = rule?.properties.criteria.allOf[0] ?? {}
  // One refresh under strict rotation was refused 51 times in a minute.
  expect(threshold).toBeGreaterThan(51)
  expect(readText('docs/runbooks/vault-throttled.md')).toContain(`more than ${threshold} in PT15M`)
})

test('each required finding has its own alert', () => {
  expect(alerts.map(runbookOf).toSorted()).toEqual([
    'audit-slow.md',
    'backup-missing.md',
    'clock-wrong.md',
    'connect-failed.md',
    'environment-on-hold.md',
    'host-failures.md',
    'identity-failing.md',
    'reauthorization-required.md',
    'refresh-needs-operator.md',
    'refreshes-overdue.md',
    'secret-expiring.md',
    'server-errors.md',
    'slow-leak.md',
    'sweep-failed.md',
    'sweep-silent.md',
    'table-missing.md',
    'tenant-damaged.md',
    'token-not-stored.md',
    'vault-throttled.md',
    'work-owed.md',
  ])
})

test('every runbook is in the list of runbooks', () => {
  const list = readText('docs/runbooks/README.md')
  const pages = readdirSync(new URL('docs/runbooks', root)).filter((file) => file !== 'README.md')
  for (const page of pages) expect(list).toContain(`(${page})`)
})

/** Durations in this template have one unit each, for example `PT6H` or `P2D`. */
function secondsIn(duration: string): number {
  const [, count = '', unit = ''] = /^PT?(\d+)([MHD])$/.exec(duration) ?? []
  return Number(count) * ({ M: 60, H: 3600, D: 86_400 }[unit] ?? Number.NaN)
}

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
  // `e["to"]`: some fields are keywords of the query language.
  return [...query.matchAll(/\be(?:\.|\[")(\w+)/g)].map(([, field = '']) => field)
}

/** The events of `LogEvents` with their fields, read from the source, because types don't exist at run time. */
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
