import { expect, test } from 'vitest'
import { backupsOf } from '../../scripts/cost/backups.ts'
import { counted } from '../../scripts/cost/counted.ts'
import { assumed, prices } from '../../scripts/cost/inputs.ts'
import { carriedCalls, instances, measured } from '../../scripts/cost/measured.ts'
import {
  activeSeconds,
  monthOf,
  passing,
  refreshesPerSecond,
  refreshSeconds,
  sizes,
} from '../../scripts/cost/model.ts'
import { withSections } from '../../scripts/sections.ts'
import { callMilliseconds } from '../bench/million/limits.ts'
import { predicted, readText } from './infraFiles.ts'

const markOf = (name: string) =>
  `<!-- Generated from a.ts (${name}) by scripts/generate-docs.ts; do not edit. -->`
const end = '<!-- End of what is generated. -->'

test('a page keeps what is around its generated sections', () => {
  const page = `before\n${markOf('one')}\n\nold\n\n${end}\nbetween\n${markOf('two')}\n${end}\nafter\n`
  const made = withSections(page, 'a.ts', { one: () => 'first\n', two: () => 'second' })
  expect(made).toBe(
    `before\n${markOf('one')}\n\nfirst\n\n${end}\nbetween\n${markOf('two')}\n\nsecond\n\n${end}\nafter\n`,
  )
  expect(withSections(made, 'a.ts', { one: () => 'first', two: () => 'second' })).toBe(made)
})

test.each([
  ['lacks', 'text', { one: () => '' }],
  ['has', `${markOf('two')}\n${end}`, {}],
])('a page that %s a section that is not expected is refused', (_what, page, sections) => {
  expect(() => withSections(page, 'a.ts', sections)).toThrow(/^sections: /)
})

test('the cost counts every log alert that is deployed by default', () => {
  const rules = predicted('main').filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules')
  expect(counted.alerts.slow + counted.alerts.fast).toBe(rules.length)
})

test('what the host and the platform emit without any call is in the ingested logs', () => {
  const settings = predicted('main').filter(({ type }) => type === 'Microsoft.Insights/diagnosticSettings')
  expect(counted.diagnosticSettings).toBe(settings.length)
  for (const { logs, dollars } of sizes.map(monthOf)) {
    const all = Object.values(logs).reduce((sum, each) => sum + each)
    expect(logs.metrics).toBeGreaterThan(assumed.hostMetricRows * assumed.hours * 60 * assumed.rowKb * 1e-6)
    expect(logs.platform).toBeGreaterThan(0)
    expect(dollars.logs).toBeCloseTo((all - prices.freeGb) * prices.ingestedGb)
  }
})

test('an active tenant is refreshed before its token ends, and not much sooner', () => {
  expect(activeSeconds).toBeLessThan(assumed.tokenSeconds - counted.aheadSeconds)
  expect(activeSeconds).toBeGreaterThan(assumed.tokenSeconds - 2 * counted.aheadSeconds)
})

test('work on demand costs at most as much as instances that work all month', () => {
  for (const month of sizes.map(monthOf)) {
    const most = month.httpInstances * assumed.monthSeconds * assumed.memoryGb
    expect(month.http).toBeLessThanOrEqual(most)
    const { gbSeconds, instances } = passing({ calls: month.vends }, 16)
    expect(gbSeconds).toBeLessThanOrEqual(instances * assumed.monthSeconds * assumed.memoryGb)
  }
})

test('a larger broker costs more, and less for each tenant', () => {
  const totals = sizes.map((size) => monthOf(size).total)
  expect(totals).toEqual(totals.toSorted((a, b) => a - b))
  const each = sizes.map((size) => monthOf(size).total / size.tenants)
  expect(each).toEqual(each.toSorted((a, b) => b - a))
})

test('a refresh takes as long as the simulation’s calls take together', () => {
  const { signIn, table, vaultRead, vaultWrite } = callMilliseconds
  const calls = [signIn, ...Array<typeof table>(counted.tablePerRefresh).fill(table), vaultRead, vaultWrite]
  const milliseconds = calls.reduce((sum, [, mean]) => sum + mean, 0)
  expect(refreshSeconds).toBeCloseTo(milliseconds / 1000)
  expect(refreshesPerSecond).toBe(Math.floor((counted.sweepConcurrency * 1000) / milliseconds))
})

test('sweeps are as far apart as the template’s schedule has them', () => {
  const { properties } = predicted('main').find(({ name }) => name.endsWith('/appsettings')) ?? {}
  expect(properties.REFRESH_SCHEDULE).toBe(`0 */${counted.sweepSeconds / 60} * * * *`)
})

test('an instance takes no more calls by default than were measured to be answered', () => {
  const most = Math.max(...carriedCalls)
  for (const { memoryMb, mebibytes } of instances) {
    expect(counted.httpConcurrency[memoryMb]).toBeLessThanOrEqual(most)
    expect(Math.max(...mebibytes)).toBeLessThan(memoryMb)
  }
})

test('a backup is paid for until it can no longer be undeleted', () => {
  const { kept, undeletable } = counted.backups
  const daily = backupsOf({ tenants: 1000, everyHours: 24, days: kept })
  expect(daily.copies).toBe(30 + 14)
  expect(daily.dollars).toBeCloseTo((1000 * measured.backupBytesPerTenant * 44 * prices.blobGbMonth) / 1e9)
  const hourly = backupsOf({ tenants: 1000, everyHours: 1, days: kept })
  expect(hourly.storedGb).toBeCloseTo(24 * daily.storedGb)
  expect(backupsOf({ tenants: 1000, everyHours: 24, days: kept - undeletable }).copies).toBe(30)
})

test('each further vault and a backup account add a private endpoint to those that are counted', () => {
  const endpointsOf = (parameters: string) =>
    predicted(parameters).filter(({ type }) => type === 'Microsoft.Network/privateEndpoints').length
  const further = { private: { vaults: 2, backups: 1 }, team: { vaults: 0, backups: 0 } }
  for (const [parameters, { vaults, backups }] of Object.entries(further))
    expect(endpointsOf(parameters)).toBe(counted.privateNetworking.endpoints + vaults + backups)
})

/** What a reader sees, without code, comments, and the targets of links. */
const shownIn = (text: string) =>
  text
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/`[^`]*`/g, '')
    .replaceAll(/\]\([^)]*\)/g, ']')

test.each(['docs/cost.md', 'docs/scale.md'])('every figure of %s is generated', (path) => {
  const byHand = readText(path).replaceAll(/<!-- Generated [\s\S]*?<!-- End of what is generated. -->/g, '')
  expect(shownIn(byHand)).not.toMatch(/\d/)
})

test('an instance of 512 MB carries the same share of calls as it has of memory', () => {
  expect(counted.httpConcurrency[512] / counted.httpConcurrency[2048]).toBe(512 / 2048)
})
