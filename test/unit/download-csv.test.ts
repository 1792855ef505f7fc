import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { readCsv } from '../../shared/downloads/csv.ts'
import { toArray } from './toArray.ts'

const rowsOf = (...texts: string[]) => toArray(readCsv(texts))

/** As Microsoft writes it: each field in quotes. */
const quoted = (rows: readonly (readonly string[])[], end = '\r\n') =>
  rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',') + end).join('')

const anyField = fc.string({ unit: fc.constantFrom('a', '7', ',', '"', '\n', '\r', ' ', 'ä', '\u{1F600}') })
const anyRows = fc.array(fc.array(anyField, { minLength: 1, maxLength: 4 }), { maxLength: 6 })

describe('a CSV file', () => {
  test('has the same rows wherever its text is split', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, fc.array(fc.nat(200)), async (rows, cuts) => {
        const text = quoted(rows)
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((to, index) => text.slice(places[index], to))
        expect(await rowsOf(...pieces)).toEqual(rows)
      }),
    )
  })

  test('cut at any character of a row is one row less, or broken, never a changed row before it', async () => {
    const rows = [
      ['a', 'b,"c"'],
      ['1', 'x\ny'],
    ]
    const text = quoted(rows)
    const whole = quoted(rows.slice(0, 1)).length
    for (let cut = whole; cut < text.length; cut++) {
      const found: (readonly string[])[] = []
      const read = async () => {
        for await (const row of readCsv([text.slice(0, cut)])) found.push(row)
      }
      await read().catch((error) => expect(error).toBeInstanceOf(BrokenFileError))
      expect(found[0]).toEqual(rows[0])
    }
  })

  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\uFEFFa,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,,\n\n"",,b\n',
      [
        ['a', '', ''],
        ['', '', 'b'],
      ],
    ],
    ['"a",\n', [['a', '']]],
    ['"a",b,"c""d"\n', [['a', 'b', 'c"d']]],
    ['', []],
  ])('%j', async (text, rows) => {
    expect(await rowsOf(text)).toEqual(rows)
    expect(await rowsOf(...text)).toEqual(rows)
  })

  test.each(['"a', 'a\n"b\n', '"a"b"c"\n'])('%j is broken', async (text) => {
    await expect(rowsOf(text)).rejects.toThrow(BrokenFileError)
  })

  test('with more columns than any of Microsoft’s files is broken', async () => {
    expect(await rowsOf(`${','.repeat(1999)}\n`)).toHaveLength(1)
    await expect(rowsOf(`${','.repeat(2000)}\n`)).rejects.toThrow(/too many columns/)
  })

  test('is scanned once, even if a row has many pieces', async () => {
    const row = [`${'x'.repeat(99)}\n`.repeat(500)]
    const text = quoted([row])
    const pieces = text.match(/.{1,90}/gs) ?? []
    const { indexOf } = String.prototype
    let scanned = 0
    const spy = vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, ...asked) {
      const found = indexOf.apply(this, asked)
      scanned += (found < 0 ? this.length : found) - (asked[1] ?? 0)
      return found
    })
    const read = await rowsOf(...pieces).finally(() => spy.mockRestore())
    expect(read).toEqual([row])
    expect(scanned).toBeGreaterThan(text.length)
    expect(scanned).toBeLessThan(3 * text.length)
  })

  test('with a row of more than 4 Mi characters is broken', async () => {
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield 'x'.repeat(1_048_576)
      },
    }
    await expect(toArray(readCsv(endless))).rejects.toThrow(/row that is too long/)
  })
})
