import type { CachedAccessToken, Grant, Tenant } from './tenant.ts'

/** The columns that a vend, or a call in the tenant's name, needs. */
const needed = [
  'workspace',
  'tenant',
  'environment',
  'status',
  'accountsGeneration',
  'defaultAccount',
  'lastVendedAt',
  'advertisingRefusal',
] as const satisfies (keyof Tenant)[]

/** What calls need of a grant: neither its secrets nor who gave it. */
export type VendedGrant = Pick<
  Grant,
  'id' | 'identityProvider' | 'accountKind' | 'scopes' | 'advertisingUserId'
>

/**
 * A tenant as a process remembers it: without any sealed text, each as long as a token, and without what only writers of
 * the row need. A {@link Tenant} is one, too.
 */
export interface VendedTenant extends Pick<Tenant, (typeof needed)[number]> {
  readonly grant?: VendedGrant
  readonly accessToken?: Omit<CachedAccessToken, 'sealed'>
}

/** The part of a tenant's row that a process remembers. */
export function toVendedTenant(tenant: Tenant): VendedTenant {
  const { grant, accessToken } = tenant
  return {
    ...(Object.fromEntries(
      needed.flatMap((column) => (tenant[column] === undefined ? [] : [[column, tenant[column]]])),
    ) as Pick<Tenant, (typeof needed)[number]>),
    ...(grant && { grant: toVendedGrant(grant) }),
    ...(accessToken && { accessToken: withoutText(accessToken) }),
  }
}

function toVendedGrant({ id, identityProvider, accountKind, scopes, advertisingUserId }: Grant): VendedGrant {
  return { id, identityProvider, accountKind, scopes, advertisingUserId }
}

function withoutText({ sealed: _sealed, ...token }: CachedAccessToken): Omit<CachedAccessToken, 'sealed'> {
  return token
}
