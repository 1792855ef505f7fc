import type { Environment } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { TenantName } from './tenant.ts'

/** The owner of a sealed text. */
export interface SealOwner extends TenantName {
  readonly environment: Environment
  /** The consent that it belongs to. Text that was sealed without it can be opened for every consent of its tenant. */
  readonly grantId?: string | undefined
}

/** The context that a sealed text is bound to: it opens only for the same tenant, environment, use, and consent. */
export interface SealContext extends SealOwner {
  readonly use: 'access_token' | 'refresh_token' | 'sign_in_name' | 'download'
}

/** The context of a text that belongs to a tenant's grant. */
export function sealContextOf(
  { workspace, tenant, environment }: Omit<SealOwner, 'grantId'>,
  grantId: string | undefined,
  use: SealContext['use'],
): SealContext {
  return { workspace, tenant, environment, use, grantId }
}

/**
 * How a sealed text looks. A brief one leaves out what its context says: it has 46 characters more than the Base64 of its
 * text, and none that a path would escape.
 */
export type SealForm = 'whole' | 'brief'

/** Encrypts texts for storage in a table, or for an app that returns them. */
export interface Sealer {
  /** @param form default is `whole`. */
  seal(plaintext: Secret, context: SealContext, form?: SealForm): Promise<string>
  /** Undefined when it was sealed for another context or with a key that is gone. */
  open(sealed: string, context: SealContext): Promise<Secret | undefined>
}

/** The broker has no usable sealing keys; `/ready` reports this too. */
export class SealingKeysError extends Error {
  constructor(fault: string) {
    super(`The vault secret sealing-keys ${fault}. Create it with: npm run rotate-sealing-key`)
    this.name = 'SealingKeysError'
  }
}
