import fc from 'fast-check'
import { createValues } from './fromSchema.ts'
import { hostileText } from './hostileText.ts'
import { known } from './known.ts'
import { contract, type Field, type FuzzedOperation } from './operations.ts'
import { asText, encode, encodeField, encodeLittle } from './spelling.ts'

const generate = createValues(contract, known)

/** A request's target: the operation's path with its parameters, mostly valid, sometimes in another spelling. */
export function targetOf({ path, pathFields, queryFields }: FuzzedOperation): fc.Arbitrary<string> {
  const values = fc.record(Object.fromEntries(pathFields.map((field) => [field.name, segmentOf(field)])))
  const filled = values.map((made) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => String(made[name] ?? 'x')),
  )
  const spelled = fc.oneof(
    { weight: 10, arbitrary: filled },
    { weight: 1, arbitrary: filled.chain(otherSpelling) },
  )
  return fc.tuple(spelled, queryOf(queryFields)).map(([target, query]) => target + query)
}

function segmentOf({ name, schema }: Field): fc.Arbitrary<string> {
  const plain = generate(schema, name).map((value) =>
    encode(asText(value), name === 'path' ? "-._~!$&'()*+,;=:@/" : undefined),
  )
  return fc.oneof(
    { weight: 12, arbitrary: known[name] ? fc.constantFrom(...known[name]) : plain },
    { weight: 1, arbitrary: plain },
    { weight: 1, arbitrary: hostileText.map((text) => encode(text)) },
    { weight: 1, arbitrary: hostileText.map(encodeLittle) },
  )
}

/** The same path, as a careless or a clever client writes it. */
function otherSpelling(path: string): fc.Arbitrary<string> {
  const slash = path.lastIndexOf('/')
  return fc.constantFrom(
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    path.replace(/\/(?=[^/]*$)/, '//'),
    path.replace(/\/(?=[^/]*$)/, '%2F'),
    `${path.slice(0, slash)}/.${path.slice(slash)}`,
    `${path.slice(0, slash)}/x/..${path.slice(slash)}`,
    `${path}/%2e%2e/token`,
    `${path}/extra`,
    path.slice(0, -1),
    `${path}%00`,
    `${path};a=b`,
    path.replace('tenants', 'tenant%73'),
  )
}

/** Some of the operation's parameters, unknown ones, and repeated ones, in any order. */
function queryOf(fields: readonly Field[]): fc.Arbitrary<string> {
  const own = fields.map((field) =>
    fc
      .oneof(
        { weight: 5, arbitrary: generate(field.schema, field.name).map(asText) },
        { weight: 2, arbitrary: hostileText },
      )
      .map((value): [string, string] => [field.name, value]),
  )
  const unknown = fc.oneof(
    fc.tuple(
      fc.constantFrom('access_token', 'code', 'session', 'tenant', 'note', 'utm_source'),
      fc.constant('@@sent@@'),
    ),
    fc.tuple(hostileText, hostileText),
  )
  const pair: fc.Arbitrary<[string, string]> =
    own.length > 0
      ? fc.oneof({ weight: 8, arbitrary: fc.oneof(...own) }, { weight: 1, arbitrary: unknown })
      : unknown
  const pairs = fc.array(pair, { maxLength: own.length > 0 ? 5 : 2 })
  const written = fc.oneof(
    { weight: 9, arbitrary: fc.constant(encodeField) },
    { weight: 1, arbitrary: fc.constant(encodeLittle) },
  )
  const some = fc
    .tuple(pairs, written)
    .map(([list, write]) =>
      list.length > 0 ? `?${list.map((each) => each.map(write).join('=')).join('&')}` : '',
    )
  return fc.oneof(
    { weight: own.length > 0 ? 1 : 4, arbitrary: fc.constant('') },
    { weight: own.length > 0 ? 4 : 1, arbitrary: some },
  )
}
