import { HttpRequest, type HttpRequestInit } from '@azure/functions'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { formType, parseBody, parseForm, parseParams, parseQuery, readText } from '../../shared/http/body.ts'
import { isTenantRoute, noFields, pageQuery, tenantParams } from '../../shared/http/fields.ts'
import { Problem } from '../../shared/problems.ts'

const schema = z.strictObject({ name: z.string(), size: z.int().optional() })

const request = (init: HttpRequestInit = {}) =>
  new HttpRequest({ method: 'GET', url: 'http://127.0.0.1/x', ...init })
const posted = (text: string, type = 'application/json', headers: Record<string, string> = {}) =>
  request({ method: 'POST', headers: { 'content-type': type, ...headers }, body: { string: text } })

async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a body', () => {
  test('that fits its schema is read', async () => {
    expect(await parseBody(posted('{"name":"a","size":1}'), schema, 100)).toEqual({ name: 'a', size: 1 })
  })

  test('may be any JSON type, with parameters', async () => {
    expect(
      await parseBody(posted('{"name":"a"}', 'application/merge-patch+json; charset=utf-8'), schema, 99),
    ).toEqual({
      name: 'a',
    })
  })

  test('can name its type in capitals', async () => {
    expect(await parseBody(posted('{"name":"a"}', 'Application/JSON'), schema, 99)).toEqual({ name: 'a' })
  })

  test('that is missing is an empty object', async () => {
    expect(await parseBody(request({ method: 'POST' }), z.strictObject({}), 100)).toEqual({})
  })

  test('names every invalid field as the caller wrote it', async () => {
    const { code, extras } = await problemOf(() => parseBody(posted('{"size":"x","colour":1}'), schema, 100))
    expect(code).toBe('invalid_request')
    expect(extras.members?.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ in: 'body', field: 'name' }),
        expect.objectContaining({ in: 'body', field: 'size' }),
        { in: 'body', field: 'colour', fault: 'isn’t a known field; known are name, size' },
      ]),
    )
  })

  test('with an unknown field is refused with the first 100 characters of the field’s name', async () => {
    const body = posted(JSON.stringify({ name: 'a', ['x'.repeat(101)]: 1 }))
    const { extras } = await problemOf(() => parseBody(body, schema, 999))
    expect(extras.members?.errors).toMatchObject([{ field: 'x'.repeat(100) }])
  })

  test('that is not declared as JSON, or is not JSON, is refused', async () => {
    expect(await problemOf(() => parseBody(posted('a=b', 'text/plain'), schema, 100))).toMatchObject({
      code: 'unsupported_media_type',
      extras: { headers: { Accept: 'application/json' } },
    })
    expect((await problemOf(() => parseBody(posted('{'), schema, 100))).code).toBe('invalid_request')
  })

  test('is read exactly up to its limit, regardless of its declared length', async () => {
    expect(await readText(posted('12345'), 5)).toBe('12345')
    const tooLong = await problemOf(() => readText(posted('123456'), 5))
    expect(tooLong.code).toBe('body_too_large')
    expect(tooLong.extras.members).toEqual({ maxBodyBytes: 5 })
    const declared = posted('1', 'application/json', { 'content-length': '6' })
    expect((await problemOf(() => readText(declared, 5))).code).toBe('body_too_large')
  })

  test('has no members that are null: serializers write it for what is unset', async () => {
    const of = z.strictObject({
      a: z.string().optional(),
      sent: z.strictObject({ b: z.string().optional() }),
    })
    expect(await parseBody(posted('{"a":null,"sent":{"b":null}}'), of, 50)).toEqual({ sent: {} })
    const required = z.strictObject({ a: z.string() })
    const { extras } = await problemOf(() => parseBody(posted('{"a":null}'), required, 50))
    expect(extras.detail).toContain('body a: ')
    const lists = z.strictObject({ a: z.array(z.unknown()) })
    expect(await parseBody(posted('{"a":[null]}'), lists, 50)).toEqual({ a: [null] })
  })

  test('of any text is either read or refused as a problem', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const outcome = await parseBody(posted(text), schema, 50).catch((error) => error)
        expect(outcome instanceof Problem || typeof outcome.name === 'string').toBe(true)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Problem)
      }),
    )
  })
})

describe('a form', () => {
  const form = z.object({ a: z.string(), b: z.string().optional() })
  const sent = (text: string, type: string = formType) => parseForm(posted(text, type), form, 20)

  test('is read as browsers and OAuth clients send it; a field without a value counts as absent', async () => {
    expect(await sent('a=%2B+x&b=', `${formType}; charset=UTF-8`)).toEqual({ a: '+ x' })
  })

  test('names a field that is missing, or repeated unless it means nothing', async () => {
    const faultOf = async (text: string) =>
      (await problemOf(() => sent(text))).extras.members?.errors as object[]
    expect(await faultOf('b=1')).toMatchObject([{ in: 'body', field: 'a' }])
    expect(await faultOf('a=1&a=1')).toEqual([{ in: 'body', field: 'a', fault: 'occurs more than once' }])
    expect(await faultOf('')).toMatchObject([{ in: 'body', field: 'a' }])
    expect(await sent('a=1&c=1&c=2')).toEqual({ a: '1' })
  })

  test('that is JSON is refused with the type that is read, and so is one that is too large', async () => {
    expect(await problemOf(() => sent('{"a":"1"}', 'application/json'))).toMatchObject({
      ...{ code: 'unsupported_media_type', extras: { headers: { Accept: formType } } },
    })
    expect(await problemOf(() => sent('a=12345678901234567890'))).toMatchObject({ code: 'body_too_large' })
  })
})

/** The library creates a query from a record, without duplicates; the host passes on the whole query. */
const asked = (query: string) => ({ query: new URLSearchParams(query) }) as unknown as HttpRequest

describe('a query', () => {
  test('gets its defaults', () => {
    expect(parseQuery(request(), pageQuery)).toEqual({ limit: 50 })
  })

  const longest = 'x'.repeat(2000)

  test.each([
    ['limit=1', { limit: 1 }],
    ['limit=200', { limit: 200 }],
    [`continuation=${longest}`, { limit: 50, continuation: longest }],
    ['limit=&continuation=', { limit: 50 }],
  ])('%s is read', (query, read) => {
    expect(parseQuery(asked(query), pageQuery)).toEqual(read)
  })

  test.each([
    ...['limit=0', 'limit=201', 'limit=1.5', 'limit=-1', 'limit=1&limit=2', 'offset=3'],
    `continuation=${longest}x`,
  ])('%s is refused', async (query) => {
    const { code } = await problemOf(() => parseQuery(asked(query), pageQuery))
    expect(code).toBe('invalid_request')
  })

  test.each(['limit=x', 'limit=-1'])('%s is refused because it is not a whole number', async (query) => {
    const { extras } = await problemOf(() => parseQuery(asked(query), pageQuery))
    expect(extras.detail).toBe('query limit: must be a whole number from 1 to 200')
  })

  test('can repeat parameters that the schema does not read', async () => {
    const open = z.object({ state: z.string() })
    expect(parseQuery(asked('state=a&other=1&other=2'), open)).toEqual({ state: 'a' })
    const { extras } = await problemOf(() => parseQuery(asked('state=a&state=b'), open))
    expect(extras.detail).toBe('query state: occurs more than once')
  })

  test('whose schema doesn’t list its fields can’t repeat any', async () => {
    const any = z.record(z.string(), z.string())
    const { extras } = await problemOf(() => parseQuery(asked('a=1&a=2'), any))
    expect(extras.detail).toBe('query a: occurs more than once')
  })

  test('of a route without a query is refused by name', async () => {
    const { extras } = await problemOf(() => parseQuery(asked('a=1'), noFields))
    expect(extras.detail).toBe('query a: isn’t a known field; there are none')
  })
})

describe('a tenant id', () => {
  test.each(['acme', '4', 'a.b_c~d:e@f-g', 'x'.repeat(128)])('may be %s', (tenant) => {
    expect(parseParams(request({ params: { tenant } }), tenantParams)).toEqual({ tenant })
  })

  test.each(['', '-a', 'a b', 'a/b', 'ä', '../x', 'x'.repeat(129)])('may not be "%s"', async (tenant) => {
    const { extras } = await problemOf(() => parseParams(request({ params: { tenant } }), tenantParams))
    expect(extras.members?.errors).toMatchObject([{ in: 'path', field: 'tenant' }])
  })
})

test('a path names a tenant only by its parameter', () => {
  expect(['v1/tenants/{tenant}/token', 'v1/tenants'].map(isTenantRoute)).toEqual([true, false])
})

describe('a refusal never outgrows its request', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => ({ in: 'query', field: `n${index}` }))

  test.each([
    [20, false],
    [21, true],
    [4000, true],
  ])('%d unknown parameters: at most 20 are named', async (count, hasMore) => {
    const names = Array.from({ length: count }, (_, index) => `n${index}=1`)
    const { extras } = await problemOf(() => parseQuery(asked(names.join('&')), noFields))
    expect(extras.members?.errors).toMatchObject(twenty)
    expect(extras.detail?.endsWith('; and more')).toBe(hasMore)
  })

  test('thousands of invalid elements: at most 20 are named', async () => {
    const body = posted(JSON.stringify({ list: Array(5000).fill(1) }))
    const list = z.strictObject({ list: z.array(z.string()) })
    const { extras } = await problemOf(() => parseBody(body, list, 99_999))
    expect(extras.members?.errors).toHaveLength(20)
    expect(extras.detail?.length).toBeLessThan(3000)
  })

  test('a long name is cut, wherever it stands', async () => {
    const name = 'x'.repeat(5000)
    for (const refused of [
      () => parseQuery(asked(`${name}=1`), noFields),
      () => parseQuery(asked(`${name}=1&${name}=1`), z.record(z.string(), z.string())),
      () => parseBody(posted(JSON.stringify({ [name]: 1 })), z.record(z.string(), z.string()), 9999),
    ])
      expect((await problemOf(refused)).extras.members?.errors).toMatchObject([{ field: 'x'.repeat(100) }])
  })
})

describe('a body nested', () => {
  const nested = (levels: number) => posted(`${'{"a":'.repeat(levels - 1)}[]${'}'.repeat(levels - 1)}`)

  test('64 levels deep is read', async () => {
    expect(await parseBody(nested(64), z.unknown(), 9999)).toBeDefined()
  })

  test.each([65, 5000, 100_000])('%d levels deep is refused', async (levels) => {
    const { code, extras } = await problemOf(() => parseBody(nested(levels), z.unknown(), 1_048_576))
    expect([code, extras.detail]).toEqual(['invalid_request', 'body: is nested deeper than 64 levels'])
  })
})
