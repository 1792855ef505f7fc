import { secretNotFound } from './refusals.ts'

/** What a caller may say about a version of a secret; times in Unix seconds. */
export interface SecretProperties {
  readonly contentType?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly enabled?: boolean | undefined
  readonly notBefore?: number | undefined
  readonly expires?: number | undefined
}

/** One version of a secret, as it is kept; times in Unix seconds. */
export interface SecretVersion extends SecretProperties {
  readonly version: string
  readonly value: string
  readonly enabled: boolean
  readonly created: number
  readonly updated: number
}

/** A secret with all its versions. */
export interface Secret {
  readonly name: string
  readonly versions: Map<string, SecretVersion>
  /** The newest version's id. */
  current: string
  /** When it was deleted, Unix seconds; absent while it is not. */
  deletedAt?: number | undefined
  /** When the deletion is through, Unix milliseconds; no journal keeps it. */
  deletedFrom?: number | undefined
}

/** One thing that happened to the vault's content: what its journal keeps, and all that changes its state. */
export type VaultEvent =
  | { readonly event: 'stored'; readonly name: string; readonly version: SecretVersion }
  | { readonly event: 'deleted'; readonly name: string; readonly at: number }
  | { readonly event: 'recovered' | 'purged'; readonly name: string }

/** One version of a secret, the current one unless told. @throws VaultRefusal `SecretNotFound`. */
export function versionOf(secret: Secret, version?: string): SecretVersion {
  const found = secret.versions.get(version ?? secret.current)
  if (!found) throw secretNotFound(`${secret.name}/${version}`)
  return found
}
