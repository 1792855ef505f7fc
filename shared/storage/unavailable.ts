import { RestError } from '@azure/data-tables'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'

/** HTTP status and code of an Azure SDK failure, the inner code where there is one; status 0 when there was no answer. */
export function readRestError(error: unknown): { status: number; code: string } {
  if (error instanceof RestError || isRestErrorLike(error)) {
    return {
      status: error.statusCode ?? 0,
      code: innerCodeIn(error) ?? wordOf(error.code) ?? errorCodeIn(error),
    }
  }
  return { status: 0, code: error instanceof Error ? error.name : 'unknown' }
}

/**
 * Runs one storage operation; failures that `expected` explains become its value, all others a
 * {@link StorageUnavailableError}. Our own errors are rethrown unchanged: storage did nothing wrong.
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

/** What no service and no network throws: a document that does not parse, a mistake in the code. */
function isOurs(error: unknown): boolean {
  const ours = [SyntaxError, TypeError, RangeError, ReferenceError]
  return error instanceof Error && !isRestErrorLike(error) && ours.some((kind) => error instanceof kind)
}

/** Each SDK may bring its own copy of the class. */
function isRestErrorLike(error: unknown): error is RestError {
  return error instanceof Error && (error.name === 'RestError' || error.name === 'TableTransactionError')
}

/** Key Vault tells why within why: `Forbidden` is `SecretDisabled` or `ForbiddenByRbac` only there. */
function innerCodeIn(error: RestError): string | undefined {
  const details = error.details as { error?: { innerError?: { code?: string } } } | undefined
  return wordOf(details?.error?.innerError?.code)
}

/** Table errors keep their code inside `odata.error`. */
function errorCodeIn(error: RestError): string {
  const details = error.details as { odataError?: { code?: string }; code?: string } | undefined
  return wordOf(details?.odataError?.code) ?? wordOf(details?.code) ?? 'unknown'
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(value) ? value : undefined
}
