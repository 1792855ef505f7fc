import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { predicted, readText, root } from './infraFiles.ts'

const resources = predicted('main')
const tests = resources.filter(({ type }) => type === 'Microsoft.Insights/webtests')
const rules = resources.filter(
  ({ type, properties }) =>
    type === 'Microsoft.Insights/metricAlerts' &&
    properties.criteria['odata.type'] === 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria',
)

test('without a canary, only /health is asked, and 404 of its route rings nobody', () => {
  expect(tests.map(({ properties }) => properties.Request.RequestUrl)).toEqual([
    expect.stringMatching(/\/health'?\)?\]?$/),
  ])
  expect(readText('infra/modules/availability.bicep')).toContain(
    "hasCanary ? [{ name: 'canary-failing', path: '/health/canary'",
  )
  expect(readText('infra/main.bicep')).toContain("hasCanary: !empty(settings.?CANARY_TENANT ?? '')")
})

test('each availability test has an alert that reaches the action group and names its page', () => {
  expect(rules).toHaveLength(tests.length)
  for (const { properties } of rules) {
    const [, page = ''] = /([\w-]+\.md)$/.exec(properties.description) ?? []
    expect(existsSync(new URL(`docs/runbooks/${page}`, root))).toBe(true)
    expect(properties.actions).toHaveLength(1)
    // The test and its component, as the template reference asks.
    expect(properties.scopes).toHaveLength(2)
  }
})

test('one place alone rings nobody, and a certificate is told of a week before it ends', () => {
  for (const { properties } of rules) {
    expect(properties.criteria.failedLocationCount).toBe(2)
    expect(properties.windowSize).toBe('PT15M')
  }
  for (const { properties } of tests) {
    expect(properties.Locations).toHaveLength(3)
    expect(properties).toMatchObject({ Frequency: 300, Timeout: 30 })
    expect(properties.ValidationRules).toEqual({
      ExpectedHttpStatusCode: 200,
      SSLCheck: true,
      SSLCertRemainingLifetimeCheck: 7,
    })
  }
  for (const page of ['unavailable', 'canary-failing'])
    expect(readText(`docs/runbooks/${page}.md`)).toContain('failed from 2 or more of 3 places within PT15M')
})
