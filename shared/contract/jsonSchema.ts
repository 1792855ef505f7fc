import * as z from 'zod'
import { accountView } from '../accounts/list.ts'
import { sweepReport } from '../operations/runSweep.ts'
import { readiness } from '../ready/readiness.ts'
import { eventView, tenantView } from '../tenants/view.ts'
import { vendResponse } from '../vend/vend.ts'

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

/** Schemas of several operations' answers, by their name in `components.schemas`. */
const named = {
  Tenant: tenantView,
  TenantEvent: eventView,
  Account: accountView,
  Vend: vendResponse,
  SweepReport: sweepReport,
  Readiness: readiness,
}
for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { id })

/** The schema of an answer. It may gain members: clients ignore unknown ones. */
export function responseSchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'output')
}

/** The schema of a request's body; an unknown field is a fault. */
export function bodySchema(schema: z.ZodType): ConvertedSchema {
  return convert(schema, 'input')
}

/** One parameter of a path or query. */
export interface ParameterSchema {
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** The parameters in a path or query schema; numbers are described as numbers, not as text. */
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
  // A named schema is only referenced from within another schema.
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema as Record<string, unknown>, io),
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
  delete schema.id
}

function rewriteReferences(converted: ConvertedSchema): ConvertedSchema {
  const moved = JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(moved) as ConvertedSchema
}
