import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeImportFile } from '../../scripts/import/decode.ts'
import { type ImportFile, parseImportFile } from '../../scripts/import/file.ts'

const folder = 'test/cases/import'
const read = (name: string) => parseImportFile(decodeImportFile(readFileSync(`${folder}/${name}`)))
const token = 'M.C5xY9xY9'
const header = 'tenant,environment,refreshToken,allowDifferentUser,displayName'
const one = (cell: string) => parseImportFile(`tenant,environment,refreshToken\nacme,production,${cell}\n`)

/** The expected result for each kind of file: its tenants, or the message. */
const cases: Readonly<Record<string, readonly string[] | RegExp>> = {
  '04-sep-line.csv': ['acme1'],
  '06-utf16le.csv': ['acme1'],
  '08-latin1.csv': ['acme1'],
  '16-noheader.csv': /header line lacks tenant.*first line must name the columns/,
  '22-dup-header.csv': /has refreshToken more than once/,
  '25-zero-width.csv': ['acme1'],
  '35-json-tap.json': /tap-bing-ads’ config\.json[\s\S]*value of refresh_token/,
  '36-airbyte.json': /Airbyte configuration[\s\S]*connectionConfiguration/,
  '37-refresh.txt': /refresh\.txt of Microsoft’s SDK samples/,
  '40-bool.csv': ['acme1', 'globex1', 'g2'],
}

describe('a file that people have', () => {
  test('is among the cases', () => {
    expect(Object.keys(cases)).toEqual(readdirSync(folder).toSorted())
  })

  test.each(Object.entries(cases))('%s is read, or gets instructions', (name, expected) => {
    if (expected instanceof RegExp) {
      expect(() => read(name)).toThrow(expected)
      return
    }
    const { rows, faults } = read(name)
    expect({ tenants: rows.map(({ tenant }) => tenant), faults }).toEqual({ tenants: expected, faults: [] })
    for (const { grant } of rows) expect(grant.refreshToken.expose()).toMatch(/^M\.C5[\w]+$/)
  })

  test('keeps the letters of a name in Windows-1252, and Excel’s spellings of a flag', () => {
    expect(read('08-latin1.csv').rows[0]?.grant.displayName).toBe('Müller & Söhne')
    expect(read('40-bool.csv').rows.map(({ grant }) => grant.allowDifferentUser)).toEqual([true, true, true])
  })
})

describe('the same lines', () => {
  const lines = [header, `acme,production,${token},FALSE,Müller`, `globex,sandbox,${token},True,`]
  const text = `${lines.join('\r\n')}\r\n`
  const plain = parseImportFile(text)
  const utf16 = (value: string, mark = '') => Buffer.from(mark + value, 'utf16le')
  /** Line numbers depend on the lines above. */
  const tenants = ({ rows, faults }: ImportFile) => [
    rows.map(({ tenant, grant }) => ({ tenant, grant })),
    faults,
  ]

  test.each<[string, Uint8Array]>([
    ['in UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['in UTF-16 with a mark', utf16(text, '\uFEFF')],
    ['in UTF-16 without a mark', utf16(text)],
    ['in big-endian UTF-16 with a mark', utf16(text, '\uFEFF').swap16()],
    ['in big-endian UTF-16 without a mark', utf16(text).swap16()],
    ['in Windows-1252', Buffer.from(text, 'latin1')],
    ['with semicolons', Buffer.from(text.replaceAll(',', ';'))],
    ['with tabs', Buffer.from(text.replaceAll(',', '\t'))],
    ['with a sep line', Buffer.from(`sep=;\r\n${text.replaceAll(',', ';')}`)],
    ['with a quoted sep line', Buffer.from(`"sep=,"\r\n${text}`)],
    ['with rows of commas alone', Buffer.from(text.replaceAll('\r\n', '\r\n,,,,\r\n'))],
    ['with empty columns', Buffer.from(text.replaceAll('\r\n', ',,\r\n'))],
    ['with old Mac line ends', Buffer.from(text.replaceAll('\r\n', '\r'))],
    [
      'with names as tools write them',
      Buffer.from(text.replace('refreshToken', 'Refresh_Token').replace('tenant', ' TENANT ')),
    ],
    ['with quoted cells', Buffer.from(text.replaceAll(/[^,\r\n]+/g, '"$&"'))],
    ['with other cases of words', Buffer.from(text.replace('production', 'Production'))],
  ])('%s have the same tenants', (_form, bytes) => {
    expect(tenants(parseImportFile(decodeImportFile(bytes)))).toEqual(tenants(plain))
  })

  test('in any form have the same tenants', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom('', '\u200B', ' ', '\uFEFF', '\u00A0'),
        fc.constantFrom<(value: string) => Uint8Array>(Buffer.from, utf16, (value) => utf16(value).swap16()),
        fc.boolean(),
        (separator, end, blank, encode, hasEmptyRows) => {
          const cells = lines.map((line) =>
            line
              .split(',')
              .map((cell) => `${blank}${cell}${blank}`)
              .join(separator),
          )
          const written = cells.join(hasEmptyRows ? `${end}${separator.repeat(4)}${end}` : end)
          expect(tenants(parseImportFile(decodeImportFile(encode(written))))).toEqual(tenants(plain))
        },
      ),
    )
  })
})

describe('a token', () => {
  test.each([
    [`refresh_token=${token}`, 'has “refresh_token” in front'],
    [`Refresh token: ${token}`, 'has “Refresh token” in front'],
    [`Bearer ${token}`, 'has “Bearer” in front'],
    [`'${token}'`, 'quotation marks'],
    [`"""${token}"""`, 'quotation marks'],
    [`“${token}”`, 'quotation marks'],
    [`=A1`, 'formula'],
    [`M.C5 xY9`, 'a space or a line break'],
    [`"M.C5\nxY9"`, 'line break'],
    [`M.C5\u200BxY9`, 'character that no token has'],
    [`eyJhbGciOi.eyJzdWIi.c2ln`, 'not a refresh token'],
    [`${token};`, 'comma or semicolon'],
  ])('%j is refused without a call, and not repeated', (cell, fault) => {
    const { rows, faults } = one(cell)
    expect(rows).toEqual([])
    expect(faults[0]?.fault).toContain(`refreshToken: `)
    expect(faults[0]?.fault).toContain(fault)
    expect(faults[0]?.fault).not.toContain(token)
  })

  test.each([token, '1//0gAbc-_d', '0.AAAAx-y_z.AgABAw', '1.AXEAabc=='])('%s is taken', (cell) => {
    expect(one(cell).faults).toEqual([])
  })
})

test.each([
  ['', /file is empty/],
  ['\uFEFF\r\n \r\n', /file is empty/],
  [`${header}\n`, /no line below/],
  [`${header}\n,,,,\n`, /no line below/],
  [`BING_CLIENT_ID=c\nBING_REFRESH_TOKEN=${token}\n`, /an \.env file[\s\S]*the value of BING_REFRESH_TOKEN/],
  [`# mine\nexport REFRESH_TOKEN="${token}"\n`, /an \.env file/],
  [`[{"refresh_token":"${token}"}]`, /a JSON file/],
])('%j gets an explanation, without its token', (text, message) => {
  expect(() => parseImportFile(text)).toThrow(message)
  try {
    parseImportFile(text)
  } catch (error) {
    expect(String(error)).not.toContain(token)
  }
})
