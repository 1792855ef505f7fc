import type { Environment, IdentityProvider } from '../environment.ts'
import type { SealOwner } from './sealer.ts'
import type { Grant, TenantName } from './tenant.ts'

/** A store of refresh tokens; the rotation protocol is the same for every store. */
export interface GrantStore {
  /** Stores a refresh token and returns its reference. `previous` is the reference that it supersedes, if any. */
  write(refreshToken: string, owner: GrantOwner, previous?: string): Promise<string>
  /** The refresh token that a reference names; undefined if it's gone. */
  read(reference: string, owner: GrantOwner): Promise<string | undefined>
  /** A newer token than the one that the reference names, from a process that crashed before its commit. */
  readNewer(
    reference: string,
    owner: GrantOwner,
  ): Promise<{ reference: string; refreshToken: string } | undefined>
  /** Destroys the secret that the reference names; it isn't an error if it's already gone. */
  forget(reference: string): Promise<void>
  /** Whether a reference names a secret that none of the references in `named` needs. */
  isUnneeded(reference: string, named: readonly string[]): boolean
}

/** The owner of a grant's secret, stored with it so that lost tables can be rebuilt. */
export interface GrantOwner extends SealOwner {
  readonly identityProvider: IdentityProvider
}

/** The owner of a tenant's grant, as the grant store needs it. */
export function grantOwnerOf(
  tenant: TenantName & { environment: Environment },
  grant: Pick<Grant, 'id' | 'identityProvider'>,
): GrantOwner {
  return {
    workspace: tenant.workspace,
    tenant: tenant.tenant,
    environment: tenant.environment,
    identityProvider: grant.identityProvider,
    grantId: grant.id,
  }
}
