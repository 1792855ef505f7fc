import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseMediaType } from '../../shared/http/accept.ts'

const [rows, csv] = ['application/x-ndjson; charset=utf-8', 'text/csv; charset=utf-8'] as const
const offered = [rows, csv]

describe('the media type of an answer', () => {
  test.each([
    [null, rows],
    ['', rows],
    ['*/*', rows],
    ['text/csv', csv],
    ['TEXT/CSV', csv],
    ['text/*', csv],
    ['application/*', rows],
    ['application/x-ndjson, text/csv', rows],
    ['text/csv, application/x-ndjson', rows],
    ['text/csv, */*', csv],
    ['application/json, text/plain, */*', rows],
    ['text/csv;q=0.1, application/x-ndjson', rows],
    ['text/csv;q=0.2,application/x-ndjson;q=0.1', csv],
    ['text/csv;Q=0.2 , application/x-ndjson ; q=0.1', csv],
    ['text/csv; q=0, */*', rows],
    ['application/x-ndjson;q=0, */*;q=0.001', csv],
    ['text/csv;q=0.9, text/*;q=0.1, */*;q=0.5', csv],
    ['text/csv;q=0.1, text/*, */*;q=0.5', rows],
    ['text/csv;charset=UTF-8', csv],
    ['text/csv;charset="utf-8";q=1.000', csv],
    ['text/csv;charset=utf-8;q=0.4, text/csv;q=0.9, application/x-ndjson;q=0.5', rows],
    ['text/csv;q=0.5;extension="a,b", application/x-ndjson;q=0.4', csv],
    [String.raw`text/csv;q=0.5;extension="a\",b", application/x-ndjson;q=0.4`, csv],
    ['text/csv;', csv],
    [', ,text/csv,', csv],
  ])('for %j is %s', (accept, type) => {
    expect(chooseMediaType(accept, offered)).toBe(type)
  })

  test.each([
    'application/json',
    'text/csv;q=0',
    '*/*;q=0',
    'text/csv;q=0.0, application/x-ndjson;q=0.000',
    'text/csv;charset=iso-8859-1',
    'text/csv;header=absent',
    'text/csv;q=2',
    'text/csv;q=-1',
    'text/csv;q=0.1234',
    'text/csv;q=high',
    'text/csv;q=',
    'text/csv charset=utf-8',
    '*/csv',
    'text',
    'csv',
    'xtext/csv',
    'text/csvx',
    'text/csv;charset="utf-8',
    '"text/csv"',
  ])('for %j is none', (accept) => {
    expect(chooseMediaType(accept, offered)).toBeUndefined()
  })

  test('is one of those or none for any text, in a moment', () => {
    const word = fc.constantFrom(
      'text',
      'csv',
      'application',
      '*',
      '/',
      ';',
      ',',
      '"',
      '=',
      'q',
      '0',
      ' ',
      '\\',
      '.',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        expect([...offered, undefined]).toContain(chooseMediaType(words.join(''), offered))
      }),
    )
  })

  test.each(['"', ';', ';a="', ' ', '\\', '"\\', 'a/b;', 'a/b,', '; ', ';='])(
    'is chosen in a moment for 32 KiB of %j',
    (text) => {
      const start = performance.now()
      for (const before of ['', 'text/csv;a="', 'text/csv;'])
        chooseMediaType(before + text.repeat(32_768 / text.length), offered)
      expect(performance.now() - start).toBeLessThan(1500)
    },
  )
})
