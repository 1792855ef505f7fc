import { randomBytes } from 'node:crypto'
import {
  beingDeleted,
  deletedButRecoverable,
  deletedSecretNotFound,
  secretDisabled,
  secretNotFound,
} from './refusals.ts'
import {
  type Secret,
  type SecretProperties,
  type SecretVersion,
  type VaultEvent,
  versionOf,
} from './secret.ts'

/** Storage and clock of the content. */
export interface SecretsOptions {
  /** Called before an event changes anything; if it throws, nothing changes. */
  readonly record: (event: VaultEvent) => void
  readonly now: () => Date
  /** How long a deletion takes after it was answered. */
  readonly deletionMilliseconds: () => number
}

/**
 * The vault's content and rules: versions, soft delete, disabled secrets.
 * Names that differ only in case are one name (general/about-keys-secrets-certificates).
 */
export class Secrets {
  readonly #byKey = new Map<string, Secret>()
  readonly #options: SecretsOptions
  #sorted: Secret[] | undefined

  constructor(options: SecretsOptions) {
    this.#options = options
  }

  /** Adds a version. @throws VaultRefusal `Conflict` if the name is deleted. */
  set(name: string, value: string, properties: SecretProperties): SecretVersion {
    const known = this.#find(name)
    if (known && this.#isBeingDeleted(known)) throw beingDeleted()
    if (known?.deletedAt !== undefined) throw deletedButRecoverable(name)
    const at = this.#seconds()
    const version = randomBytes(16).toString('hex')
    const stored = {
      ...properties,
      enabled: properties.enabled ?? true,
      version,
      value,
      created: at,
      updated: at,
    }
    this.#commit({ event: 'stored', name, version: stored })
    return stored
  }

  /** Reads a version. Default is the current one. @throws VaultRefusal if it's absent, deleted, or disabled. */
  read(name: string, version?: string): SecretVersion {
    const found = versionOf(this.get(name), version)
    if (!found.enabled) throw secretDisabled()
    return found
  }

  /** Changes the given properties of a version. @throws VaultRefusal if it's absent or deleted. */
  update(name: string, version: string | undefined, change: SecretProperties): SecretVersion {
    const secret = this.get(name)
    const before = versionOf(secret, version)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const after = { ...before, ...given, updated: this.#seconds() }
    this.#commit({ event: 'stored', name: secret.name, version: after })
    return after
  }

  /** Soft-deletes a secret: the name stays taken. @throws VaultRefusal if it's absent or already deleted. */
  delete(name: string): Secret {
    const secret = this.get(name)
    this.#commit({ event: 'deleted', name: secret.name, at: this.#seconds() })
    secret.deletedFrom = this.#options.now().getTime() + this.#options.deletionMilliseconds()
    return secret
  }

  /** Undoes a deletion. @throws VaultRefusal when it is not deleted, or not yet. */
  recover(name: string): Secret {
    const secret = this.#getWhollyDeleted(name)
    this.#commit({ event: 'recovered', name: secret.name })
    return secret
  }

  /** Ends a deleted secret for good; its name is free. @throws VaultRefusal when it is not deleted, or not yet. */
  purge(name: string): void {
    this.#commit({ event: 'purged', name: this.#getWhollyDeleted(name).name })
  }

  /** Finds a secret that isn't deleted. @throws VaultRefusal `SecretNotFound`. */
  get(name: string): Secret {
    const secret = this.#find(name)
    if (!secret || secret.deletedAt !== undefined) throw secretNotFound(name)
    return secret
  }

  /** Finds a deleted secret. @throws VaultRefusal `SecretNotFound`. */
  getDeleted(name: string): Secret {
    const secret = this.#find(name)
    if (secret?.deletedAt === undefined || this.#isBeingDeleted(secret)) throw deletedSecretNotFound(name)
    return secret
  }

  /** Whether it is among the deleted: what is still being deleted is nowhere. */
  isDeleted(secret: Secret): boolean {
    return secret.deletedAt !== undefined && !this.#isBeingDeleted(secret)
  }

  /** All secrets, deleted or not, by name. */
  list(): readonly Secret[] {
    this.#sorted ??= [...this.#byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, secret]) => secret)
    return this.#sorted
  }

  /** Applies an event without recording it, for replaying a journal. */
  apply(event: VaultEvent): void {
    const key = event.name.toLowerCase()
    const secret = this.#byKey.get(key)
    if (event.event === 'stored') this.#store(event.name, event.version)
    if (event.event === 'deleted' && secret) secret.deletedAt = event.at
    if (event.event === 'recovered' && secret) secret.deletedAt = undefined
    if (event.event === 'purged') this.#byKey.delete(key)
    if (event.event === 'purged') this.#sorted = undefined
  }

  /** The fewest events that produce the current state. */
  *toEvents(): Generator<VaultEvent> {
    for (const { name, versions, deletedAt } of this.#byKey.values()) {
      for (const version of versions.values()) yield { event: 'stored', name, version }
      if (deletedAt !== undefined) yield { event: 'deleted', name, at: deletedAt }
    }
  }

  #store(name: string, version: SecretVersion): void {
    const key = name.toLowerCase()
    const secret = this.#byKey.get(key)
    if (!secret) {
      this.#byKey.set(key, {
        name,
        versions: new Map([[version.version, version]]),
        current: version.version,
      })
      this.#sorted = undefined
      return
    }
    if (!secret.versions.has(version.version)) secret.current = version.version
    secret.versions.set(version.version, version)
  }

  #isBeingDeleted({ deletedAt, deletedFrom = 0 }: Secret): boolean {
    return deletedAt !== undefined && this.#options.now().getTime() < deletedFrom
  }

  #getWhollyDeleted(name: string): Secret {
    const secret = this.#find(name)
    if (secret && this.#isBeingDeleted(secret)) throw beingDeleted()
    return this.getDeleted(name)
  }

  #find(name: string): Secret | undefined {
    return this.#byKey.get(name.toLowerCase())
  }

  #commit(event: VaultEvent): void {
    this.#options.record(event)
    this.apply(event)
  }

  #seconds(): number {
    return Math.floor(this.#options.now().getTime() / 1000)
  }
}
