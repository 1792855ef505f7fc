import { type Contract, resolveSchema } from './document.ts'
import type { JsonSchema } from './jsonSchema.ts'

/** A row in a table of fields. */
export interface FieldLine {
  /** With dots for nested fields; `[]` after a list, `*` for any name. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly meaning: string
}

/**
 * The fields of an object's schema, one per row; named schemas are expanded, so a reader sees everything in one place.
 */
export function fieldLines(contract: Contract, schema: JsonSchema, prefix = ''): FieldLine[] {
  const { properties = {}, required = [], additionalProperties } = resolveSchema(contract, schema)
  const lines = Object.entries(properties).flatMap(([name, field]) =>
    linesOf(contract, `${prefix}${name}`, field, required.includes(name)),
  )
  const anyName = typeof additionalProperties === 'object' ? additionalProperties : undefined
  return anyName ? [...lines, ...linesOf(contract, `${prefix}*`, anyName, false)] : lines
}

function linesOf(contract: Contract, name: string, field: JsonSchema, required: boolean): FieldLine[] {
  const known = resolveSchema(contract, field)
  const line = { name, type: typeText(contract, known), required, meaning: known.description ?? '' }
  if (known.type === 'array') {
    return [line, ...fieldLines(contract, known.items ?? {}, `${name}[].`)]
  }
  return [line, ...fieldLines(contract, known, `${name}.`)]
}

/** A type in words, with its values and default. */
export function typeText(contract: Contract, schema: JsonSchema): string {
  const known = resolveSchema(contract, schema)
  const bounds = [
    ...(known.minimum === undefined ? [] : [`from ${known.minimum}`]),
    ...(known.maximum === undefined ? [] : [`to ${known.maximum}`]),
    ...(known.default === undefined ? [] : [`default ${JSON.stringify(known.default)}`]),
  ]
  return [baseText(contract, known), ...bounds].join(', ')
}

function baseText(contract: Contract, known: JsonSchema): string {
  const values = known.enum ?? (known['x-extensible-enum'] as readonly unknown[] | undefined)
  if (values) return values.map(String).join(' | ')
  if (known.const !== undefined) return String(known.const)
  if (known.type === 'array') return `list of ${typeText(contract, known.items ?? {})}`
  if (Array.isArray(known.anyOf))
    return (known.anyOf as JsonSchema[]).map((one) => typeText(contract, one)).join(' | ')
  return known.format === undefined ? (known.type ?? 'anything') : (formats[known.format] ?? known.format)
}

const formats: Readonly<Record<string, string>> = { 'date-time': 'time', uri: 'URL' }
