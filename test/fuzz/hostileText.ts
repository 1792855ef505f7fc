import fc from 'fast-check'

/** Texts that a careless program trips over. Each is short; {@link largeText} has the long ones. */
const odd = [
  ...[
    '',
    ' ',
    '\t',
    '\r\n',
    '\0',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u202e',
    '\ud800',
    '\udfff\ud800',
  ],
  ...[
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    'ﬃ',
    'İ',
    'ß',
    'Å',
    'Å',
    '١٢٣',
    '１２３',
    'a\u0300\u0301\u0302\u0303',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'then',
    'length',
    'null',
    'undefined',
    'NaN',
  ],
  ...[
    'true',
    '-1',
    '0',
    '-0',
    '1e309',
    '0x10',
    '9007199254740993',
    '99999999999999999999999999',
    '1.5',
    '+1',
    '1_000',
  ],
  ...[
    '.',
    '..',
    '...',
    '../..',
    '..\\..',
    '/',
    '//',
    '\\',
    '/etc/passwd',
    'C:\\',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ],
  ...[
    "'",
    '"',
    '`',
    "' or '1'='1",
    "PartitionKey eq 'x' or true",
    '<script>alert(1)</script>',
    '&lt;',
    ']]>',
    '<!--',
    '-->',
  ],
  ...[
    '{{7*7}}',
    '#{7*7}',
    '%s%n',
    '%00',
    '%',
    '%zz',
    '%u0041',
    '%c0%ae',
    '$ref',
    '#',
    '?',
    '&',
    '=',
    ';',
    ',',
    '*',
    '|',
    '~',
  ],
  ...[
    'http://127.0.0.1/',
    'http://169.254.169.254/metadata',
    '//evil.example',
    'https://user:pass@evil.example/',
    'data:,x',
  ],
  ...[
    'eyJhbGciOiJub25lIn0.e30.',
    'Bearer',
    'null\0null',
    '1970-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '2026-02-30',
  ],
  ...[
    'AADSTS70000',
    '<Envelope><Code>105</Code></Envelope>',
    'HTTP/1.1 500 x\n\n{',
    '{"error":"invalid_grant"}',
    'x-y_z',
  ],
] as const

const units = [
  'a',
  '9',
  'é',
  '漢',
  '\u{1f600}',
  '%',
  '/',
  '"',
  '\\',
  '<',
  '{',
  '[',
  ' ',
  '\n',
  'a=',
  '..',
  "'",
  'eyJ.',
] as const

/** A text of up to 70,000 characters, of one unit. */
export const largeText = fc
  .tuple(fc.constantFrom(...units), fc.constantFrom(30, 41, 129, 201, 257, 2001, 8001, 17_000, 70_000))
  .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length))

/** Any text, hostile or plain. Lone surrogates occur. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...odd) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: largeText },
)

const nested = (levels: number, isList: boolean) => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = isList ? [value] : { a: value }
  return value
}

/** A JSON value where a schema expects another one. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53 + 2, -(2 ** 31), 99, 600),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([], {}, [[]], [null], { length: 1 }, { toString: 1 }, { $ref: '#' }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(3, 63, 64, 65, 500), fc.boolean())
      .map(([n, list]) => nested(n, list)),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 2, max: 5100 })
      .map((length) => Array.from({ length }, (_, index) => `${index}`)),
  },
)
