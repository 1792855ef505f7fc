import { describe, expect, test } from 'vitest'
import { assumed, limits } from '../../scripts/cost/inputs.ts'
import { listSecondsOf, recoverySizes, silenceSeconds } from '../../scripts/cost/recovery.ts'
import { tenantsAtOnce } from '../../scripts/tenantsAtOnce.ts'
import { readText } from './infraFiles.ts'

const page = readText('docs/recovery.md')
const cellsOf = (name: string): string[] =>
  page
    .split('\n')
    .find((line) => line.startsWith(`| ${name} |`))
    ?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim()) ?? []

/** `2 min (arithmetic)` and `1 h 54 min (arithmetic)`, in minutes. */
const minutesIn = (text: string) =>
  [...text.matchAll(/(?:(\d+) h ?)?(?:(\d+) min)? \((measured|arithmetic)\)/g)].map(
    ([, hours = '0', minutes = '0', known]) => [Number(hours) * 60 + Number(minutes), known] as const,
  )
/** Seconds with which a row of the measured table begins its cells. */
const secondsOf = (step: string) => cellsOf(step).map((cell) => Number.parseFloat(cell.replaceAll(',', '')))

const [restore, rebuild, named] = [
  'restore into empty tables',
  'rebuild of intact tables, sealed grants',
  'the same, if a vault names every tenant',
].map(secondsOf) as [number[], number[], number[]]

describe.each(recoverySizes.map((tenants, index) => ({ tenants, index })))(
  'for $tenants tenants',
  ({ tenants, index }) => {
    // The two columns with tables that are away.
    const column = 2 + index
    const own = index === 0 ? 'measured' : 'arithmetic'
    const [sealed = 0, names = 0, restored = 0] = [rebuild[column], named[column], restore[column]]
    const list = listSecondsOf(tenants)

    const proving = (tenants * assumed.proofSeconds) / tenantsAtOnce

    test.each<[loss: string, sums: number[]]>([
      ['a row', [list + names, restored + sealed]],
      ['a table, or all, with a backup', [list + restored + names, restored + sealed]],
      ['a table, or all, without a backup', [list + proving]],
      ['a region', [list + restored + names, restored + sealed]],
      ['a subscription', [list + restored + names, restored + sealed]],
    ])('the times of a loss are the sums of what the page measured: %s', (loss, sums) => {
      const shown = minutesIn(cellsOf(loss)[1 + index] ?? '')
      const expected = sums.map((seconds) => Math.ceil((silenceSeconds + seconds) / 60))
      expect(shown).toEqual(expected.map((minutes, at) => [minutes, at === 0 ? 'arithmetic' : own]))
    })
  },
)

test('ten times as many tenants take ten times as long in the arithmetic', () => {
  for (const [, , far = 0, large] of [restore, rebuild, named])
    expect(Math.abs((large ?? 0) - 10 * far)).toBeLessThanOrEqual(1)
})

test('each figure of an RTO says whether it was measured', () => {
  const [, losses = ''] = page.split('(losses)')
  for (const line of losses.split('<!-- End')[0]?.split('\n').slice(4) ?? []) {
    const cells = line.split(' | ').slice(2, 4)
    for (const cell of cells)
      for (const figure of cell.split('; '))
        if (/\d/.test(figure)) expect(figure).toMatch(/\d (min|h) \((measured|arithmetic)\)/)
  }
})

test('a rebuild writes less than a partition and a vault take', () => {
  expect(tenantsAtOnce / assumed.latency.table).toBeLessThan(limits.partitionEntitiesPerSecond)
  expect(tenantsAtOnce / assumed.proofSeconds).toBeLessThan(limits.vaultWritesPerSecond)
})
