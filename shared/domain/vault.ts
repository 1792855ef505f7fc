import type { Secret } from '../secret.ts'

/** One version of a secret. */
export interface SecretVersion {
  readonly name: string
  readonly version: string
  readonly value: Secret
  readonly tags: Readonly<Record<string, string>>
  readonly expiresOn?: Date
}

/** A secret as listed, without its value. */
export interface ListedSecret {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** When its current version was written; a new expiry date doesn't count. */
  readonly writtenOn: Date
}

/**
 * Properties of a version besides its value. Every secret has an expiry date, because a policy can refuse one without
 * (Azure/azure-policy, Secrets_ExpirationSet.json). Default is no tags.
 */
export interface SecretProperties {
  readonly tags?: Readonly<Record<string, string>>
  readonly expiresOn: Date
}

/** One vault, as the broker uses it. A missing or disabled secret reads as undefined. */
export interface Vault {
  /** Host name, for example `grants1.vault.azure.net`, with the port if it isn't 443. */
  readonly host: string
  /** Whether nothing new is stored in it (`READ_ONLY_GRANT_VAULT_URLS`). Default is false. */
  readonly isReadOnly?: boolean
  read(name: string, version?: string): Promise<SecretVersion | undefined>
  write(name: string, value: Secret, properties: SecretProperties): Promise<SecretVersion>
  /** Sets the expiry date of one version; nothing else changes. */
  setExpiry(name: string, version: string, expiresOn: Date): Promise<void>
  /** Deletes a secret with all its versions (soft delete); one that is gone is no error. */
  remove(name: string): Promise<void>
}

/** A vault whose secrets can be listed, for repairing lost tables. */
export interface ListableVault extends Vault {
  /** Every enabled secret, including those of certificates. */
  list(): AsyncIterable<ListedSecret>
  /**
   * Why a secret reads as undefined. A deleted one can be recovered.
   * @throws StorageUnavailableError, also without the right to see deleted secrets.
   */
  whyAbsent(name: string): Promise<'missing' | 'deleted' | 'disabled'>
}

/**
 * How old a remembered secret may be. `any`: whatever is remembered, which is renewed behind the reader. `recent`: five
 * minutes. `now`: a second, after a refusal.
 */
export type SecretAge = 'any' | 'recent' | 'now'
