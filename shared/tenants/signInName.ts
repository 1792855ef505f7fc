import { type Sealer, type SealOwner, sealContextOf } from '../domain/sealer.ts'
import type { Grant, Tenant } from '../domain/tenant.ts'
import { Secret } from '../secret.ts'

interface NameSealer {
  readonly sealer: Sealer
}

/** Seals the name that a person signed in with, for their grant; returns nothing if the name is unknown. */
export async function sealSignInName(
  { sealer }: NameSealer,
  owner: SealOwner,
  signInName: string | undefined,
): Promise<Pick<Grant, 'signInNameSealed'>> {
  if (!signInName) return {}
  const context = sealContextOf(owner, owner.grantId, 'sign_in_name')
  return { signInNameSealed: await sealer.seal(new Secret(signInName), context) }
}

/**
 * The sign-in name of the person who connected the tenant.
 * @returns undefined if it's unknown or can't be opened. @throws errors of reading the sealing keys.
 */
export async function openSignInName({ sealer }: NameSealer, tenant: Tenant): Promise<string | undefined> {
  const { grant } = tenant
  if (!grant?.signInNameSealed) return undefined
  const context = sealContextOf(tenant, grant.id, 'sign_in_name')
  return (await sealer.open(grant.signInNameSealed, context))?.expose()
}
