import contract from '../../docs/openapi.json' with { type: 'json' }
import type { FunctionRoute } from './world.ts'

/** A request line, and the function for it according to the contract. */
export interface RouteCase {
  readonly method: string
  readonly target: string
  /** A function's name; null for none; undefined if the contract doesn't say. */
  readonly meant?: string | null
  /** Why Node's own server refuses it, so the local host can't do the same. */
  readonly nodeRefuses?: string
}

/** An operation of the contract. */
export interface ContractOperation {
  readonly id: string
  readonly method: string
  readonly path: string
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const unknownMethods = ['TRACE', 'PROPFIND', 'FOO']

/** Plain values of path parameters. */
const plain: Record<string, string> = {
  tenant: 'acme',
  session: '0f8fad5b-d9cb-469f-a165-70867728950e',
  service: 'campaignManagement',
  path: 'Campaigns/QueryByIds',
  objects: 'campaigns',
}

/** One segment each, with unusual contents, including the names of other routes' literals. */
const hostileValues = [
  ...['token', 'accounts', 'default', 'discover', 'selection', 'connect-sessions', 'confirm', 'ads', 'v1'],
  ...['organizations', 'reports', 'unified'],
  ...[
    'tenants',
    'sweeps',
    'oauth',
    'health',
    'admin',
    'runtime',
    'ACME',
    'Token',
    'a.b',
    '...',
    '.hidden',
    'a..b',
  ],
  ...[
    'a%2Fb',
    'a%2fb',
    '%2F',
    'a%252Fb',
    '%252F',
    'a%25b',
    'a%20b',
    '%20',
    'Z%C3%BCrich',
    '%E2%82%AC',
    '%F0%9F%98%80',
  ],
  ...[
    'a%3Fb',
    'a%23b',
    'a+b',
    'a;b=c',
    'a:b',
    'a@b',
    'a,b',
    'a%0Ab',
    '%7Btenant%7D',
    '{tenant}',
    'a%5Cb',
    "a'b",
  ],
  ...['~', '%FF', '%zz', '%', '*', 'a%26b', 'a=b', '-', '_', '0', 'x'.repeat(2000)],
]

/** Targets that Kestrel changes or refuses before routing: both sides must agree, the contract doesn't say. */
const odd = [
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '%2e.',
  'a/..',
  'a/../b',
  './a',
  '%00',
  'a%00b',
  '',
  'Zürich',
  'a b',
  'a\\b',
  '"',
  '<',
  '|',
  '^',
  '`',
]

/** Every operation of `docs/openapi.json`. */
export const operations: readonly ContractOperation[] = Object.entries(contract.paths).flatMap(
  ([path, item]) =>
    Object.entries(item as Record<string, { operationId?: string }>)
      .filter(([, { operationId }]) => operationId)
      .map(([method, { operationId = '' }]) => ({ id: operationId, method: method.toUpperCase(), path })),
)

/** Puts values into a template of the contract. */
export const fill = (path: string, values: Record<string, string> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? plain[name] ?? 'x')

/** The function whose template is the contract's. */
export function functionOf(functions: readonly FunctionRoute[], path: string): string | undefined {
  return functions.find(({ route }) => `/${route.replace('{*', '{')}` === path)?.name
}

/** Every case; the same list on each run. */
export function routeCases(functions: readonly FunctionRoute[]): RouteCase[] {
  const paths = Object.keys(contract.paths)
  const cases = paths.flatMap((path) => {
    const meant = functionOf(functions, path) ?? null
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    const target = fill(path)
    return [
      ...methods.map((method) => ({ method, target, meant })),
      ...unknownMethods.map((method) => ({ method, target, meant: null })),
      // Methods are compared without regard to case there.
      { method: 'get', target, meant, nodeRefuses: 'Node’s parser knows methods in upper case only' },
      ...names.flatMap((name) => valuesOf(name, path, functions)),
      ...shapesOf(path, meant),
    ]
  })
  return [...cases, ...elsewhere(functions)]
}

function valuesOf(name: string, path: string, functions: readonly FunctionRoute[]): RouteCase[] {
  const of = (value: string) => fill(path, { [name]: value })
  // Another route's fixed word is that route's, not a value.
  const meantWith = (value: string) =>
    functionOf(functions, path.replace(`{${name}}`, value)) ?? functionOf(functions, path) ?? null
  const used = operations.filter((each) => each.path === path).map(({ method }) => method)
  const deep = name === 'path' ? ['a', 'a/b/c', 'Campaigns/', 'a%2Fb/c', 'token', 'x/token', 'a//b'] : []
  return used.flatMap((method) => [
    ...[...hostileValues, ...deep].map((value) => ({ method, target: of(value), meant: meantWith(value) })),
    ...odd.map((value) => ({ method, target: of(value) })),
    { method, target: of('a\tb'), nodeRefuses: 'Node’s parser takes no tab in a target' },
  ])
}

/** The same path in other spellings. */
function shapesOf(path: string, meant: string | null): RouteCase[] {
  const target = fill(path)
  const slashes = [...target.matchAll(/\//g)].map(({ index }) => index)
  const written = [`${target}/`, `${target}?a=b/c`, `${target}?`, target.toUpperCase(), `${target}/?x=%2F`]
  const silent = [
    ...slashes.map((at) => `${target.slice(0, at)}/${target.slice(at)}`),
    ...slashes.map((at) => `${target.slice(0, at)}/.${target.slice(at)}`),
    ...slashes.map((at) => `${target.slice(0, at)}/x/..${target.slice(at)}`),
    ...[
      `${target}/extra`,
      `${target}//`,
      `${target}/.`,
      `${target}/..`,
      target.slice(0, target.lastIndexOf('/')),
    ],
    ...[
      `${target}#x`,
      `${target}%2F`,
      `${target}%20`,
      `http://broker.example${target}`,
      `${target}/%2e%2e/token`,
    ],
  ]
  return [
    ...written.map((each) => ({ method: 'GET', target: each, meant })),
    ...silent.filter(isNotRoot).map((each) => ({ method: 'GET', target: each })),
  ]
}

/** `/` is the host's own page, which the program does not have. */
const isNotRoot = (target: string) => new URL(target, 'http://broker.example').pathname !== '/'

/** Paths without an operation: below `/v1` and `/oauth`, the catch-alls get them; the rest reaches no function. */
function elsewhere(functions: readonly FunctionRoute[]): RouteCase[] {
  const below = (prefix: string) => functions.find(({ route }) => route === `${prefix}/{*path}`)?.name ?? null
  const paths: [string, string | null][] = [
    ...['/v1', '/v1/', '/v1/nothing', '/v1/tenant', '/v1/tenants/a/b/c/d/e', '/v1/sweeps/x', '/V1/x'].map(
      (path): [string, string | null] => [path, below('v1')],
    ),
    ...['/oauth', '/oauth/', '/oauth/nothing', '/oauth/authorize/x', '/OAUTH/y'].map(
      (path): [string, string | null] => [path, below('oauth')],
    ),
    ...[
      '/favicon.ico',
      '/robots.txt',
      '/v2/tenants',
      '/healthz',
      '/health/x',
      '/docs/x',
      '/api/health',
      '/v1x',
    ].map((path): [string, string | null] => [path, null]),
  ]
  return methods.flatMap((method) => paths.map(([target, meant]) => ({ method, target, meant })))
}
