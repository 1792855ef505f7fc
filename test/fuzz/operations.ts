import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contract, type ContractOperation, parametersOf } from '../../shared/contract/document.ts'
import type { JsonSchema } from '../../shared/contract/jsonSchema.ts'

/** A parameter or a form's field, with its schema. */
export interface Field {
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** An operation, as the fuzzer needs it. */
export interface FuzzedOperation {
  readonly method: string
  /** Whether the contract has it. */
  readonly isListed: boolean
  /** The contract's template, or the address of a page that no operation has. */
  readonly path: string
  readonly pathFields: readonly Field[]
  readonly queryFields: readonly Field[]
  /** Undefined for an operation that reads no body. */
  readonly body?: { readonly type: string; readonly schema: JsonSchema }
  /** Fields of a form that the contract doesn't describe, because a page of the broker's own posts it. */
  readonly form?: readonly string[]
}

/** The contract, which `check:docs` holds against the routes. */
export const contract = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'),
) as Contract

/** The forms of the broker's own pages. */
const forms: Readonly<Record<string, readonly string[]>> = {
  '/oauth/authorize': ['session'],
  '/oauth/accounts': [
    'choice',
    'account',
    'selected',
    'selectedDefault',
    'default',
    'step',
    'scope',
    'q',
    'only',
    'page',
    'go',
  ],
  '/oauth/confirm': ['question', 'answer'],
}

/** Paths that no operation has. */
const elsewhere = [
  '/',
  '/v1',
  '/v1/nothing',
  '/v1/tenants/',
  '/oauth',
  '/oauth/nothing',
  '/favicon.ico',
  '/api/health',
]

/** Every operation of the contract, and requests to places without one. */
export const operations: readonly FuzzedOperation[] = [
  ...Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.operationId ? toFuzzed(method.toUpperCase(), path, operation) : [],
    ),
  ),
  ...elsewhere.map((path) => ({ method: 'GET', isListed: false, path, pathFields: [], queryFields: [] })),
]

/** An operation's name for people. */
export const toTitle = ({ method, path }: FuzzedOperation) => `${method} ${path}`

function toFuzzed(method: string, path: string, operation: ContractOperation): FuzzedOperation {
  const fields = parametersOf(contract, operation)
  const at = (place: 'path' | 'query') => fields.filter((field) => field.in === place)
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const form = method === 'POST' ? forms[path] : undefined
  return {
    method,
    isListed: true,
    path,
    pathFields: at('path'),
    queryFields: at('query'),
    ...(type && media && { body: { type, schema: media.schema } }),
    ...(form && { form }),
  }
}
