import type { GrantStore } from '../domain/grants.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'

/** The two places where grants can be. */
export type GrantStoreName = 'vault' | 'sealed'

/** Dependencies of moving a grant: those of refreshing, and each grant store separately. */
export interface MigrationDependencies
  extends Pick<
    RefreshDependencies,
    'tenants' | 'due' | 'grants' | 'clock' | 'randomness' | 'config' | 'log'
  > {
  readonly stores: { readonly vault: GrantStore; readonly sealed: GrantStore }
}

/** Whether to move a grant that is already in the right store, for example because its sealing key is being removed. */
export type NeedsMove = (reference: string) => boolean

/** Where grants go, and which of those that are already there move all the same. */
export interface MigrationTarget {
  readonly to: GrantStoreName
  readonly needsMove: NeedsMove
}

/** The store to which a reference belongs. */
export function storeNameOf(reference: string): GrantStoreName {
  return reference.startsWith('sealed:') ? 'sealed' : 'vault'
}
