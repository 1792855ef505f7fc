import { describe, expect, test } from 'vitest'
import { findUnrunTests, type RunTest } from '../unrunTests.ts'

const ran = (file: string, ...titles: string[]): RunTest => ({ file, titles, ran: true })
const skipped = (file: string, ...titles: string[]): RunTest => ({ file, titles, ran: false })

describe('a test that a page names', () => {
  test.each<[string, string, RunTest]>([
    ['by its title', 'unit/a: it holds', ran('unit/a', 'it holds')],
    ['by its group’s', 'unit/a: a group', ran('unit/a', 'it holds', 'inner', 'a group')],
    ['by the beginning of its title', 'unit/a: it ho', ran('unit/a', 'it holds')],
    ['by a title with %s', 'unit/a: %i times %s (%#)', ran('unit/a', '3 times no (0)')],
    ['by a title with %.12s', 'unit/a: opens: %.12s', ran('unit/a', 'opens: x')],
    ['by a title with a name', 'unit/a: $kind is $a.b of 2', ran('unit/a', 'cut is 5 of 2')],
    ['by a title with a template', `unit/a: \${page} shows`, ran('unit/a', 'x.md shows')],
    ['with a colon and signs', 'unit/a: (a+b): [c]? 100%', ran('unit/a', '(a+b): [c]? 100%')],
  ])('%s ran', (_how, named, run) => {
    expect(findUnrunTests([named], [run])).toEqual([])
  })

  test('did not run if none of that title is in its file', () => {
    const run = [ran('unit/a', 'it held'), ran('unit/b', 'it holds'), ran('unit/a', 'aXb')]
    expect(findUnrunTests(['unit/a: it holds', 'unit/c: x', 'unit/a: a.b'], run)).toEqual([
      ...['unit/a: it holds', 'unit/c: x', 'unit/a: a.b'],
    ])
  })

  test('did not run if it was skipped, and is told once', () => {
    const run = [skipped('unit/a', 'it holds', 'a group'), ran('unit/a', 'another')]
    expect(findUnrunTests(['unit/a: it holds', 'unit/a: it holds'], run)).toEqual(['unit/a: it holds'])
    expect(findUnrunTests(['unit/a: a group'], run)).toEqual(['unit/a: a group'])
    expect(findUnrunTests(['unit/a: a group'], [...run, ran('unit/a', 'b', 'a group')])).toEqual([])
  })

  test.each(['browser/a', 'front/a'])('may be skipped in %s, but not be gone', (file) => {
    expect(findUnrunTests([`${file}: it holds`], [skipped(file, 'it holds')])).toEqual([])
    expect(findUnrunTests([`${file}: it holds`], [])).toEqual([`${file}: it holds`])
  })
})
