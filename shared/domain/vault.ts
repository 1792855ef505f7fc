import type { Secret } from '../secret.ts'

/** One version of a secret. */
export interface SecretVersion {
  readonly name: string
  readonly version: string
  readonly value: Secret
  readonly tags: Readonly<Record<string, string>>
  readonly expiresOn?: Date
}

/** A secret as a listing shows it: without its value. */
export interface ListedSecret {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** When its current version was written. */
  readonly updatedOn: Date
}

/** What a version says beside its value. Default is no tags, and no expiry date. */
export interface SecretProperties {
  readonly tags?: Readonly<Record<string, string>>
  readonly expiresOn?: Date
}

/** One vault, as the broker uses it. A secret that is gone, or disabled, reads as undefined. */
export interface Vault {
  /** Host name, e.g. `grants1.vault.azure.net`, with the port where it is not 443. */
  readonly host: string
  read(name: string, version?: string): Promise<SecretVersion | undefined>
  write(name: string, value: Secret, properties: SecretProperties): Promise<SecretVersion>
  /** Deletes a secret with all its versions (soft delete); one that is gone is no error. */
  remove(name: string): Promise<void>
}

/** A vault whose secrets can be listed, for what repairs lost tables. */
export interface ListableVault extends Vault {
  /** Every enabled secret; certificates' own secrets are among them. */
  list(): AsyncIterable<ListedSecret>
}
