import { expect, test } from 'vitest'
import { otherPlaces } from '../../scripts/personalColumns.ts'
import { personalData } from '../../scripts/personalData.ts'
import { storedColumns } from '../../scripts/storedColumns.ts'
import { readText } from './infraFiles.ts'

const columnsOf = storedColumns(readText('docs/storage.md'))

/** The end of each column of a tenant's row, after a disconnect. */
function endsOfTenant(): Map<string, string> {
  const rows = personalData(columnsOf)
    .split('\n')
    .filter((line) => line.startsWith('| `Tenants` `tenant`'))
  const cells = rows.map((row) => row.split(' | '))
  return new Map(
    cells.flatMap(([, columns = '', , end = '']) =>
      [...columns.matchAll(/\w+/g)].map(([column]) => [column, end.replace(' |', '')] as const),
    ),
  )
}

test('of a person, a disconnect leaves nothing in the tenant’s row but what the app called the advertiser', () => {
  const kept = [...endsOfTenant()].filter(([, end]) => end.startsWith('stays'))
  expect(kept).toEqual([['displayName', 'stays with the row']])
})

test('a dead grant goes with everything about the person who gave it', () => {
  const ofGrant = [...endsOfTenant()].filter(([column]) => /^(grant|accessToken)/.test(column))
  expect(ofGrant.length).toBeGreaterThan(8)
  for (const [, end] of ofGrant) expect(end).toContain('of a dead grant, after `DEAD_GRANT_DAYS`')
})

test.each(otherPlaces.map(({ heading }) => heading))('a new column of %s must be judged', (place) => {
  const withNew = (heading: string) => [...columnsOf(heading), ...(heading === place ? ['phone'] : [])]
  expect(() => personalData(withNew)).toThrow(/: phone: is it about a person\?$/)
  const without = (heading: string) => columnsOf(heading).slice(heading === place ? 1 : 0)
  expect(() => personalData(without)).toThrow(/is it about a person\?$/)
})

test('every table of columns in docs/storage.md is judged', () => {
  const page = readText('docs/storage.md')
  const headings = [...page.matchAll(/^(##+ .+)\n(?:(?!##)[^\n]*\n)*?\| column \| example/gm)]
  const judged = ['### Row `tenant`', ...otherPlaces.map(({ heading }) => heading)]
  expect(headings.map(([, heading]) => heading).toSorted()).toEqual(judged.toSorted())
})
