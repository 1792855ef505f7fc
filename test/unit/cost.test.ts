import { expect, test } from 'vitest'
import { assumed, counted, prices } from '../../scripts/cost/inputs.ts'
import { activeSeconds, monthOf, passing, sizes } from '../../scripts/cost/model.ts'
import { withSections } from '../../scripts/sections.ts'
import { predicted } from './infraFiles.ts'

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
