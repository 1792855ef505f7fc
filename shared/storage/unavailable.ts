import { RestError } from '@azure/data-tables'
import { disallowedByPolicy, StorageUnavailableError } from '../domain/storageUnavailable.ts'

/** HTTP status and code of an Azure SDK failure, the inner code if there is one; status 0 if there was no answer. */
export function readRestError(error: unknown): { status: number; code: string } {
  if (error instanceof RestError || isRestErrorLike(error)) {
    const status = error.statusCode ?? 0
    const code = innerCodeIn(error) ?? wordOf(error.code) ?? errorCodeIn(error)
    return { status, code: isPolicyRefusal(status, code, error) ? disallowedByPolicy : code }
  }
  return { status: 0, code: error instanceof Error ? error.name : 'unknown' }
}

/**
 * Runs one storage operation; failures that `expected` handles become its value, all others a
 * {@link StorageUnavailableError}. Our own errors are rethrown unchanged: storage isn't at fault.
 */
export async function runStorageOperation<T>(
  service: 'tables' | 'vault',
  work: () => Promise<T>,
  expected: (status: number, code: string) => { readonly value: T } | undefined = () => undefined,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StorageUnavailableError || isOurs(error)) throw error
    const { status, code } = readRestError(error)
    const explained = expected(status, code)
    if (explained) return explained.value
    throw new StorageUnavailableError(service, status, code)
  }
}

/** What Table Storage's error code can say about a row. */
type RowAnswer = 'absent' | 'taken' | 'changed'

/**
 * The service's error codes that are about a row (learn.microsoft.com/rest/api/storageservices/table-service-error-codes).
 * A 404 or 409 with another code, such as `TableNotFound` or `TableBeingDeleted`, is storage's own failure.
 */
const rowAnswers: Readonly<Record<string, RowAnswer>> = {
  ResourceNotFound: 'absent',
  EntityNotFound: 'absent',
  EntityAlreadyExists: 'taken',
  UpdateConditionNotSatisfied: 'changed',
  ConditionNotMet: 'changed',
}

/**
 * Runs one operation on rows of a table. If the service's error is about a row and `answers` has a value for it, that value
 * is returned; all other failures are a {@link StorageUnavailableError}.
 */
export function onRow<T, const A>(
  work: () => Promise<T>,
  answers: Readonly<Partial<Record<RowAnswer, A>>>,
): Promise<T | A> {
  return runStorageOperation<T | A>('tables', work, (_status, code) => {
    const answer = rowAnswers[code]
    return answer && answer in answers ? { value: answers[answer] as A } : undefined
  })
}

/** Errors that no service and no network throws: an invalid document, or a bug. */
function isOurs(error: unknown): boolean {
  const ours = [SyntaxError, TypeError, RangeError, ReferenceError]
  return error instanceof Error && !isRestErrorLike(error) && ours.some((kind) => error instanceof kind)
}

/** Each SDK may have its own copy of the class. */
function isRestErrorLike(error: unknown): error is RestError {
  return error instanceof Error && (error.name === 'RestError' || error.name === 'TableTransactionError')
}

/** Key Vault nests its codes: only the inner one tells `SecretDisabled` from `ForbiddenByRbac`. */
function innerCodeIn(error: RestError): string | undefined {
  const details = error.details as { error?: { innerError?: { code?: string } } } | undefined
  return wordOf(details?.error?.innerError?.code)
}

/** Table errors keep their code inside `odata.error`. */
function errorCodeIn(error: RestError): string {
  const details = error.details as { odataError?: { code?: string }; code?: string } | undefined
  return wordOf(details?.odataError?.code) ?? wordOf(details?.code) ?? 'unknown'
}

/** Codes of other 403s, whatever their message says. */
const otherRefusals: ReadonlySet<string> = new Set([
  'ForbiddenByRbac',
  'ForbiddenByFirewall',
  'SecretDisabled',
])

/**
 * Whether an Azure Policy refuses a request. No answer of Key Vault's data plane to one is on record, so the code that
 * Resource Manager uses counts (RequestDisallowedByPolicy), and any message about a policy. `ForbiddenByPolicy` alone
 * says nothing: a vault with access policies uses it for a missing permission (azure-sdk-for-net,
 * CertificateClientTests.cs).
 */
function isPolicyRefusal(status: number, code: string, error: RestError): boolean {
  if (status !== 403 || otherRefusals.has(code)) return false
  const { message } = error
  if (/does not have .{1,60} permission|access polic/i.test(message)) return false
  return (
    [code, error.code].some((each) => each?.endsWith('DisallowedByPolicy')) ||
    code === 'ForbiddenByPolicy' ||
    /\bpolic(y|ies)\b/i.test(message)
  )
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(value) ? value : undefined
}
