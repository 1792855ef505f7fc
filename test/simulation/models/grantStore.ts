import { type Randomness, systemClock, systemRandomness } from '../../../shared/clock.ts'
import type { GrantStore } from '../../../shared/domain/grants.ts'
import type { Sealer } from '../../../shared/domain/sealer.ts'
import type { Vault } from '../../../shared/domain/vault.ts'
import { createGrantVault } from '../../../shared/storage/grantVault.ts'
import { combineGrantStores, createSealedGrants } from '../../../shared/storage/sealedGrants.ts'
import { createModelSealer } from './sealer.ts'
import { createModelVault } from './vault.ts'

/** Dependencies of a grant store. Default is models of both. */
export interface GrantStoreGround {
  readonly vaults?: readonly Vault[]
  readonly sealer?: Sealer
  readonly randomness?: Randomness
  /** The store for new grants. Default is `vault`. */
  readonly preferred?: 'vault' | 'sealed'
}

/** Creates the real grant stores over a model vault and a model sealer: their rules are under test too. */
export function createModelGrantStore(ground: GrantStoreGround = {}): GrantStore {
  const {
    vaults = [createModelVault()],
    sealer = createModelSealer(),
    randomness = systemRandomness,
    preferred = 'vault',
  } = ground
  const vault = createGrantVault(vaults, { clock: systemClock, randomness, log: () => undefined })
  return combineGrantStores({ vault, sealed: createSealedGrants(sealer) }, preferred)
}
