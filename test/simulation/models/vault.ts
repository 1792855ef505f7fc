import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import type { SecretVersion, Vault } from '../../../shared/domain/vault.ts'

/** A vault in memory, with additions for the simulator. */
export interface ModelVault extends Vault {
  /** Every version of every secret that isn't deleted. */
  live(): Iterable<SecretVersion>
  /** The newest version of a secret that is not deleted. */
  current(name: string): SecretVersion | undefined
  /** One version of a secret that is not deleted. */
  version(name: string, version: string): SecretVersion | undefined
}

/**
 * Creates a vault: versions are appended and never removed individually, a deleted secret keeps its name until it's
 * purged, and writing to such a name is refused.
 */
export function createModelVault(host = 'grants.vault.example'): ModelVault {
  const secrets = new Map<string, SecretVersion[]>()
  const deleted = new Set<string>()
  let versions = 0
  const versionsOf = (name: string) => (deleted.has(name) ? [] : (secrets.get(name) ?? []))
  const read = (name: string, version?: string): SecretVersion | undefined =>
    version === undefined ? versionsOf(name).at(-1) : versionsOf(name).find((v) => v.version === version)
  return {
    host,
    read: async (name, version) => read(name, version),
    async write(name, value, { tags = {}, expiresOn }) {
      if (deleted.has(name)) throw new StorageUnavailableError('vault', 409, 'SecretDeleted')
      const written: SecretVersion = {
        name,
        value,
        tags,
        expiresOn,
        version: (++versions).toString(16).padStart(32, '0'),
      }
      secrets.set(name, [...versionsOf(name), written])
      return written
    },
    async setExpiry(name, version, expiresOn) {
      const set = (each: SecretVersion) => (each.version === version ? { ...each, expiresOn } : each)
      if (versionsOf(name).length > 0) secrets.set(name, versionsOf(name).map(set))
    },
    async remove(name) {
      if (!secrets.has(name)) return
      deleted.add(name)
      secrets.set(name, [])
    },
    live: () => [...secrets.keys()].flatMap(versionsOf),
    current: (name) => read(name),
    version: read,
  }
}
