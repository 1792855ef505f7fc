import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Contract, type ContractOperation, resolveResponse } from '../../shared/contract/document.ts'
import { responseHeaders } from '../../shared/http/responseHeaders.ts'

/** An answer of the broker. */
export interface CheckedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Fails if an answer isn't as the contract says: its status, media type, headers, and body. */
export type ContractCheck = (method: string, path: string, answer: CheckedAnswer) => void

/** Creates the check of the contract in `docs/openapi.json`, which `check:docs` holds against the routes. */
export async function createContractCheck(): Promise<ContractCheck> {
  const file = join(import.meta.dirname, '../../docs/openapi.json')
  const contract = JSON.parse(await readFile(file, 'utf8')) as Contract
  const validate = createValidation(contract)
  return (method, path, answer) => {
    const operation = operationAt(contract, method, path)
    if (!operation) return
    const { status, headers } = answer
    const described = resolveResponse(contract, operation.responses[status] ?? operation.responses.default)
    const what = `${method} ${path} answered ${status}`
    if (!described) throw new Error(`${what}, which the contract doesn't list`)
    const undeclared = Object.keys(responseHeaders).filter(
      (name) => headers.has(name) && !Object.hasOwn(described.headers ?? {}, name),
    )
    if (undeclared.length > 0) throw new Error(`${what} with undeclared headers: ${undeclared.join(', ')}`)
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    // A HEAD request, a redirect, or a prefetch has no body. Microsoft's own answers have any type.
    if (answer.body === '' || described.content === undefined || !type) return
    const isMicrosofts = path.includes('/ads/') && type !== 'application/problem+json'
    const schema = described.content[type]?.schema
    if (isMicrosofts) return
    if (!schema) throw new Error(`${what} as ${type}, which the contract doesn't list`)
    if (type.endsWith('json')) validate(schema, answer.body, what)
  }
}

function createValidation({ components }: Contract) {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  addFormats.default(ajv)
  ajv.addVocabulary(['components', 'x-extensible-enum', 'x-ms-primary-error-message'])
  ajv.addSchema({ $id: 'contract', components: { schemas: closed(components.schemas) } })
  const compiled = new WeakMap<object, ValidateFunction>()
  const compile = (schema: object) => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/'))
    const validate = ajv.compile(absolute)
    compiled.set(schema, validate)
    return validate
  }
  return (schema: object, body: unknown, what: string) => {
    const validate = compiled.get(schema) ?? compile(schema)
    if (!validate(body)) throw new Error(`${what}, but ${ajv.errorsText(validate.errors)}`)
  }
}

/** The schemas with no other member than the listed ones: an answer has no undocumented member. */
function closed(schemas: Contract['components']['schemas']): unknown {
  // What another schema extends stays open.
  const extended = JSON.stringify(Object.values(schemas).map(({ allOf }) => allOf ?? []))
  const isExtended = (name: string) => extended.includes(`/schemas/${name}"`)
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isExtended(name) ? schema : close(schema)]),
  )
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [
    name,
    name === 'allOf' ? member : close(member),
  ])
  const isObject = 'properties' in value && !('additionalProperties' in value) && 'type' in value
  return { ...Object.fromEntries(members), ...(isObject && { additionalProperties: false }) }
}

/** The operation of a path: the one with the most words that aren't placeholders. */
function operationAt({ paths }: Contract, method: string, path: string): ContractOperation | undefined {
  const [asked = ''] = path.split('?')
  const matching = Object.keys(paths).filter((template) =>
    new RegExp(`^${template.replace('/{path}', '/.*').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked),
  )
  const [best = ''] = matching.sort((a, b) => placeholders(a) - placeholders(b))
  return paths[best]?.[method.toLowerCase()]
}

function placeholders(template: string): number {
  return template.split('{').length
}
