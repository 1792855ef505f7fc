/** Table Storage or Key Vault did not do what it was asked. The SDK's own message stays out: it may name secrets. */
export class StorageUnavailableError extends Error {
  readonly service: 'tables' | 'vault'
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number
  /**
   * The service's own code, e.g. `ServerBusy`, `ForbiddenByRbac`, or the network error's; `VaultNotNamed` is ours, for a
   * grant in a vault that GRANT_VAULT_URLS does not name, and so is `SecretDeleted`.
   */
  readonly code: string

  constructor(service: 'tables' | 'vault', status: number, code: string) {
    super(`${service === 'tables' ? 'Table Storage' : 'Key Vault'} failed (${status || 'no answer'} ${code})`)
    this.name = 'StorageUnavailableError'
    this.service = service
    this.status = status
    this.code = code
  }
}
