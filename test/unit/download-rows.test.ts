import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { readCsv } from '../../shared/downloads/csv.ts'
import { type RowFormat, rowFormats } from '../../shared/downloads/rowFormats.ts'
import { readText } from '../../shared/downloads/text.ts'
import { writeRows } from '../../shared/downloads/writeRows.ts'
import { toArray } from './toArray.ts'

const { ndjson, csv } = rowFormats
const file = '\uFEFF"CampaignId","Name","Clicks"\r\n"12","Jürgen, ""J""","3"\r\n"13","","--"\r\n'

const written = async (text: string, format: RowFormat) =>
  Buffer.concat(await toArray(writeRows(readCsv([text]), format))).toString()

describe('rows', () => {
  test('as NDJSON have Microsoft’s names, and end with their number', async () => {
    const lines = (await written(file, ndjson)).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { CampaignId: '12', Name: 'Jürgen, "J"', Clicks: 3 },
      { CampaignId: '13', Name: null, Clicks: null },
      { _end: { rows: 2 } },
    ])
  })

  test('as CSV have the names first, and end with their number', async () => {
    expect(await written(file, csv)).toBe(
      'CampaignId,Name,Clicks\r\n12,"Jürgen, ""J""",3\r\n13,,\r\n# rows: 2\r\n',
    )
  })

  test('of CSV whose text looks like the last line are quoted', async () => {
    expect(await written('Keyword\n# rows: 9\n', csv)).toBe('Keyword\r\n"# rows: 9"\r\n# rows: 1\r\n')
  })

  test('of a report without data are none', async () => {
    expect(await written('', ndjson)).toBe('{"_end":{"rows":0}}\n')
  })

  test('with more or fewer fields than names are broken', async () => {
    await expect(written('A,B\n1\n', ndjson)).rejects.toBeInstanceOf(BrokenFileError)
    await expect(written('A,B\n1,2,3\n', ndjson)).rejects.toBeInstanceOf(BrokenFileError)
  })

  test('are passed on in pieces, not one by one and not all at once', async () => {
    const text = `Keyword\n${'x'.repeat(99)}\n`.repeat(1) + `${'y'.repeat(99)}\n`.repeat(10_000)
    const pieces = await toArray(writeRows(readCsv([text]), csv))
    expect(pieces.length).toBeGreaterThan(10)
    for (const piece of pieces) expect(piece.byteLength).toBeLessThan(70_000)
  })
})

describe('text', () => {
  test('is the same wherever its bytes are split, without its byte order mark', async () => {
    const bytes = Buffer.from('\uFEFFäöü\u{1F600}')
    for (let cut = 0; cut <= bytes.length; cut++) {
      const pieces = Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)].filter((one) => one.length))
      expect((await toArray(readText(pieces))).join('')).toBe('äöü\u{1F600}')
    }
  })

  test('that isn’t UTF-8, or ends within a character, is broken', async () => {
    for (const bytes of [[0xff], [0xc3]])
      await expect(toArray(readText(Readable.from([Buffer.from(bytes)])))).rejects.toThrow('isn’t UTF-8')
  })
})
