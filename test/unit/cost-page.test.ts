import { describe, expect, test } from 'vitest'
import { counted } from '../../scripts/cost/counted.ts'
import { assumed, prices } from '../../scripts/cost/inputs.ts'
import { sizes } from '../../scripts/cost/model.ts'
import { readText } from './infraFiles.ts'

const [, section = ''] = readText('docs/cost.md').split('## Arithmetic\n')
const rows = (section.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))

/** The cell of a row, by the beginning of its name. */
const cellOf = (name: string, column: number) =>
  rows.find(([first]) => first?.startsWith(name))?.[column] ?? ''
const numbersIn = (text: string) =>
  [...text.replaceAll(',', '').matchAll(/\d+(?:\.\d+)?/g)].map(([each]) => Number(each))
const boldIn = (text: string) => Number(/\*\*\$([\d,.]+)\*\*/.exec(text)?.[1]?.replaceAll(',', ''))
/** What is computed from numbers as the page shows them, rounded, is as near to the page's own as their digits allow. */
const near = (shown: number, value: number, share = 0.01) =>
  expect(Math.abs(shown - value)).toBeLessThanOrEqual(Math.max(0.02, value * share))

describe.each(sizes.map(({ tenants }, index) => [tenants, index + 1] as const))(
  'in the arithmetic of docs/cost.md for %i tenants',
  (tenants, column) => {
    const [refreshes = 0] = numbersIn(cellOf('refreshes =', column))
    const [vends = 0] = numbersIn(cellOf('vends =', column))

    test('refreshes and vends follow from the formulas of their rows', () => {
      const [, perActive = 0, , perIdle = 0] = numbersIn(cellOf('refreshes =', 0))
      near(refreshes, 0.25 * tenants * perActive + 0.75 * tenants * perIdle)
      near(vends, 0.25 * tenants * assumed.vendsPerHour * assumed.hours)
    })

    test('the app follows from the rows above it', () => {
      const http = numbersIn(cellOf('HTTP GB-s', column)).at(-1) ?? 0
      const [sweep = 0] = numbersIn(cellOf('sweep GB-s', column))
      const gbSeconds = Math.max(0, http + sweep - prices.freeGbSeconds) * prices.onDemandGbSecond
      const executions = Math.max(0, vends - prices.freeExecutions) * prices.execution
      near(boldIn(cellOf('app =', column)), gbSeconds + executions)
    })

    test('logs and kept audit follow from the gigabytes above them', () => {
      const all = ['log lines', 'traces', 'metrics', 'the platform’s metrics', 'vault audit']
      const gigabytes = all.map((name) => numbersIn(cellOf(name, column)).at(-1) ?? Number.NaN)
      const paid = gigabytes.reduce((sum, each) => sum + each) - prices.freeGb
      near(boldIn(cellOf('(all five', column)), paid * prices.ingestedGb, 0.04)
      const [, , days = 0, monthDays = 1, price = 0] = numbersIn(cellOf('audit kept', 0))
      near(boldIn(cellOf('audit kept', column)), ((gigabytes.at(-1) ?? 0) * days * price) / monthDays, 0.04)
    })

    test('transactions and operations cost their price', () => {
      for (const [name, price] of [
        ['table transactions', prices.tableTransaction],
        ['vault operations', prices.vaultOperation],
      ] as const) {
        const cell = cellOf(name, column)
        const [count = 0] = numbersIn(cell)
        near(boldIn(cell), count * (/^[\d,.]+ M/.test(cell) ? 1e6 : 1) * price, 0.04)
      }
    })

    test('alerts cost what their own row says', () => {
      const [, slow = 0, slowPrice = 0, fast = 0, fastPrice = 0, vaults = 0, metricPrice = 0, ...probe] =
        numbersIn(cellOf(`${counted.alerts.slow + counted.alerts.fast} alerts`, 0))
      const [runs = 0, runPrice = 0, alertPrice = 0] = probe
      const whole = slow * slowPrice + fast * fastPrice + vaults * metricPrice + runs * runPrice + alertPrice
      near(boldIn(cellOf(`${counted.alerts.slow + counted.alerts.fast} alerts`, column)), whole)
    })

    test('the total is the sum of the rows above it', () => {
      const parts = rows
        .filter(([name]) => !name?.startsWith('**total'))
        .map((row) => boldIn(row[column] ?? ''))
      near(
        boldIn(cellOf('**total', column)),
        parts.filter((part) => !Number.isNaN(part)).reduce((sum, part) => sum + part, 0),
      )
    })
  },
)

test('the first sentence names the largest part of each size', () => {
  const [, headline = ''] = /The largest parts are (.+?)\. /.exec(readText('docs/cost.md')) ?? []
  const rowOf = { alerts: `${counted.alerts.slow + counted.alerts.fast} alerts`, 'the app': 'app =' }
  const named = headline.split(/, (?:and )?/).map((part) => part.replace(/ \(.*/, ''))
  for (const [index, name] of named.entries()) {
    const amounts = rows
      .filter(([first]) => !first?.startsWith('**total'))
      .map((row) => boldIn(row[index + 1] ?? ''))
    const most = Math.max(...amounts.filter((amount) => !Number.isNaN(amount)))
    expect(boldIn(cellOf(rowOf[name as keyof typeof rowOf], index + 1))).toBe(most)
  }
})
