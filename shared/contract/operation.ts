import type * as z from 'zod'
import { formType } from '../http/body.ts'
import { isTenantRoute, tenantParams } from '../http/fields.ts'
import type { FailureStyle } from '../http/route.ts'
import { tags } from '../http/tags.ts'
import { type Components, shareParameter, shareResponse, shareSchemas } from './components.ts'
import { type ContractOperation, type ContractParameter, resolveSchema } from './document.ts'
import { examples, type OperationExample } from './examples.ts'
import { bodySchema, type JsonSchema, parameterSchemas, responseSchema } from './jsonSchema.ts'
import { meanings } from './meanings.ts'
import { problemContent, problemsOf, type RegisteredOperation, responsesOf } from './operationProblems.ts'
import { toContractResponse } from './responses.ts'

/** An operation with what its route says of it. */
export interface ListedOperation {
  readonly path: string
  readonly method: string
  readonly operation: RegisteredOperation
  readonly failures: FailureStyle
}

/** Describes an operation. What it shares with others goes to the components. */
export function toOperation(listed: ListedOperation, components: Components): ContractOperation {
  const { path, method, operation } = listed
  const { authenticate, id, role, summary, tag } = operation
  const codes = problemsOf(method, path, operation)
  const example = examples[`${method} ${path}`] ?? {}
  const parameters = [...parametersIn('path', path, operation), ...parametersIn('query', path, operation)]
  const requires = role ? `Requires the app role \`${role}\`. ` : ''
  return {
    operationId: id,
    tags: [tags[tag].name],
    summary,
    description: `${requires}Problems: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    ...(role && { 'x-role': role }),
    // In OpenAPI 3.1, a bearer scheme's requirement can name roles.
    security: role ? [{ bearer: [role] }, ...(authenticate ? otherCredentials : [])] : [],
    'x-problems': codes.join(' '),
    parameters: parameters.map((parameter) => shareParameter(components, parameter)),
    ...requestBodyOf(listed, components, example),
    responses: answersOf(listed, components, example),
  }
}

/** HTTP Basic, or a credential in the body. */
const otherCredentials = [{ basic: [] }, {}]

/** Path parameters are required, whether declared or not, and so have no default: orval puts one that has it last. */
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
    schema: where === 'path' ? withoutDefault(rest) : rest,
  }))
}

function withoutDefault({ default: _, ...schema }: JsonSchema): JsonSchema {
  return schema
}

/** Methods whose body has a meaning (RFC 9110, section 9.3). */
const bearingBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

function requestBodyOf(
  { method, operation: { body, bodyFormat, passesBody } }: ListedOperation,
  components: Components,
  { body: example }: OperationExample,
): Pick<ContractOperation, 'requestBody'> {
  if (passesBody && bearingBody.has(method))
    return { requestBody: { required: false, content: { 'application/json': { schema: {} } } } }
  if (!body) return {}
  const schema = shareSchemas(components, bodySchema(body))
  const { required = [] } = resolveSchema({ components }, schema)
  const media = { schema, ...(example !== undefined && { example }) }
  const type = bodyFormat === 'form' ? formType : 'application/json'
  return { requestBody: { required: required.length > 0, content: { [type]: media } } }
}

/** The operation's own answers, which may share a status with its problems. */
function answersOf(
  { method, path, operation, failures }: ListedOperation,
  components: Components,
  { response: example }: OperationExample,
): ContractOperation['responses'] {
  const { response, otherResponses = [] } = operation
  const ofProblems = responsesOf(problemsOf(method, path, operation), failures)
  const toSchema = (schema: z.ZodType) => shareSchemas(components, responseSchema(schema))
  const own = [response, ...otherResponses].map((answer) => {
    const described = toContractResponse(answer, toSchema, answer === response ? example : undefined)
    const content = answer.status in ofProblems && { content: { ...described.content, ...problemContent } }
    return [answer.status, shareResponse(components, answer.name, { ...described, ...content })]
  })
  return { ...ofProblems, ...Object.fromEntries(own) }
}
