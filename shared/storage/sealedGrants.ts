import type { GrantOwner, GrantStore } from '../domain/grants.ts'
import { type Sealer, sealContextOf } from '../domain/sealer.ts'

const prefix = 'sealed:'

/** Stores each refresh token inside its own reference, as a JWE bound to the tenant; the key is in the vault. */
export function createSealedGrants(sealer: Sealer): GrantStore {
  const contextOf = (owner: GrantOwner) => sealContextOf(owner, owner.grantId, 'refresh_token')
  return {
    reserve: () => undefined,
    write: async (refreshToken, owner) => prefix + (await sealer.seal(refreshToken, contextOf(owner))),
    read: (reference, owner) => sealer.open(reference.slice(prefix.length), contextOf(owner)),
    // The token is only in the row that names it: there can't be a newer one elsewhere.
    readNewer: async () => undefined,
    forget: async () => undefined,
    mustMove: () => false,
    isUnneeded: () => false,
  }
}

/**
 * Lets both kinds of references coexist: each is read from its own store, new grants go to `preferred`, and a
 * rotating grant stays in its store, so only the migration moves grants.
 */
export function combineGrantStores(
  stores: { vault: GrantStore; sealed: GrantStore },
  preferred: 'vault' | 'sealed',
): GrantStore {
  const storeOf = (reference: string): GrantStore =>
    reference.startsWith(prefix) ? stores.sealed : stores.vault
  const storeFor = (reference: string | undefined): GrantStore =>
    reference === undefined ? stores[preferred] : storeOf(reference)
  return {
    reserve: (full) => storeFor(full).reserve(full),
    write: (refreshToken, owner, at) => storeFor(at).write(refreshToken, owner, at),
    read: (reference, owner) => storeOf(reference).read(reference, owner),
    readNewer: (reference, owner) => storeOf(reference).readNewer(reference, owner),
    forget: (reference) => storeOf(reference).forget(reference),
    mustMove: (reference) => storeOf(reference).mustMove(reference),
    isUnneeded: (reference, named) => storeOf(reference).isUnneeded(reference, named),
  }
}
