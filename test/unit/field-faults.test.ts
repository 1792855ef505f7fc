import { HttpRequest } from '@azure/functions'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Broker } from '../../shared/broker.ts'
import { resolveSchema } from '../../shared/contract/document.ts'
import type { JsonSchema } from '../../shared/contract/jsonSchema.ts'
import { checkRequest } from '../../shared/http/checkRequest.ts'
import type { FieldFault } from '../../shared/http/fieldFaults.ts'
import { createReadPathParams, receiveRequest } from '../../shared/http/receiveRequest.ts'
import type { RouteDefinition } from '../../shared/http/route.ts'
import { Problem } from '../../shared/problems.ts'
import { appRoles } from '../../shared/settings/appRoles.ts'
import { contract, type FuzzedOperation, operations, toTitle } from '../fuzz/operations.ts'
import { registeredRoutes } from './registeredRoutes.ts'

const token = { issuedAt: new Date(0), expiresAt: new Date(1) }
const caller = { app: 'an-app', workspace: 'agency', rights: new Set(appRoles), token }
const broker = {
  callers: { authenticate: async () => caller },
  refusedApps: { isRefused: async () => false },
  requestLimiter: { take: () => undefined },
  config: { publicUrl: 'https://broker.example', maxBodyBytes: 1_000_000, callerIssuers: [] },
} as unknown as Broker

let routes: readonly RouteDefinition[]
beforeAll(async () => {
  routes = await registeredRoutes()
})

/** What a library of schemas, JavaScript, or a pattern would say. */
const jargon =
  /\binvalid\b|expected|received|\btoo (?:small|big)\b|[<>]=|pattern|regex|undefined|\bNaN\b|\bstrings?\b|\bbooleans?\b|\barrays?\b|\bkeys?\b|\benum|\bdatetime|\[object|something else|written differently|isn’t valid/i
/** The words in which a fault says what would be right. */
const rule =
  /^(?:is missing; it )?must (?:be|have|not be) \S|^isn’t a known field; (?:known are \w|there are none)|^(?:needs|has|is required|is only|doesn’t match|or `body`|`changedSince` and)[ ,]|^occurs more than once$|^is not JSON$|^is nested deeper than \d+ levels$/

type Sent = Partial<Record<'path' | 'query' | 'body', string>>

/** The faults for which a request is refused, all in plain words; none if it passes all checks. */
async function faultsOf({ method, path, body }: FuzzedOperation, sent: Sent): Promise<readonly FieldFault[]> {
  const rules = routes.find((route) => route.path === path.slice(1))?.operations[method as 'GET']
  if (!rules) throw new Error(`no route has ${method} ${path}`)
  const url = `https://broker.example${sent.path ?? filled(path)}${sent.query ?? ''}`
  const headers = { authorization: 'Bearer x', ...(body && { 'content-type': body.type }) }
  const text = sent.body ?? (body && minimal(body))
  const request = new HttpRequest({ method, url, headers, ...(text && { body: { string: text } }) })
  const received = receiveRequest(request, 'id', createReadPathParams(path.slice(1)))
  const refusal = await checkRequest({ broker, path: path.slice(1) }, rules, received).catch((error) => error)
  if (!(refusal instanceof Error)) return []
  if (!(refusal instanceof Problem) || refusal.code !== 'invalid_request') throw refusal
  const { errors } = refusal.extras.members as { readonly errors: readonly FieldFault[] }
  for (const { fault } of errors) {
    expect(fault).toMatch(rule)
    expect(fault).not.toMatch(jargon)
  }
  return errors
}

/** A word that every path takes: also one of the `{objects}` of normalized objects. */
const filled = (path: string) => path.replace(/\{\w+\}/g, 'campaigns')
const isJson = ({ body }: FuzzedOperation) => body?.type === 'application/json'
const minimal = ({ type }: { readonly type: string }) =>
  type === 'application/json' ? '{}' : 'grant_type=client_credentials'

/** Pages answer with pages, and the pass-through reads nothing. */
const api = operations
  .filter(({ isListed, path }) => isListed && path.startsWith('/v1/') && !path.includes('/ads/'))
  .map((operation) => ({ title: toTitle(operation), operation }))

/** Whether the contract permits a value. A URL is compared with those that are configured, later. */
function isPermitted({ format, ...schema }: JsonSchema, value: unknown): boolean {
  const whole = { ...schema, ...(format !== 'uri' && { format }), $defs: contract.components.schemas }
  const written = JSON.parse(JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/'))
  return z.fromJSONSchema(written).safeParse(value).success
}

interface BodyField {
  /** With a dot before each member, and the index of a list's item. */
  readonly name: string
  readonly schema: JsonSchema
  readonly required: boolean
}

/** Every field of a body, also those of its objects and the items of its lists. */
function fieldsOf(schema: JsonSchema, before = ''): BodyField[] {
  const { properties = {}, required = [], items } = resolveSchema(contract, schema)
  const members = Object.entries(properties).map(([name, member]) => ({
    name: `${before}${name}`,
    schema: resolveSchema(contract, member),
    required: required.includes(name),
  }))
  const own = items ? [{ name: `${before}0`, schema: resolveSchema(contract, items), required: false }] : []
  return [...members, ...own].flatMap((field) => [field, ...fieldsOf(field.schema, `${field.name}.`)])
}

/** A body that has nothing but the field. */
function bodyWith(name: string, value: unknown): string {
  const parts = name === '' ? [] : name.split('.')
  return JSON.stringify(
    parts.reduceRight<unknown>((inner, part) => (part === '0' ? [inner] : { [part]: inner }), value),
  )
}

const long = 'x'.repeat(30_000)
const oddValues: readonly unknown[] = [
  ...[null, '', ' ', 'ä', '😀"\\', long, 0, -1, 1.5, 1e30, true, false],
  ...[[], [null], [''], [[]], Array.from({ length: 6000 }, () => '1'), {}, { a: { b: { c: [] } } }],
  ...['2026-11-31', '2026-11-31T25:00:00Z', '2026-11-30T00:00:00', 'javascript:alert(1)'],
]

const bodyFields = api.flatMap(({ title, operation }) =>
  operation.body && isJson(operation)
    ? fieldsOf(operation.body.schema).map((field) => ({ title, operation, ...field }))
    : [],
)

describe('a body’s field', () => {
  test.each(bodyFields)('$name of $title is named with what it must be, whatever is sent', async (field) => {
    const { name, operation, schema } = field
    for (const value of oddValues) {
      const faults = await faultsOf(operation, { body: bodyWith(name, value) })
      const isAbsent = value === null && !name.endsWith('.0')
      const own = faults.filter((each) => `${each.field}.`.startsWith(`${name}.`))
      if (!isAbsent && !isPermitted(schema, value)) expect(own, JSON.stringify(value)).not.toEqual([])
    }
  })

  test.each(bodyFields.filter(({ required }) => required))(
    '$name of $title is named if it is missing, with what it must be',
    async ({ name, operation }) => {
      const body = bodyWith(name.slice(0, Math.max(0, name.lastIndexOf('.'))), {})
      const own = (await faultsOf(operation, { body })).find(({ field }) => field === name)
      expect(own?.fault).toMatch(/^is missing; it must be \S/)
    },
  )
})

describe.each(api.filter(({ operation }) => isJson(operation)))('the body of $title', ({ operation }) => {
  test.each(['5', 'null', '"text"', '[]'])('is named if it is %s, with what it must be', async (body) => {
    const faults = await faultsOf(operation, { body })
    expect(faults).toMatchObject([
      { in: 'body', field: '', fault: expect.stringMatching(/^must be an object/) },
    ])
  })

  test.each(['{', '['.repeat(70) + ']'.repeat(70)])('is named if it is %s', async (body) => {
    expect(await faultsOf(operation, { body })).toMatchObject([{ in: 'body', field: '' }])
  })

  const objects = [
    '',
    ...fieldsOf(operation.body!.schema).flatMap(({ name, schema }) => (schema.properties ? name : [])),
  ]
  test.each(objects)('has known fields in "%s", which are said if another one is sent', async (name) => {
    const { schema } =
      fieldsOf(operation.body!.schema).find((field) => field.name === name) ?? operation.body!
    const names = Object.keys(resolveSchema(contract, schema).properties ?? {})
    expect(await faultsOf(operation, { body: bodyWith(name, { odd: 1 }) })).toContainEqual({
      in: 'body',
      field: name ? `${name}.odd` : 'odd',
      fault: `isn’t a known field; known are ${names.join(', ')}`,
    })
  })
})

const oddTexts = [
  ...['', ' ', 'ä', long, '-1', '1.5', '1e3', '99999999999', 'null', '{}', '[]', '\0', 'true,', 'a,,b'],
  ...['2026-11-31', '2026-11-31T00:00:00', '😀', '"\\'],
]

const parameters = api.flatMap(({ title, operation }) => [
  ...operation.queryFields.map((field) => ({ title, operation, place: 'query' as const, ...field })),
  ...operation.pathFields.map((field) => ({ title, operation, place: 'path' as const, ...field })),
])

/** A parameter's value as the contract has it. */
function toValue({ type }: JsonSchema, text: string): unknown {
  if (type === 'integer') return /^\d+$/.test(text) ? Number(text) : text
  return type === 'array' ? text.split(',') : text
}

describe('a parameter', () => {
  test.each(parameters)(
    '$name of $title is named with what it must be, whatever is sent',
    async (parameter) => {
      const { name, operation, place, schema } = parameter
      for (const text of place === 'path' ? oddTexts.filter(Boolean) : oddTexts) {
        const sent = encodeURIComponent(text)
        const faults = await faultsOf(operation, {
          [place]: place === 'path' ? filled(operation.path.replace(`{${name}}`, sent)) : `?${name}=${sent}`,
        })
        const own = faults.filter(({ field }) => field === name || field.startsWith(`${name}.`))
        if (text !== '' && !isPermitted(schema, toValue(schema, text))) expect(own, text).not.toEqual([])
      }
    },
  )

  test.each(parameters.filter(({ place, required }) => place === 'query' && required))(
    'that isn’t sent and must be is named, with what it must be: $name of $title',
    async ({ name, operation }) => {
      const own = (await faultsOf(operation, {})).find(({ field }) => field === name)
      expect(own?.fault).toMatch(/^is missing; it must be \S/)
    },
  )

  test.each(parameters.filter(({ place }) => place === 'query'))(
    '$name of $title is named if it is sent twice',
    async ({ name, operation }) => {
      const faults = await faultsOf(operation, { query: `?${name}=1&${name}=2` })
      expect(faults).toEqual([{ in: 'query', field: name, fault: 'occurs more than once' }])
    },
  )
})

test.each(api)(
  'the query of $title has known fields, which are said if another one is sent',
  async (each) => {
    const names = each.operation.queryFields.map(({ name }) => name)
    const known = names.length > 0 ? `known are ${names.join(', ')}` : 'there are none'
    const fault = `isn’t a known field; ${known}`
    expect(await faultsOf(each.operation, { query: '?odd=1' })).toContainEqual({
      in: 'query',
      field: 'odd',
      fault,
    })
  },
)

describe.each(api.filter(({ operation }) => operation.body && !isJson(operation)))(
  'a form’s field of $title',
  ({ operation }) => {
    test.each(fieldsOf(operation.body!.schema))('named $name is refused in plain words', async ({ name }) => {
      for (const text of oddTexts) {
        const form = new URLSearchParams({ grant_type: 'client_credentials', [name]: text })
        const faults = await faultsOf(operation, { body: form.toString() })
        for (const { field, fault } of faults) expect(`${field} ${fault}`).toContain(name)
      }
    })
  },
)
