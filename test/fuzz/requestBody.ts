import fc from 'fast-check'
import type { JsonSchema } from '../../shared/contract/jsonSchema.ts'
import { createValues, spoiled } from './fromSchema.ts'
import { hostileText, hostileValue, largeText } from './hostileText.ts'
import { known } from './known.ts'
import { contract, type FuzzedOperation } from './operations.ts'
import type { FuzzBody } from './request.ts'
import { asText, encodeField } from './spelling.ts'

const generate = createValues(contract, known)
const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

const types = [
  undefined,
  '',
  'text/plain',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/problem+json',
  form,
  json,
  'multipart/form-data; boundary=x',
  'application/xml',
  '/',
  'application/json, text/html',
] as const

/** A body that the operation reads, mostly; or one that it doesn't expect. */
export function bodyOf({ body, form: fields }: FuzzedOperation): fc.Arbitrary<FuzzBody | undefined> {
  const own = body ? ofSchema(body) : fields ? ofFields(fields) : undefined
  const broken = rawText.map((text) => ({ text, type: json }))
  const none = fc.constant(undefined)
  if (!own)
    return fc.oneof(
      { weight: 8, arbitrary: none },
      { weight: 1, arbitrary: written(fc.oneof(broken, ofJson(hostileValue))) },
    )
  return fc.oneof(
    { weight: 12, arbitrary: written(own) },
    { weight: 2, arbitrary: written(broken) },
    { weight: 1, arbitrary: none },
  )
}

interface Content {
  readonly text: string
  readonly type: string
}

function ofSchema({
  schema,
  type,
}: {
  readonly schema: JsonSchema
  readonly type: string
}): fc.Arbitrary<Content> {
  const valid = generate(schema)
  const values = fc.oneof({ weight: 3, arbitrary: valid }, { weight: 4, arbitrary: spoiled(valid) })
  return type === form ? values.map((value) => ({ text: toForm(value), type })) : ofJson(values)
}

const ofJson = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Content> =>
  values.map((value) => ({ text: JSON.stringify(value) ?? '', type: json }))

/** Fields in any number, so that some are repeated. */
function ofFields(names: readonly string[]): fc.Arbitrary<Content> {
  const field = fc
    .constantFrom(...names)
    .chain((name) =>
      fc
        .oneof(
          { weight: 3, arbitrary: known[name] ? fc.constantFrom(...known[name]) : fc.nat().map(String) },
          { weight: 1, arbitrary: hostileText },
        )
        .map((value) => `${encodeField(name)}=${encodeField(value)}`),
    )
  return fc.array(field, { minLength: 1, maxLength: 6 }).map((list) => ({ text: list.join('&'), type: form }))
}

function toForm(value: unknown): string {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [['', value]]
  return members
    .map(([name, member]) => `${encodeField(String(name))}=${encodeField(asText(member))}`)
    .join('&')
}

/** What isn't JSON, or is JSON that a reader can trip over. */
const rawText = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '{',
      '[',
      '"',
      'nul',
      '{}{}',
      '{"a":1,}',
      '\ufeff{}',
      '{"a":1,"a":2}',
      "{'a':1}",
      '{"__proto__":{"x":1}}',
      '\0',
      ' ',
      '{"environment":"\\ud800"}',
      '1e999',
      '{"a":NaN}',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('[', '{"a":')
      .chain((unit) => fc.constantFrom(60, 70, 5000).map((levels) => unit.repeat(levels))),
  },
  { weight: 2, arbitrary: hostileText },
  { weight: 1, arbitrary: largeText },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(65_536, 65_537, 1_200_000)
      .map((length) => `{"displayName":"${'x'.repeat(length)}"}`),
  },
)

function written(contents: fc.Arbitrary<Content>): fc.Arbitrary<FuzzBody> {
  const type = fc.oneof(
    { weight: 14, arbitrary: fc.constant('own' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...types) },
  )
  const encoding = fc.oneof(
    { weight: 30, arbitrary: fc.constant('utf8' as const) },
    { weight: 1, arbitrary: fc.constantFrom('latin1' as const, 'utf16le' as const) },
  )
  const isChunked = fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  )
  return fc.tuple(contents, type, encoding, isChunked).map(([content, chosen, encoded, chunked]) => ({
    text: content.text,
    type: chosen === 'own' ? content.type : chosen,
    encoding: encoded,
    isChunked: chunked,
  }))
}
