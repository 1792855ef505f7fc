import { TimeLimitError } from '../clock.ts'

/** What an operation depends on: a service, or the identity that must give a token for it. */
export type StorageService = 'tables' | 'vault' | 'identity' | 'blobs'

const serviceNames: Readonly<Record<StorageService, string>> = {
  tables: 'Table Storage',
  vault: 'Key Vault',
  identity: 'The managed identity',
  blobs: 'Blob Storage',
}

/** Table Storage, Key Vault, or Blob Storage didn't carry out an operation. The SDK's message is left out: it may name secrets. */
export class StorageUnavailableError extends Error {
  readonly service: StorageService
  /** HTTP status, or 0 if there was no answer. */
  readonly status: number
  /**
   * The service's own code, for example `ServerBusy`, `ForbiddenByRbac`, or the network error's; `VaultNotNamed` is
   * ours, for a grant in a vault that GRANT_VAULT_URLS does not name, and so are `VaultReadOnly`,
   * `ReferenceNotUnderstood`, `SecretOfAnotherTenant`, `SecretDeleted`, and {@link disallowedByPolicy}.
   */
  readonly code: string

  constructor(service: StorageService, status: number, code: string) {
    super(`${serviceNames[service]} failed (${status || 'no answer'} ${code})`)
    this.name = 'StorageUnavailableError'
    this.service = service
    this.status = status
    this.code = code
  }
}

/**
 * Whether a table doesn't exist. The name of a deleted table stays taken for 40 seconds or longer
 * (learn.microsoft.com/rest/api/storageservices/delete-table).
 */
export function isTableMissing(error: unknown): boolean {
  return (
    error instanceof StorageUnavailableError &&
    error.service === 'tables' &&
    (error.code === 'TableNotFound' || error.code === 'TableBeingDeleted')
  )
}

/**
 * The code of a refusal by an Azure Policy, which no role changes. It's ours: Key Vault's own code for it isn't
 * documented.
 */
export const disallowedByPolicy = 'DisallowedByPolicy'

/** Whether an Azure Policy refuses what the broker writes. */
export function isDisallowedByPolicy(error: unknown): boolean {
  return error instanceof StorageUnavailableError && error.code === disallowedByPolicy
}

/** Malformed, forbidden, not allowed, too large: the service gives the same answer every time (RFC 9110, 15.5). */
const refusedStatuses: ReadonlySet<number> = new Set([400, 403, 405, 413])

/**
 * Whether trying again can't help: the service refused the request itself, the secret is deleted, or the error is ours,
 * not the service's.
 */
export function isRefused(error: unknown): boolean {
  if (error instanceof StorageUnavailableError) {
    // The service never saw the request.
    if (error.service === 'identity') return false
    return refusedStatuses.has(error.status) || error.code === 'SecretDeleted'
  }
  return !(error instanceof TimeLimitError)
}
