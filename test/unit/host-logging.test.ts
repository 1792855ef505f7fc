import { app } from '@azure/functions'
import { beforeAll, expect, test, vi } from 'vitest'
import { readJson } from './infraFiles.ts'

/** `Microsoft.Extensions.Logging.LogLevel`, by name. */
const levels = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'] as const
type Level = (typeof levels)[number]
interface Rule {
  readonly category: string
  readonly ofProvider: boolean
  readonly takes: (level: Level) => boolean
}
type LogLevels = Record<string, Level>

const logging: { logLevel: LogLevels; OpenTelemetry: { logLevel: LogLevels } } = readJson('host.json').logging

let names: string[]
beforeAll(async () => {
  const registrations = (['http', 'timer', 'storageQueue'] as const).map((kind) => vi.spyOn(app, kind))
  // Two timers register only with these settings.
  vi.stubEnv('CANARY_TENANT', 'agency/canary')
  vi.stubEnv('BACKUP_CONTAINER_URL', 'https://backups.example/tables')
  vi.spyOn(console, 'warn').mockReturnValue(undefined)
  await import('../../functions/main.ts')
  names = registrations.flatMap(({ mock }) => mock.calls.map(([name]) => name))
})

test('the host’s two lines for each call are not exported for any function', () => {
  expect(names.length).toBeGreaterThan(20)
  expect(names.filter((name) => isExported(`Function.${name}`, 'Information'))).toEqual([])
})

test('the broker’s console.log lines, which alerts read, are exported', () => {
  expect(isExported('Host.Function.Console', 'Information')).toBe(true)
  expect(isExported('Host.Function.Console', 'Error')).toBe(true)
})

test('the origin of an unexpected error, from context.error, is exported', () => {
  expect(names.filter((name) => !isExported(`Function.${name}.User`, 'Error'))).toEqual([])
})

test('a failure of the host itself is exported', () => {
  for (const name of names) expect(isExported(`Function.${name}`, 'Error')).toBe(true)
  expect(isExported('Host.Startup', 'Information')).toBe(true)
})

test('no rule remains for a removed function', () => {
  const named = names.map((name) => `Function.${name}`)
  expect(Object.keys(logging.OpenTelemetry.logLevel).toSorted()).toEqual(named.toSorted())
})

test('only a rule for all functions would export every line of every level', () => {
  const without = [...host(), ...configured(logging.logLevel, false), ...hostOfOpenTelemetry()]
  expect(select(without, 'Function.token')?.takes('Debug')).toBe(true)
})

/** Whether the host's OpenTelemetry logger exports a line, with this host.json. */
function isExported(category: string, level: Level): boolean {
  const { logLevel, OpenTelemetry } = logging
  const ours = [...configured(logLevel, false), ...configured(OpenTelemetry.logLevel, true)]
  return select([...host(), ...ours, ...hostOfOpenTelemetry()], category)?.takes(level) ?? false
}

/** `ScriptLoggingBuilderExtensions.AddDefaultWebJobsFilters` of the host. */
function host(): Rule[] {
  return [{ category: '', ofProvider: false, takes: atLeast('Information') }]
}

function configured(logLevel: LogLevels, ofProvider: boolean): Rule[] {
  return Object.entries(logLevel).map(([category, level]) => ({
    category,
    ofProvider,
    takes: atLeast(level),
  }))
}

/**
 * `OpenTelemetryConfigurationExtensions.AddDefaultOpenTelemetryFilters` of the host: for a worker that reports nothing.
 */
function hostOfOpenTelemetry(): Rule[] {
  const never = ['Azure.*', 'Host.Results', 'Host.Aggregator']
  const rules = never.map((category) => ({ category, ofProvider: true, takes: () => false }))
  return [{ category: 'Function.*', ofProvider: true, takes: () => true }, ...rules]
}

function atLeast(level: Level): Rule['takes'] {
  return (actual) => levels.indexOf(actual) >= levels.indexOf(level)
}

/** `LoggerRuleSelector` of Microsoft.Extensions.Logging: the provider's own rule, then the longest, then the last. */
function select(rules: Rule[], category: string): Rule | undefined {
  const fitting = rules.filter((rule) => fits(rule.category, category))
  const own = fitting.filter((rule) => rule.ofProvider)
  const longest = (found: Rule[]) =>
    found.reduce<Rule | undefined>(
      (best, rule) => (best && best.category.length > rule.category.length ? best : rule),
      undefined,
    )
  return longest(own.length > 0 ? own : fitting)
}

/** A prefix, ignoring case; one star matches anything. */
function fits(rule: string, category: string): boolean {
  const [start = '', end = ''] = rule.toLowerCase().split('*')
  return category.toLowerCase().startsWith(start) && category.toLowerCase().endsWith(end)
}
