import fc from 'fast-check'
import { type Contract, resolveSchema } from '../../shared/contract/document.ts'
import type { JsonSchema } from '../../shared/contract/jsonSchema.ts'
import { hostileText, hostileValue } from './hostileText.ts'

/** What JSON Schema says, as far as the contract uses it. */
interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** Generates values that a schema of the contract permits. `known` are values that members of a name often have. */
export function createValues(contract: Contract, known: Readonly<Record<string, readonly string[]>>) {
  const generate = (schema: JsonSchema, name = ''): fc.Arbitrary<unknown> => {
    const resolved = resolveSchema(contract, schema) as Schema
    if (resolved.const !== undefined) return fc.constant(resolved.const)
    if (resolved.enum) return fc.constantFrom(...resolved.enum)
    const names = known[name]
    const typed = typedValue(resolved)
    return names ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, typed) : typed
  }

  const typedValue = (schema: Schema): fc.Arbitrary<unknown> => {
    const { items, maxItems = 20, minItems = 0, properties, type } = schema
    if (type === 'integer') return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? 5000 })
    if (type === 'boolean') return fc.boolean()
    if (type === 'array' && items)
      return fc.array(generate(items), { minLength: minItems, maxLength: Math.min(maxItems, 20) })
    if (type === 'object' && properties) return objectOf(schema)
    return type === 'string' ? textOf(schema) : fc.oneof(fc.constant({}), hostileValue)
  }

  const objectOf = ({ properties = {}, required = [] }: Schema): fc.Arbitrary<Record<string, unknown>> => {
    const members = Object.entries(properties).map(([name, member]) => {
      const value = generate(member, name)
      // JSON drops what is undefined. With many members at once, one of them is always refused.
      const optional = fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: value },
      )
      return [name, required.includes(name) ? value : optional] as const
    })
    return fc.record(Object.fromEntries(members))
  }
  return generate
}

function textOf({ format, maxLength = 200, minLength = 0, pattern }: Schema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern))
  if (format === 'uri') return fc.webUrl({ withQueryParameters: true })
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  const length = { minLength, maxLength: Math.min(maxLength, 60) }
  return fc.oneof(
    fc.string(length),
    fc.string({ ...length, unit: 'grapheme' }),
    fc.constant('x'.repeat(Math.min(maxLength, 20_000))),
  )
}

/** A body that the schema nearly permits: something of it is dropped, added, replaced, or wrapped. */
export function spoiled(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const objects = value.map((made) =>
    typeof made === 'object' && made !== null ? { ...made } : { value: made },
  )
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(objects, hostileText, hostileValue)
        .map(([made, name, other]) => addMember(made, name, other)),
    },
    {
      weight: 6,
      arbitrary: fc
        .tuple(objects, fc.nat(), hostileValue)
        .map(([made, at, other]) => replaceMember(made, at, other)),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(objects, fc.nat()).map(([made, at]) => replaceMember(made, at, undefined)),
    },
    { weight: 1, arbitrary: value.map((made) => [made]) },
    { weight: 2, arbitrary: hostileValue },
  )
}

/** Defined, not assigned: `__proto__` is to be a member. */
function addMember(made: object, name: string, value: unknown): object {
  return Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true })
}

function replaceMember(made: object, at: number, value: unknown): object {
  const names = Object.keys(made)
  return names.length === 0 ? made : { ...made, [names[at % names.length]!]: value }
}
