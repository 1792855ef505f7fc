import { isTenantRoute, tenantParams } from '../http/fields.ts'
import type { RouteDefinition } from '../http/route.ts'
import { type AppRole, appRoles } from '../settings/appRoles.ts'
import { examples, type OperationExample } from './examples.ts'
import {
  bodySchema,
  type ConvertedSchema,
  type JsonSchema,
  parameterSchemas,
  responseSchema,
} from './jsonSchema.ts'
import { meanings } from './meanings.ts'
import { problemResponses, problemSchema, problemsOf, type RegisteredOperation } from './operationProblems.ts'

/** The contract's own version: the major part is the `/v1` of the paths. */
export const contractVersion = '1.0.0'

/** An operation in OpenAPI 3.1, limited to the members that the docs page reads. */
export interface ContractOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly security: readonly object[]
  readonly 'x-role'?: AppRole
  readonly 'x-problems': readonly string[]
  readonly parameters: readonly ContractParameter[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: {
      readonly 'application/json': { readonly schema: JsonSchema; readonly example?: unknown }
    }
  }
  readonly responses: Readonly<Record<string, ContractResponse>>
}

/** A parameter of an operation. */
export interface ContractParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description: string
  readonly schema: JsonSchema
}

/** An answer of an operation. */
export interface ContractResponse {
  readonly description: string
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>
}

/** An OpenAPI 3.1 document. */
export interface Contract {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ContractOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: object
  }
}

const description = `Turns one advertiser’s consent into a lasting right to call Microsoft Advertising.

Apps authenticate with a bearer JWT of an issuer that the broker's operator trusts; its \`roles\` claim grants ${appRoles.map((role) => `\`${role}\``).join(', ')}. Ids are strings everywhere. Errors are problem details (RFC 9457) with a stable \`code\` and the \`actor\` who must act. Answers may gain members; requests with an unknown field are refused.`

/** Builds the contract of all registered routes; routes that only answer 404 are left out. */
export function buildContract(routes: readonly RouteDefinition[], publicUrl: string): Contract {
  const named: Record<string, JsonSchema> = { Problem: problemSchema }
  const paths: Record<string, Record<string, ContractOperation>> = {}
  for (const { path, operations } of routes) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.response.status === 404) continue
      const key = `/${path.replaceAll('{*', '{')}`
      paths[key] ??= {}
      paths[key][method.toLowerCase()] = toOperation(method, path, operation, named)
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Microsoft Advertising token broker', version: contractVersion, description },
    servers: [{ url: publicUrl }],
    paths,
    components: { schemas: named, securitySchemes: { bearer: bearerScheme } },
  }
}

const bearerScheme = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: `A token of a configured issuer for the configured audience. App roles: ${appRoles.join(', ')}.`,
}

function toOperation(
  method: string,
  path: string,
  operation: RegisteredOperation,
  named: Record<string, JsonSchema>,
): ContractOperation {
  const { role, summary, body } = operation
  const codes = problemsOf(method, path, operation)
  const example = examples[`${method} ${path}`] ?? {}
  return {
    operationId: operationId(method, path),
    summary,
    ...(role && { description: `Requires the app role \`${role}\`.`, 'x-role': role }),
    // In OpenAPI 3.1, a bearer scheme's requirement can name roles.
    security: role ? [{ bearer: [role] }] : [],
    'x-problems': codes,
    parameters: [...parametersIn('path', path, operation), ...parametersIn('query', path, operation)],
    ...(body && { requestBody: requestBody(gather(bodySchema(body), named), example) }),
    responses: { ...successResponse(operation, named, example), ...(problemResponses(codes) as object) },
  }
}

/** Path parameters are required, whether declared or not. */
function parametersIn(
  where: 'path' | 'query',
  path: string,
  { params, query }: RegisteredOperation,
): ContractParameter[] {
  const schemas = where === 'path' ? [isTenantRoute(path) && tenantParams, params] : [query]
  const declared = schemas.flatMap((schema) => (schema ? parameterSchemas(schema) : []))
  const inPath = [...path.matchAll(/\{\*?(\w+)\}/g)].map(([, name = '']) => name)
  const undeclared = where === 'path' ? inPath.filter((name) => !declared.some((p) => p.name === name)) : []
  const text: JsonSchema = { type: 'string' }
  const all = [...declared, ...undeclared.map((name) => ({ name, required: true, schema: text }))]
  return all.map(({ name, required, schema: { description: own, ...rest } }) => ({
    name,
    in: where,
    required: where === 'path' || required,
    description: own ?? meanings[name] ?? '',
    schema: rest,
  }))
}

function requestBody(schema: JsonSchema, { body }: OperationExample) {
  const described = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const meaning = field.description ?? meanings[name]
    return [name, meaning === undefined ? field : { ...field, description: meaning }]
  })
  const whole = schema.properties ? { ...schema, properties: Object.fromEntries(described) } : schema
  const required = (schema.required?.length ?? 0) > 0
  return {
    required,
    content: { 'application/json': { schema: whole, ...(body !== undefined && { example: body }) } },
  }
}

function successResponse(
  { response: answer }: RegisteredOperation,
  named: Record<string, JsonSchema>,
  { response: example }: OperationExample,
): Record<string, ContractResponse> {
  const { status, description: text, schema } = answer
  if (!schema) return { [status]: { description: text } }
  const media = { schema: gather(responseSchema(schema), named), ...(example !== undefined && { example }) }
  return { [status]: { description: text, content: { 'application/json': media } } }
}

function gather({ schema, named: found }: ConvertedSchema, named: Record<string, JsonSchema>): JsonSchema {
  Object.assign(named, found)
  return schema
}

/**
 * The method and the words in the path, for example `getTenantToken`; a parameter replaces the collection before it.
 */
function operationId(method: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== 'v1')
  const words = segments.flatMap((segment, index) => {
    const next = segments[index + 1]
    return next?.startsWith('{') && !segment.startsWith('{') ? [] : segment.split(/[^A-Za-z]+/)
  })
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
