import * as z from 'zod'
import { answerMeanings } from './answerMeanings.ts'
import { meanings } from './meanings.ts'

/** A JSON Schema of the dialect that OpenAPI 3.1 uses (2020-12), limited to the members that the contract reads. */
export interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly $ref?: string
  readonly [keyword: string]: unknown
}

/** A schema, and the named schemas that it references as `#/components/schemas/…`. */
export interface ConvertedSchema {
  readonly schema: JsonSchema
  readonly named: Readonly<Record<string, JsonSchema>>
}

/**
 * The schema of an answer. It may gain members and values: clients ignore unknown ones. So the known values of a text
 * are listed as `x-extensible-enum` (Zalando's RESTful API Guidelines, rule 112), which generators read as any text.
 */
export function responseSchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'output', (written) => {
    openValues(written)
    describeProperties(written, answerMeanings)
  })
}

/**
 * The schema of a request's body; an unknown field is a fault. Its defaults are in words: openapi-typescript makes a
 * field with a `default` required, and NSwag sends the default with every request.
 */
export function bodySchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'input', (written) => {
    describeInput(written)
    for (const field of Object.values((written.properties ?? {}) as Record<string, WrittenSchema>))
      sayDefault(field)
  })
}

/** One parameter of a path or query. */
export interface ParameterSchema {
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** The parameters in a path or query schema; numbers are described as numbers, not as text. */
export function parameterSchemas(schema: z.ZodType): ParameterSchema[] {
  const written = convert(schema, 'input', describeInput).schema
  const read = convert(schema, 'output', describeInput).schema
  return Object.entries(written.properties ?? {}).map(([name, digits]) => {
    const meant = read.properties?.[name] ?? digits
    const isWhole = meant.type === 'number' && digits.pattern?.startsWith('^\\d') === true
    const isFlag = digits.enum?.join() === 'true,false'
    return {
      name,
      required: written.required?.includes(name) === true,
      schema: { ...meant, ...(isWhole && { type: 'integer' }), ...(isFlag && { type: 'boolean' }) },
    }
  })
}

type WrittenSchema = Record<string, unknown>

function describeInput(written: WrittenSchema): void {
  describeProperties(written, meanings)
}

function convert(
  schema: z.ZodType,
  io: 'input' | 'output',
  finish: (written: WrittenSchema) => void,
): ConvertedSchema {
  // A named schema is only referenced from within another schema.
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const written = jsonSchema as WrittenSchema
      simplify(written, io)
      finish(written)
    },
  }) as JsonSchema
  const { it = {} } = whole.properties ?? {}
  return rewriteReferences({ schema: it, named: (whole.$defs ?? {}) as Record<string, JsonSchema> })
}

/** Removes members that only repeat a format or the range of a double. */
function simplify(schema: Record<string, unknown>, io: 'input' | 'output'): void {
  if (schema.format !== undefined) delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  delete schema.propertyNames
}

function openValues(schema: WrittenSchema): void {
  if (!schema.enum) return
  schema['x-extensible-enum'] = schema.enum
  delete schema.enum
}

function sayDefault(field: WrittenSchema): void {
  const { default: value, description = '' } = field
  if (value === undefined) return
  delete field.default
  if (!`${description}`.includes('Default is '))
    field.description = `${description} Default is \`${value}\`.`.trim()
}

/** Gives each property that says nothing about itself the meaning of its name. */
function describeProperties({ properties }: WrittenSchema, meanings: Readonly<Record<string, string>>): void {
  for (const [name, property] of Object.entries(
    (properties ?? {}) as Record<string, { description?: string }>,
  ))
    if (meanings[name] !== undefined) property.description ??= meanings[name]
}

function rewriteReferences(converted: ConvertedSchema): ConvertedSchema {
  const moved = JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(moved) as ConvertedSchema
}
