import { beforeAll, describe, expect, test } from 'vitest'
import { compareFunctionNames, compileRoute, createMatch, type Match } from '../../local/host/route.ts'
import { findShadowed, type NamedRoute } from '../../scripts/shadowedRoutes.ts'
import { createReadPathParams } from '../../shared/http/receiveRequest.ts'
import type { RouteDefinition } from '../../shared/http/route.ts'
import { registeredRoutes } from './registeredRoutes.ts'

let routes: RouteDefinition[]
let match: Match<RouteDefinition>

beforeAll(async () => {
  routes = await registeredRoutes()
  const inTheHostsOrder = [...routes].sort((a, b) => compareFunctionNames(a.name, b.name))
  match = createMatch(inTheHostsOrder.map((route) => compileRoute(route.path, [], route)))
})

/** Values that look like something else: other routes' words, encoded slashes, dots, names of the host. */
const values = [
  'acme',
  'token',
  'TOKEN',
  'accounts',
  'default',
  'tenants',
  'sweeps',
  'admin',
  'runtime',
  'connect-sessions',
  'a%2Fb',
  'token%2Fx',
  '%2e%2e',
  'a%20b',
  '%C3%A4',
  '{*path}',
  '*',
  '~',
  'x'.repeat(2000),
]

/** Another route's fixed last word is that route's, not a value. */
function intendedFor(route: RouteDefinition, value: string): string {
  const fixed = route.path.replace(/\{\w+\}$/, value)
  return routes.find(({ path }) => path === fixed)?.name ?? route.name
}

describe('the first function in the host’s order that matches', () => {
  test('is the intended one, for each route and any parameter values', () => {
    for (const route of routes.filter(({ path }) => !/^\w+\/\{\*/.test(path))) {
      for (const value of values) {
        const path = `/${route.path.replace(/\{\*?\w+\}/g, value)}`
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
          expect(match(method, path)?.target.name, `${method} ${path}`).toBe(intendedFor(route, value))
        }
      }
    }
  })

  test('is the catch-all for paths without a route', () => {
    for (const path of ['/v1/nowhere', '/v1/tenants/acme/nowhere', '/v1/', '/v1/tenants/a/token/b'])
      expect(match('GET', path)?.target.name, path).toBe('z_notFound')
    expect(match('GET', '/oauth/nowhere')?.target.name).toBe('z_notFoundPage')
    for (const path of ['/', '/admin/functions', '/nowhere']) expect(match('GET', path), path).toBeUndefined()
  })
})

describe('a function that takes another’s requests is found', () => {
  const named = (name: string, path: string): NamedRoute => ({ name, path })
  const shadows = (...pairs: NamedRoute[]) =>
    findShadowed(pairs).map(({ by, shadowed }) => `${by.name}>${shadowed.name}`)

  test('none of ours is', () => {
    expect(findShadowed(routes)).toEqual([])
  })

  test.each([
    ['a catch-all with an early name', 'notFound', 'v1/{*path}', 'tenants', 'v1/tenants'],
    ['a parameter before a literal', 'account', 'a/{account}', 'accountsDefault', 'a/default'],
    ['the same template', 'b', 'v1/x', 'a', 'V1/X'],
    ['templates of which neither is the more special', 'a', 'x/{p}/c', 'b', 'x/d/{q}'],
  ])('%s', (_what, first, firstPath, second, secondPath) => {
    expect(shadows(named(first, firstPath), named(second, secondPath))).toHaveLength(1)
  })

  test('names are compared as upper case, letter by letter, not by locale', () => {
    expect(shadows(named('AZ', 'x/y'), named('a_b', 'x/{p}'))).toEqual([])
    expect(shadows(named('a_b', 'x/y'), named('AZ', 'x/{p}'))).toEqual(['AZ>a_b'])
  })

  test('the more specific of two can come first', () => {
    expect(shadows(named('a', 'v1/tenants'), named('z_notFound', 'v1/{*path}'))).toEqual([])
    expect(shadows(named('a', 'x/default'), named('b', 'x/{p}'), named('c', 'y'))).toEqual([])
  })
})

describe('a path’s values', () => {
  const template = 'v1/tenants/{tenant}/ads/{service}/{*path}'

  test.each([
    ['/v1/tenants/acme/ads/bulk/a/b', { tenant: 'acme', service: 'bulk', path: 'a/b' }],
    ['/V1/TENANTS/acme/ADS/bulk/a%252Fb', { tenant: 'acme', service: 'bulk', path: 'a%2Fb' }],
    ['/v1/tenants/%C3%A4%20b/ads/bulk/x/', { tenant: 'ä b', service: 'bulk', path: 'x/' }],
    ['/v1/tenants/a/ads/b/', { tenant: 'a', service: 'b' }],
    ['/v1/tenants/%zz/ads/b/%', { tenant: '%zz', service: 'b', path: '%' }],
  ])('of %s are decoded once', (path, params) => {
    expect(createReadPathParams(template)(path)).toEqual(params)
  })
})
