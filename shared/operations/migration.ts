import type { GrantStore } from '../domain/grants.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'

/** The two places where grants can be. */
export type GrantStoreName = 'vault' | 'sealed'

/** What moving a grant touches; a refresher's dependencies and each grant store by itself. */
export interface MigrationDependencies
  extends Pick<RefreshDependencies, 'tenants' | 'grants' | 'clock' | 'randomness' | 'config' | 'log'> {
  readonly stores: { readonly vault: GrantStore; readonly sealed: GrantStore }
}

/** Whether a grant that is in the right store is moved all the same, e.g. because its seal's key is to go. */
export type NeedsMove = (reference: string) => boolean

/** Which store a reference points into. */
export function storeNameOf(reference: string): GrantStoreName {
  return reference.startsWith('sealed:') ? 'sealed' : 'vault'
}
