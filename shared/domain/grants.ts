import type { Environment, IdentityProvider } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { SealOwner } from './sealer.ts'
import type { Grant, TenantName } from './tenant.ts'

/** A store of refresh tokens; the rotation protocol is the same for every store. */
export interface GrantStore {
  /**
   * Chooses the place of a new secret, so that the tenant's row can list it before it's written.
   * @param full the grant's current reference; default is a new grant.
   * @returns undefined if no new secret is needed: the row itself holds the token, or the current secret has room.
   */
  reserve(full?: string): string | undefined
  /**
   * Keeps a refresh token and says where.
   * @param at the reference that it supersedes, or a reserved one. Default is a new place.
   */
  write(refreshToken: Secret, owner: GrantOwner, at?: string): Promise<string>
  /** The refresh token that a reference names; undefined when it is gone. */
  read(reference: string, owner: GrantOwner): Promise<Secret | undefined>
  /**
   * Whether the grant must move to another place before its refresh token is rotated: its vault accepts no new
   * versions.
   */
  mustMove(reference: string): boolean
  /** A newer token than the reference names, left by a process that died before its commit. */
  readNewer(
    reference: string,
    owner: GrantOwner,
  ): Promise<{ reference: string; refreshToken: Secret } | undefined>
  /** Destroys what the reference names or has reserved; nothing left to destroy is no error. */
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
