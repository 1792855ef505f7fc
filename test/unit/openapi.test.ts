import { beforeAll, describe, expect, test } from 'vitest'
import { examples } from '../../shared/contract/examples.ts'
import { buildContract, type Contract, type ContractOperation } from '../../shared/contract/openapi.ts'
import type { RouteDefinition } from '../../shared/http/route.ts'
import { problems } from '../../shared/problems.ts'
import { tokenProblems } from '../../shared/vend/problems.ts'
import { registeredRoutes } from './registeredRoutes.ts'

let routes: RouteDefinition[]
let contract: Contract

beforeAll(async () => {
  routes = await registeredRoutes()
  contract = buildContract(routes, 'https://broker.example.com')
})

const operations = () =>
  Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
const named = (id: string): ContractOperation => {
  const found = operations().find(({ operation }) => operation.operationId === id)
  if (!found) throw new Error(`no operation ${id}`)
  return found.operation
}

describe('the OpenAPI contract', () => {
  test('lists every registered operation except those that only answer 404', () => {
    const registered = routes.flatMap(({ path, operations: byMethod }) =>
      Object.entries(byMethod)
        .filter(([, operation]) => operation.response.status !== 404)
        .map(([method]) => `${method} /${path.replace('{*', '{')}`),
    )
    const listed = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    expect(listed.sort()).toEqual(registered.sort())
  })

  test('gives each operation an id of its own', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has the required role of an operation, and none if anyone can call it', () => {
    expect(named('getTenantToken').security).toEqual([{ bearer: ['Tokens.Vend'] }])
    expect(named('getHealth').security).toEqual([])
  })

  test('describes every placeholder of a path, and every parameter and body field has a meaning', () => {
    for (const { path, method, operation } of operations()) {
      const inPath = operation.parameters.filter((p) => p.in === 'path').map(({ name }) => name)
      expect(inPath.sort(), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort())
      const fields = Object.entries(
        operation.requestBody?.content['application/json']?.schema.properties ?? {},
      ).map(([name, schema]) => ({ name, description: schema.description ?? '' }))
      const silent = [...operation.parameters, ...fields].filter(({ description }) => description === '')
      expect(
        silent.map(({ name }) => name),
        `${method} ${path}: describe in its schema or in shared/contract/meanings.ts`,
      ).toEqual([])
    }
  })

  test('describes whole numbers in a query by their bounds, not by their digits', () => {
    const { schema } = named('getTenantToken').parameters.find(({ name }) => name === 'minValidity') ?? {}
    expect(schema).toEqual({ type: 'integer', minimum: 0, maximum: 3300 })
  })

  test('lists each problem under its status, with the codes of the operation as an enum', () => {
    for (const { operation, path } of operations()) {
      for (const code of operation['x-problems']) {
        const { status } = problems[code as keyof typeof problems]
        const media = operation.responses[status]?.content?.['application/problem+json']
        expect(JSON.stringify(media?.schema), `${path} ${code}`).toContain(`"${code}"`)
      }
    }
  })

  test('adds the problems that are common to its kind', () => {
    expect(named('postTenantConnectSessions')['x-problems']).toEqual(
      expect.arrayContaining([
        'invalid_request',
        'caller_not_authenticated',
        'caller_not_allowed',
        'method_not_allowed',
        'body_too_large',
        'unsupported_media_type',
        'internal_error',
        'storage_unavailable',
      ]),
    )
    expect(named('getHealth')['x-problems']).not.toContain('caller_not_authenticated')
  })

  test('lists all problems of obtaining a token for every route that needs one', () => {
    const needsToken = /\/(token|ads\/.*|accounts\/discover)$/
    const found = operations().filter(({ path }) => needsToken.test(path))
    expect(found).toHaveLength(9)
    for (const { path, operation } of found)
      expect(operation['x-problems'], path).toEqual(expect.arrayContaining([...tokenProblems]))
  })

  test('refers to existing named schemas, and refuses unknown fields in a body', () => {
    const references = [...JSON.stringify(contract).matchAll(/"#\/components\/schemas\/(\w+)"/g)]
    for (const [, name = ''] of references) expect(contract.components.schemas).toHaveProperty(name)
    const body = named('postTenantConnectSessions').requestBody?.content['application/json']?.schema
    expect(body).toMatchObject({ additionalProperties: false, required: ['environment', 'returnUrl'] })
  })

  test('shows complete examples that its own schemas accept', () => {
    for (const [key, example] of Object.entries(examples)) {
      const [method = '', path = ''] = key.split(' ')
      const byMethod = routes.find((route) => route.path === path)?.operations as Record<string, never>
      const operation = byMethod?.[method] as RouteDefinition['operations']['GET']
      expect(operation, key).toBeDefined()
      if (example.body !== undefined) expect(operation?.body?.safeParse(example.body).success, key).toBe(true)
      if (example.response !== undefined)
        expect(operation?.response.schema?.parse(example.response), key).toEqual(example.response)
    }
  })
})
