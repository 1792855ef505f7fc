import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { TableRequest } from './operations.ts'

/** An answer of the table service. */
export interface TableAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string | Buffer
}

/** What the service refuses with (rest/api/storageservices/table-service-error-codes, common-rest-api-error-codes). */
const refusals = {
  tableNotFound: [404, 'The table specified does not exist.'],
  tableBeingDeleted: [409, 'The specified table is being deleted.'],
  resourceNotFound: [404, 'The specified resource does not exist.'],
  entityNotFound: [404, 'The specified entity does not exist.'],
  entityAlreadyExists: [409, 'The specified entity already exists.'],
  updateConditionNotSatisfied: [412, 'The update condition specified in the request was not satisfied.'],
  serverBusy: [503, 'The server is busy.'],
  operationTimedOut: [500, 'Operation could not be completed within the specified time.'],
} as const

/** The name of a refusal: the service's code, with a small first letter. */
export type RefusalName = keyof typeof refusals

/** Every {@link RefusalName}. */
export const refusalNames = Object.keys(refusals) as [RefusalName, ...RefusalName[]]

/** What the service says before it looks into a transaction, unless a fault names an operation of it. */
const beforeTheBatch: readonly RefusalName[] = ['serverBusy', 'operationTimedOut']

/**
 * The service's answer that refuses a request. Within a transaction it is 202 with one part, whose message begins
 * with the failed operation's index (a recording in azure-sdk-for-js: `0:The table specified does not exist.`).
 * @param index the operation of a transaction that fails. Default is 0; `serverBusy` and `operationTimedOut` without
 *   one refuse the transaction as a whole.
 */
export function toRefusal(name: RefusalName, request: TableRequest, index?: number): TableAnswer {
  const isPart = request.operation === 'batch' && (index !== undefined || !beforeTheBatch.includes(name))
  const [status, message] = refusals[name]
  const code = name[0]?.toUpperCase() + name.slice(1)
  const requestId = randomUUID()
  const value = `${isPart ? `${index ?? 0}:` : ''}${message}\nRequestId:${requestId}\nTime:${new Date().toISOString()}`
  const body = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } })
  const common = { 'x-ms-request-id': requestId, 'x-ms-version': '2019-02-02' }
  if (isPart) return toBatchAnswer(status, body, common)
  return { status, headers: { ...common, 'content-type': errorType, 'x-ms-error-code': code }, body }
}

const errorType = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8'

function toBatchAnswer(status: number, body: string, common: Record<string, string>): TableAnswer {
  const [batch, changeSet] = [`batchresponse_${randomUUID()}`, `changesetresponse_${randomUUID()}`]
  const lines = [
    `--${batch}`,
    `Content-Type: multipart/mixed; boundary=${changeSet}`,
    '',
    `--${changeSet}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'X-Content-Type-Options: nosniff',
    'DataServiceVersion: 3.0;',
    `Content-Type: ${errorType}`,
    '',
    body,
    `--${changeSet}--`,
    `--${batch}--`,
    '',
  ]
  const headers = { ...common, 'content-type': `multipart/mixed; boundary=${batch}` }
  return { status: 202, headers, body: lines.join('\r\n') }
}
