import { addSeconds, type Clock, type Randomness, secondsUntil } from '../clock.ts'
import type { GrantOwner, GrantStore } from '../domain/grants.ts'
import type { Log, LogEvents } from '../domain/logEvents.ts'
import { grantSecretSeconds, renewedGrantSecretSeconds } from '../domain/schedule.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { SecretVersion, Vault } from '../domain/vault.ts'
import type { Secret } from '../secret.ts'
import { writeToFirst } from './freshSecret.ts'

/**
 * A vault's backup fails above 500 versions of a secret (key-vault/general/backup), and versions can't be deleted
 * individually, so a grant moves to a new secret after this many rotations. The other hundred are for moves that fail.
 */
const rotationsPerSecret = 400

/** The version in the reference of a secret that may not exist yet. */
const reserved = 'reserved'
/** The host in such a reference: the write chooses the vault. */
const anyHost = 'any'

/** The parts of a `vault:` reference: vault, secret, version, and number of rotations. */
interface VaultReference {
  readonly host: string
  readonly name: string
  readonly version: string
  readonly rotations: number
}

/** Dependencies of a grant vault. */
export interface GrantVaultDependencies {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

/**
 * Stores each refresh token in its own vault secret, with a new version when the token changes. A read-only vault's
 * secrets are read and removed; nothing is written to it.
 */
export function createGrantVault(
  vaults: readonly Vault[],
  { clock, randomness, log }: GrantVaultDependencies,
): GrantStore {
  const vaultOf = ({ host }: VaultReference): Vault => {
    const vault = vaults.find((candidate) => candidate.host === host)
    // The operator removed a vault that grants still use. `/ready` and the problem say so, and no grant is lost.
    if (!vault) throw new StorageUnavailableError('vault', 0, 'VaultNotNamed')
    return vault
  }
  const writable = vaults.filter(({ isReadOnly }) => !isReadOnly)
  const isInReadOnlyVault = ({ host }: VaultReference): boolean =>
    vaults.some((vault) => vault.isReadOnly && vault.host === host)
  const expiry = () => addSeconds(clock.now(), grantSecretSeconds)
  const propertiesOf = (owner: GrantOwner) => ({ tags: tagsOf(owner), expiresOn: expiry() })
  /** Behind the caller: identity providers that return no new refresh token would otherwise let the secret expire. */
  const renewExpiry = (vault: Vault, { name, version, expiresOn }: SecretVersion): void => {
    if (vault.isReadOnly || (expiresOn && secondsUntil(expiresOn, clock.now()) >= renewedGrantSecretSeconds))
      return
    vault.setExpiry(name, version, expiry()).catch(() => undefined)
  }
  const newName = () => `grant-${randomness.identifier()}`
  const fresh = (refreshToken: Secret, owner: GrantOwner, name: string): Promise<string> =>
    writeToFirst(
      { vaults: writable, clock, randomness },
      {
        name,
        write: async (vault) => {
          const { version } = await vault.write(name, refreshToken, propertiesOf(owner))
          return toReference({ host: vault.host, name, version, rotations: 0 })
        },
        onPassedOver: ({ host }, error) => log('grant.vault_passed_over', toFields(host, owner, error)),
      },
    )
  return {
    reserve(full) {
      const before = full === undefined ? undefined : parseReference(full)
      if (before && before.rotations < rotationsPerSecret && !isInReadOnlyVault(before)) return undefined
      return toReference({ host: anyHost, name: newName(), version: reserved, rotations: 0 })
    },
    async write(refreshToken, owner, at) {
      const before = at === undefined ? undefined : parseReference(at)
      if (!before || isReserved(before)) return fresh(refreshToken, owner, before?.name ?? newName())
      if (isInReadOnlyVault(before)) throw new StorageUnavailableError('vault', 403, 'VaultReadOnly')
      const { version } = await vaultOf(before).write(before.name, refreshToken, propertiesOf(owner))
      return toReference({ ...before, version, rotations: before.rotations + 1 })
    },
    async read(reference, owner) {
      const named = understood(reference)
      const vault = vaultOf(named)
      const found = await vault.read(named.name, named.version)
      if (!found) return undefined
      assertOwned(found, owner)
      renewExpiry(vault, found)
      return found.value
    },
    async readNewer(reference, owner) {
      const named = understood(reference)
      // Versions are only ever appended, so a current version other than the named one is newer.
      const current = await vaultOf(named).read(named.name)
      if (!current || current.version === named.version) return undefined
      assertOwned(current, owner)
      return { reference: toReference({ ...named, version: current.version }), refreshToken: current.value }
    },
    async forget(reference) {
      const named = understood(reference)
      if (!isReserved(named)) vaultOf(named)
      // A vault whose answer was lost when the secret was new may have it besides the named one. A read-only vault was
      // not asked for it.
      const places = vaults.filter(({ host, isReadOnly }) => !isReadOnly || host === named.host)
      await Promise.all(places.map((vault) => vault.remove(named.name)))
    },
    mustMove(reference) {
      const named = parseReference(reference)
      return named !== undefined && isInReadOnlyVault(named)
    },
    isUnneeded(reference, named) {
      const own = parseReference(reference)
      return !named.some((other) => (own ? isSameSecret(own, parseReference(other)) : other === reference))
    },
  }
}

function isSameSecret(one: VaultReference, other: VaultReference | undefined): boolean {
  if (one.name !== other?.name) return false
  return one.host === other.host || isReserved(one) || isReserved(other)
}

function isReserved({ version }: VaultReference): boolean {
  return version === reserved
}

function toFields(vault: string, owner: GrantOwner, error: unknown): LogEvents['grant.vault_passed_over'] {
  const { environment, identityProvider } = owner
  const { status, code } =
    error instanceof StorageUnavailableError ? error : { status: 0, code: 'TimeLimitError' }
  return { vault, tenantKey: tenantKey(owner), environment, identityProvider, status, code }
}

/**
 * A row that names another tenant's secret was copied or changed by hand: someone who can write to the tables must not get
 * the broker to redeem a token that its tags say is someone else's. It doesn't count as missing, so nothing is destroyed.
 */
function assertOwned({ tags }: SecretVersion, owner: GrantOwner): void {
  const isOwned = Object.entries(tagsOf(owner)).every(([tag, value]) => tags[tag] === value)
  if (!isOwned) throw new StorageUnavailableError('vault', 0, 'SecretOfAnotherTenant')
}

/** Tags from which lost tables are rebuilt, and by which a secret is known; only names, nothing personal. */
function tagsOf({ workspace, tenant, environment, identityProvider }: GrantOwner): Record<string, string> {
  return { workspace, tenant, environment, identityProvider }
}

function toReference({ host, name, version, rotations }: VaultReference): string {
  return `vault:${host}/${name}/${version}/${rotations}`
}

/** A reference that only another version of the broker understands still names a secret; it never counts as missing. */
function understood(reference: string): VaultReference {
  const named = parseReference(reference)
  if (!named) throw new StorageUnavailableError('vault', 0, 'ReferenceNotUnderstood')
  return named
}

function parseReference(reference: string): VaultReference | undefined {
  const [, host, name, version, rotations] = /^vault:([^/]+)\/([^/]+)\/([^/]+)\/(\d+)$/.exec(reference) ?? []
  return host && name && version ? { host, name, version, rotations: Number(rotations) } : undefined
}
