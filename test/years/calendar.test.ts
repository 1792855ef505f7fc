import { expect, test } from 'vitest'
import { calendarOf } from './calendar.ts'

test('in two years, something is down once a month for 1 to 72 hours, and nothing in the last month', () => {
  const { calmFrom, outages } = calendarOf(730)
  expect(outages).toHaveLength(23)
  expect(new Set(outages.map(({ from }) => Math.floor((from * 12) / 365))).size).toBe(23)
  expect(new Set(outages.map(({ part }) => part))).toEqual(new Set(['provider', 'tables', 'vault']))
  const hours = outages.map((outage) => outage.hours)
  expect([Math.min(...hours), Math.max(...hours)]).toEqual([1, 72])
  for (const { from, hours } of outages) expect(from + hours / 24).toBeLessThan(calmFrom)
})

test('of the client secrets, one is replaced two days after it has expired', () => {
  const { clientSecrets } = calendarOf(730)
  const left = clientSecrets
    .slice(1)
    .map(({ at }, index) => at - clientSecrets[index]!.at - clientSecrets[index]!.lives)
  expect(left.filter((days) => days > 0)).toEqual([2])
})
