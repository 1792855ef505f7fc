import { globSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Contract,
  type ContractOperation,
  parametersOf,
  resolveResponse,
  resolveSchema,
} from '../../shared/contract/document.ts'
import { examples } from '../../shared/contract/examples.ts'
import type { JsonSchema } from '../../shared/contract/jsonSchema.ts'
import { buildContract } from '../../shared/contract/openapi.ts'
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
    expect(named('vendToken').security).toEqual([{ bearer: ['Tokens.Vend'] }])
    expect(named('getHealth').security).toEqual([])
  })

  test('describes every placeholder of a path, and every parameter has a meaning', () => {
    for (const { path, method, operation } of operations()) {
      const parameters = parametersOf(contract, operation)
      const inPath = parameters.filter((p) => p.in === 'path').map(({ name }) => name)
      expect(inPath.sort(), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort())
      const silent = parameters.filter(({ description }) => description === '').map(({ name }) => name)
      expect(silent, `${method} ${path}: describe in its schema or in shared/contract/meanings.ts`).toEqual(
        [],
      )
    }
  })

  test('describes every named schema, and every member of each', () => {
    const silent = (schema: JsonSchema, at: string): string[] => [
      ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
        ...(member.description === undefined && member.$ref === undefined ? [`${at}.${name}`] : []),
        ...silent(member, `${at}.${name}`),
      ]),
      ...(schema.items ? silent(schema.items, `${at}[]`) : []),
    ]
    for (const [name, schema] of Object.entries(contract.components.schemas)) {
      expect(schema.description, name).toBeTruthy()
      expect(silent(schema, name), 'describe in its schema or in shared/contract/answerMeanings.ts').toEqual(
        [],
      )
    }
  })

  test('names the schema of every JSON body and answer, so that generated clients have readable types', () => {
    for (const { path, method, operation } of operations()) {
      const answers = Object.values(operation.responses).map((each) => resolveResponse(contract, each))
      for (const body of [operation.requestBody, ...answers]) {
        const schema = body?.content?.['application/json']?.schema
        if (schema && Object.keys(schema).length > 0)
          expect(schema.$ref, `${method} ${path}`).toMatch(/^#\/components\/schemas\/\w+$/)
      }
    }
  })

  test('lists no values of an answer as the only ones, because there can be more', () => {
    for (const { operation } of operations()) {
      const answers = Object.values(operation.responses).map((each) => resolveResponse(contract, each))
      expect(JSON.stringify(answers)).not.toContain('"enum"')
    }
    const { Tenant, Vend, Diagnosis, TenantEvent, Problem } = contract.components.schemas
    expect(JSON.stringify([Tenant, Vend, Diagnosis, TenantEvent, Problem])).not.toContain('"enum"')
    expect(Diagnosis?.properties?.verdict).toMatchObject({ 'x-extensible-enum': expect.any(Array) })
  })

  test('groups the operations, vending first and what browsers open near the end', () => {
    const listed = [...new Set(operations().flatMap(({ operation }) => operation.tags))]
    expect(listed).toEqual(contract.tags.map(({ name }) => name))
    expect(listed[0]).toBe('Vending')
  })

  test('declares the headers that a client needs', () => {
    const { responses } = contract.components
    expect(responses.Unauthorized?.headers).toHaveProperty('WWW-Authenticate')
    expect(responses.ServiceUnavailable?.headers).toHaveProperty('Retry-After')
    expect(responses.MicrosoftAnswers?.headers).toHaveProperty('X-Diagnosis')
    expect(responses.Redirect?.headers).toHaveProperty('Location')
  })

  test('passes a body of any shape through, with the methods that have one', () => {
    const withBody = operations().filter(({ path }) => path.includes('/ads/'))
    const methods = withBody.filter(({ operation }) => operation.requestBody).map(({ method }) => method)
    expect(methods.sort()).toEqual(['delete', 'patch', 'post', 'put'])
    expect(named('callAdvertising').requestBody?.content).toEqual({ 'application/json': { schema: {} } })
  })

  test('stays small: an operation adds only what it shares with no other', () => {
    expect(JSON.stringify(contract, undefined, 2).split('\n').length).toBeLessThan(6820)
  })

  test('describes whole numbers in a query by their bounds, not by their digits', () => {
    const { schema } =
      parametersOf(contract, named('vendToken')).find(({ name }) => name === 'minValidity') ?? {}
    expect(schema).toEqual({ type: 'integer', minimum: 0, maximum: 3300 })
    const { description } =
      parametersOf(contract, named('vendToken')).find(({ name }) => name === 'accountId') ?? {}
    expect(description).toContain('Without it, the default account')
  })

  test('has words for the defaults of a body, and none for a path, since generators misread both', () => {
    for (const { path, operation } of operations()) {
      const { schema = {} } = operation.requestBody?.content['application/json'] ?? {}
      for (const field of Object.values(resolveSchema(contract, schema).properties ?? {}))
        expect(field, path).not.toHaveProperty('default')
      for (const { schema, in: where } of parametersOf(contract, operation))
        if (where === 'path') expect(schema, path).not.toHaveProperty('default')
    }
    const { accountChoice, expiresIn } = contract.components.schemas.ConnectSessionRequest?.properties ?? {}
    expect(accountChoice?.description).toMatch(/ Default is `page`\.$/)
    expect(expiresIn?.description).toContain('Default is 15 minutes')
    expect(expiresIn?.description).not.toContain('900')
  })

  test('describes a flag in a query as a boolean', () => {
    const { schema } =
      parametersOf(contract, named('listAccounts')).find(({ name }) => name === 'usable') ?? {}
    expect(schema).toEqual({ type: 'boolean' })
  })

  test('has no number that isn’t whole, since a generator would make it a double', () => {
    expect(JSON.stringify(contract)).not.toContain('"type":"number"')
  })

  test('has no component that nothing refers to', () => {
    const text = JSON.stringify(contract)
    const { schemas, responses, parameters, headers } = contract.components
    for (const [kind, named] of Object.entries({ schemas, responses, parameters, headers }))
      for (const name of Object.keys(named)) expect(text).toContain(`"#/components/${kind}/${name}"`)
  })

  test('has a form where the route reads one, and says that the caller’s credential can be in it', () => {
    const { requestBody, security } = named('requestToken')
    expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/x-www-form-urlencoded'])
    expect(requestBody?.content['application/x-www-form-urlencoded']?.schema).toEqual({
      $ref: '#/components/schemas/TokenRequest',
    })
    // Unknown fields are ignored there (RFC 6749, section 3.2).
    expect(contract.components.schemas.TokenRequest).not.toHaveProperty('additionalProperties')
    expect(security).toEqual([{ bearer: ['Tokens.Vend'] }, { basic: [] }, {}])
  })

  test('has no 404 on the pass-through, which the SDKs read as a service that doesn’t exist', () => {
    const passed = operations().filter(({ path }) => path.includes('/ads/'))
    for (const { operation } of passed) expect(operation.responses).not.toHaveProperty('404')
  })

  test('lists each problem’s status, with one schema for every problem document', () => {
    for (const { operation, path } of operations()) {
      for (const code of operation['x-problems'].split(' ')) {
        const known = problems[code as keyof typeof problems].status
        const { statusOf = (same: number) => same } =
          routes.find((route) => `/${route.path.replace('{*', '{')}` === path)?.failures ?? {}
        const { content = {} } = resolveResponse(contract, operation.responses[statusOf(known)]) ?? {}
        const [type, schema] = path.startsWith('/oauth/')
          ? ['text/html', { type: 'string' }]
          : path.endsWith('/oauth/token')
            ? ['application/json', { $ref: '#/components/schemas/OAuthError' }]
            : ['application/problem+json', { $ref: '#/components/schemas/Problem' }]
        expect(content[type as string]?.schema, `${path} ${code}`).toEqual(schema)
      }
    }
  })

  test('has every member that any problem has', () => {
    const { properties } = contract.components.schemas.Problem ?? {}
    const sources = globSync('{shared,functions}/**/*.ts').map((file) => readFileSync(file, 'utf8'))
    const members = sources.flatMap((text) =>
      [...text.matchAll(/members: \{ (?!\.\.\.)(\w+)(?:[:,} ])/g)].map(([, name = '']) => name),
    )
    expect(members.length).toBeGreaterThan(10)
    for (const name of members) expect(properties).toHaveProperty(name)
  })

  test('adds the problems that are common to its kind', () => {
    expect(named('createConnectSession')['x-problems'].split(' ')).toEqual(
      expect.arrayContaining([
        'invalid_request',
        'caller_not_authenticated',
        'caller_not_allowed',
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
    expect(found).toHaveLength(10)
    for (const { path, operation } of found)
      expect(operation['x-problems'].split(' '), path).toEqual(expect.arrayContaining([...tokenProblems]))
  })

  test('refers to existing named schemas, and refuses unknown fields in a body', () => {
    const references = [...JSON.stringify(contract).matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)]
    for (const [, kind = '', name = ''] of references)
      expect(contract.components[kind as 'schemas']).toHaveProperty(name)
    const { schema = {} } = named('createConnectSession').requestBody?.content['application/json'] ?? {}
    expect(resolveSchema(contract, schema)).toMatchObject({
      additionalProperties: false,
      required: ['environment'],
    })
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
