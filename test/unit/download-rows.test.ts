import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { readCsv } from '../../shared/downloads/csv.ts'
import { fileKinds } from '../../shared/downloads/fileKinds.ts'
import { type RowFormat, rowFormats } from '../../shared/downloads/rowFormats.ts'
import { readText } from '../../shared/downloads/text.ts'
import { writeRows } from '../../shared/downloads/writeRows.ts'
import { toArray } from './toArray.ts'

const { ndjson, csv } = rowFormats
const file = '\uFEFF"CampaignId","Name","Clicks"\r\n"12","Jürgen, ""J""","3"\r\n"13","","--"\r\n'

const written = async (text: string, format: RowFormat, kind = fileKinds.reporting) =>
  Buffer.concat(await toArray(writeRows(readCsv([text]), format, kind))).toString()

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

  test('of CSV with one empty field are lines that no reader passes over', async () => {
    const text = await written('QualityScore\n"--"\n""\n5\n', csv)
    expect(text).toBe('QualityScore\r\n""\r\n""\r\n5\r\n# rows: 3\r\n')
    expect(await toArray(readCsv([text]))).toHaveLength(5)
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
    const pieces = await toArray(writeRows(readCsv([text]), csv, fileKinds.reporting))
    expect(pieces.length).toBeGreaterThan(10)
    for (const piece of pieces) expect(piece.byteLength).toBeLessThan(70_000)
  })
})

describe('records of a bulk file', () => {
  const bulk = `Type,Status,Id,Parent Id,Sync Time,Campaign,Budget,Name
Format Version,,,,,,,6.0
Account,,111,222,02/12/2026 15:32:34,,,
Campaign,Active,42,111,,"Zürich, ""spring""",50.00,
Ad Group,Deleted,43,42,,,,
`

  test('leave out empty fields, the file’s own records aren’t among them, and the end has the sync time', async () => {
    const lines = (await written(bulk, ndjson, fileKinds.bulk)).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        Type: 'Campaign',
        Status: 'Active',
        Id: '42',
        'Parent Id': '111',
        Campaign: 'Zürich, "spring"',
        Budget: 50,
      },
      { Type: 'Ad Group', Status: 'Deleted', Id: '43', 'Parent Id': '42' },
      { _end: { rows: 2, syncTime: '2026-02-12T15:32:34Z' } },
    ])
  })

  test('as CSV have every column, and the sync time before their number', async () => {
    expect(await written(bulk, csv, fileKinds.bulk)).toBe(
      [
        'Type,Status,Id,Parent Id,Sync Time,Campaign,Budget,Name',
        'Campaign,Active,42,111,,"Zürich, ""spring""",50,',
        'Ad Group,Deleted,43,42,,,,',
        '# syncTime: 2026-02-12T15:32:34Z',
        '# rows: 2',
        '',
      ].join('\r\n'),
    )
  })

  test.each([
    ['without a record of the account', bulk.replace('\nAccount,', '\nAccounts,')],
    ['without a sync time', bulk.replace('02/12/2026 15:32:34', '')],
    ['without its column', bulk.replace('Sync Time', 'Time')],
  ])('%s have no time from which to go on', async (_title, text) => {
    const last = (await written(text, ndjson, fileKinds.bulk)).trimEnd().split('\n').at(-1)
    expect(Object.keys(JSON.parse(last ?? '')._end)).toEqual(['rows'])
  })

  test('of a report are rows like others, whatever their type is', async () => {
    expect(await written('Type\nAccount\n', ndjson)).toBe('{"Type":"Account"}\n{"_end":{"rows":1}}\n')
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
