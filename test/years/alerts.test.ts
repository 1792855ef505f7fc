import { describe, expect, test } from 'vitest'
import { logAlerts, readText } from '../unit/infraFiles.ts'
import { alerts, otherAlerts, ringing } from './alerts.ts'
import type { Line } from './ground.ts'

const minutesIn: Readonly<Record<string, number>> = {
  PT15M: 15,
  PT30M: 30,
  PT1H: 60,
  P1D: 24 * 60,
  P2D: 48 * 60,
}
const rules = new Map(logAlerts.map((rule) => [/([\w-]+)\.md/.exec(rule.properties.description)?.[1], rule]))

test('every alert of infra/ is one that log lines decide, or is known to read something else', () => {
  expect([...Object.keys(alerts), ...otherAlerts].toSorted()).toEqual([...rules.keys()].toSorted())
})

test.each(Object.entries(alerts))('%s reads the events of its query, and rings as often', (name, alert) => {
  const query = readText(`infra/alerts/${name}.kql`)
  const compared = [...query.matchAll(/event\)? (?:==|!=|in) (\("[^)]*"\)|"[^"]+")/g)].map(([, text]) => text)
  const named = [...compared.join().matchAll(/"([\w.]+)"/g)].map(([, event]) => event)
  expect([...new Set(named)].toSorted()).toEqual([...alert.events].toSorted())
  const { criteria, windowSize } = rules.get(name)?.properties ?? {}
  expect(alert.threshold).toBe(criteria.allOf[0].threshold)
  expect(alert.windowMinutes).toBe(minutesIn[windowSize])
})

describe('lines', () => {
  const lineAt = (minute: number, event: string, fields: Line['fields'] = {}): Line => ({
    at: new Date(minute * 60_000),
    event,
    fields,
  })
  const sweepAt = (minute: number, fields: Line['fields'] = {}) =>
    lineAt(minute, 'sweep.ended', { due: 10, refreshed: 10, passedOn: 0, failed: {}, holds: [], ...fields })
  const names = (lines: readonly Line[]) => [...ringing(lines).keys()]
  const held = { environment: 'production', identityProvider: 'microsoft' }

  test.each<[string, readonly string[], readonly Line[]]>([
    ['of sweeps that work', [], [sweepAt(0), sweepAt(5)]],
    ['of a silence', ['sweep-silent'], [sweepAt(0), sweepAt(31)]],
    ['of backups a day apart', [], [0, 24 * 60].map((minute) => lineAt(minute, 'backup.ended'))],
    [
      'of a day without one',
      ['backup-missing'],
      [0, 27 * 60].map((minute) => lineAt(minute, 'backup.ended')),
    ],
    [
      'of a sweep that mostly failed',
      ['sweep-failed'],
      [sweepAt(0, { refreshed: 4, failed: { passing: 6 } })],
    ],
    ['of a crash', ['sweep-failed'], [lineAt(0, 'function.failed')]],
    ['of a missing table', ['table-missing'], [sweepAt(0, { failed: { table_missing: 1 } })]],
    ['of two late sweeps', [], [0, 5].map((minute) => sweepAt(minute, { oldestOverdueSeconds: 1801 }))],
    [
      'of three late sweeps',
      ['refreshes-overdue'],
      [0, 5, 10].map((minute) => sweepAt(minute, { oldestOverdueSeconds: 1801 })),
    ],
    [
      'of a hold for our own fault',
      ['environment-on-hold'],
      [lineAt(0, 'environment.held', { ...held, reason: 'client_secret_expired' })],
    ],
    [
      'of a hold for the provider’s fault',
      [],
      [
        lineAt(0, 'environment.held', { ...held, reason: 'identity_provider_error' }),
        sweepAt(1, { holds: ['production:microsoft'] }),
      ],
    ],
    [
      'of a stuck tenant',
      ['refresh-needs-operator'],
      [lineAt(0, 'refresh.needs_operator', { tenantKey: 'k' })],
    ],
    [
      'of ten failed requests',
      [],
      Array.from({ length: 10 }, (_, minute) => lineAt(minute, 'request.failed')),
    ],
    [
      'of eleven failed requests',
      ['server-errors'],
      Array.from({ length: 11 }, (_, minute) => lineAt(minute, 'request.failed')),
    ],
  ])('%s ring %j', (_what, expected, lines) => {
    expect(names(lines)).toEqual(expected)
  })
})
