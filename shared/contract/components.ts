import type { ContractParameter, ContractResponse, Reference } from './document.ts'
import type { ConvertedSchema, JsonSchema } from './jsonSchema.ts'
import { oauthErrorSchema } from './oauthErrorSchema.ts'
import { problemResponses } from './operationProblems.ts'
import { problemSchema } from './problemSchema.ts'

/** What operations share, by name. It grows as operations are added. */
export interface Components {
  readonly schemas: Record<string, JsonSchema>
  readonly responses: Record<string, ContractResponse>
  readonly parameters: Record<string, ContractParameter>
}

/** The components of a contract without operations: the problem document, and the responses that have it. */
export function createComponents(): Components {
  return {
    schemas: { Problem: problemSchema, OAuthError: oauthErrorSchema },
    responses: problemResponses(),
    parameters: {},
  }
}

/** Keeps the named schemas of a converted one, and returns it. */
export function shareSchemas({ schemas }: Components, { schema, named }: ConvertedSchema): JsonSchema {
  Object.assign(schemas, named)
  return schema
}

/** Keeps a response by its name and returns a reference to it; one without a name stays where it is. */
export function shareResponse(
  { responses }: Components,
  name: string | undefined,
  response: ContractResponse,
): ContractResponse | Reference {
  if (name === undefined) return response
  responses[name] = response
  return { $ref: `#/components/responses/${name}` }
}

/**
 * Keeps a parameter by its name and returns a reference to it. If another one has the same name, this one stays where
 * it is.
 */
export function shareParameter(
  { parameters }: Components,
  parameter: ContractParameter,
): ContractParameter | Reference {
  const { name } = parameter
  parameters[name] ??= parameter
  const isSame = JSON.stringify(parameters[name]) === JSON.stringify(parameter)
  return isSame ? { $ref: `#/components/parameters/${name}` } : parameter
}
