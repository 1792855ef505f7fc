import fc from 'fast-check'
import { hostileText } from './hostileText.ts'
import type { FuzzedOperation } from './operations.ts'

type Header = readonly [string, string]

/** What every client lets a header contain. Other bytes never reach the worker: test/platform has them. */
const headerText = hostileText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e]/g, '')
    .slice(0, 1500),
)

const plain: readonly Header[] = [
  ...(
    ['*/*', 'text/html', 'application/json', 'application/problem+json;q=0.1, text/html', 'q=', ',;'] as const
  ).map((value): Header => ['accept', value]),
  ...([
    ['purpose', 'prefetch'],
    ['sec-purpose', 'prefetch;prerender'],
    ['sec-fetch-dest', 'image'],
    ['x-moz', 'prefetch'],
  ] as const),
  ...([
    ['cookie', '@@cookie@@'],
    ['cookie', '@@cookie@@; @@cookie@@'],
    ['cookie', 'a=b; ;; =x'],
    ['cookie', '@@choiceCookie@@'],
    ['cookie', '@@questionCookie@@'],
  ] as const),
  ...([
    ['x-forwarded-for', '10.0.0.1'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'http'],
  ] as const),
  ...([
    ['forwarded', 'for=_x;host=evil.example'],
    ['x-original-url', '/ready'],
    ['x-http-method-override', 'DELETE'],
  ] as const),
  ...([
    ['origin', 'https://evil.example'],
    ['referer', 'https://evil.example/@@sent@@'],
    ['range', 'bytes=0-0'],
  ] as const),
  ...([
    ['content-encoding', 'gzip'],
    ['te', 'trailers'],
    ['connection', 'close, authorization'],
  ] as const),
  ...([
    ['if-match', '*'],
    ['if-none-match', '*'],
    ['prefer', 'return=minimal'],
    ['x-note', '@@sent@@'],
  ] as const),
  ...([
    ['tracestate', 'a=@@sent@@'],
    ['baggage', 'a=@@sent@@'],
    ['traceparent', 'x'],
    ['x-request-id', '@@sent@@'],
  ] as const),
  ...([
    ['customeraccountid', '@@account@@'],
    ['customerid', '@@customer@@'],
    ['developertoken', '@@sent@@'],
    ['authenticationtoken', '@@sent@@'],
  ] as const),
  ...([
    ['user-agent', 'Mozilla/5.0 (iPhone; x) FBAN/x'],
    ['user-agent', ''],
    ['accept-language', '*;q=x'],
  ] as const),
]

const hostileNames = [
  'accept',
  'cookie',
  'user-agent',
  'customeraccountid',
  'customerid',
  'traceparent',
  'x-forwarded-for',
  'accept-language',
  'x-anything',
] as const

/** Headers besides credentials and the body's. Browsers' routes get a browser's cookie more often. */
export function headersOf({ path }: FuzzedOperation): fc.Arbitrary<Header[]> {
  const hostile = fc.tuple(fc.constantFrom(...hostileNames), headerText)
  const some = fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...plain) }, { weight: 1, arbitrary: hostile }),
    { maxLength: 3 },
  )
  if (!path.startsWith('/oauth')) return some
  const cookies: Header[] = [
    ['cookie', '@@cookie@@'],
    ['cookie', '@@choiceCookie@@'],
    ['cookie', '@@questionCookie@@'],
  ]
  return fc
    .tuple(fc.constantFrom(...cookies), some, fc.boolean())
    .map(([cookie, others, has]) => (has ? [cookie, ...others] : others))
}
