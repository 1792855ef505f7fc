import type { AppRole } from '../settings/appRoles.ts'
import type { JsonSchema } from './jsonSchema.ts'

/** A reference to a component of the document. */
export interface Reference {
  readonly $ref: string
}

/** The content of a body, by media type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>

/** An operation in OpenAPI 3.1, limited to the members that the docs page reads. */
export interface ContractOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly security: readonly object[]
  readonly 'x-role'?: AppRole
  /** Codes, with a space between them. */
  readonly 'x-problems': string
  readonly parameters: readonly (ContractParameter | Reference)[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, ContractResponse | Reference>>
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
  readonly headers?: Readonly<Record<string, Reference>>
  readonly content?: Content
}

/** An OpenAPI 3.1 document. */
export interface Contract {
  readonly openapi: '3.1.0'
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly license: object
  }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ContractOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, ContractResponse>>
    readonly parameters: Readonly<Record<string, ContractParameter>>
    readonly headers: Readonly<Record<string, object>>
    readonly securitySchemes: object
  }
}

/** The schema that a reference names, or the schema itself. */
export function resolveSchema(
  { components }: { readonly components: Pick<Contract['components'], 'schemas'> },
  schema: JsonSchema,
): JsonSchema {
  return schema.$ref === undefined ? schema : (components.schemas[nameIn(schema.$ref)] ?? schema)
}

/** The response that a reference names, or the response itself. */
export function resolveResponse(
  { components }: Contract,
  response: ContractResponse | Reference | undefined,
): ContractResponse | undefined {
  return response && '$ref' in response ? components.responses[nameIn(response.$ref)] : response
}

/** An operation's parameters, with the shared ones. */
export function parametersOf(
  { components }: Contract,
  { parameters }: ContractOperation,
): ContractParameter[] {
  return parameters.flatMap((parameter) =>
    '$ref' in parameter ? (components.parameters[nameIn(parameter.$ref)] ?? []) : parameter,
  )
}

function nameIn(reference: string): string {
  return reference.split('/').at(-1) ?? ''
}
