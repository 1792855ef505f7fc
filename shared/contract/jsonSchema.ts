import * as z from 'zod'
import { accountView } from '../accounts/list.ts'
import { sweepReport } from '../operations/runSweep.ts'
import { readiness } from '../ready/readiness.ts'
import { eventView, tenantView } from '../tenants/view.ts'
import { vendResponse } from '../vend/vend.ts'

/** A JSON Schema of the dialect that OpenAPI 3.1 uses (2020-12), as far as the contract reads it back. */
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

/** A schema, and the named ones that it refers to as `#/components/schemas/…`. */
export interface ConvertedSchema {
  readonly schema: JsonSchema
  readonly named: Readonly<Record<string, JsonSchema>>
}

/** Schemas that several operations answer with, by their name in `components.schemas`. */
const named = {
  Tenant: tenantView,
  TenantEvent: eventView,
  Account: accountView,
  Vend: vendResponse,
  SweepReport: sweepReport,
  Readiness: readiness,
}
for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { id })

/** What an answer looks like. It may gain members: clients ignore what they do not know. */
export function responseSchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'output')
}

/** What a request's body must look like; a field that it does not name is a fault. */
export function bodySchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'input')
}

/** One parameter of a path or query. */
export interface ParameterSchema {
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** The parameters that a schema of a path or query names; numbers are what their digits stand for. */
export function parameterSchemas(schema: z.ZodType): ParameterSchema[] {
  const written = convert(schema, 'input').schema
  const read = convert(schema, 'output').schema
  return Object.entries(written.properties ?? {}).map(([name, digits]) => {
    const meant = read.properties?.[name] ?? digits
    const isWhole = meant.type === 'number' && digits.pattern?.startsWith('^\\d') === true
    return {
      name,
      required: written.required?.includes(name) === true,
      schema: isWhole ? { ...meant, type: 'integer' } : meant,
    }
  })
}

function convert(schema: z.ZodType, io: 'input' | 'output'): ConvertedSchema {
  // A named schema is only referred to from within another one.
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema as Record<string, unknown>, io),
  }) as JsonSchema
  const { it = {} } = whole.properties ?? {}
  return rewriteReferences({ schema: it, named: (whole.$defs ?? {}) as Record<string, JsonSchema> })
}

/** Takes away what only repeats a format, or says how large a double can be. */
function simplify(schema: Record<string, unknown>, io: 'input' | 'output'): void {
  if (schema.format !== undefined) delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  delete schema.propertyNames
  delete schema.id
}

function rewriteReferences(converted: ConvertedSchema): ConvertedSchema {
  const moved = JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(moved) as ConvertedSchema
}
