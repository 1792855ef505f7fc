import { decodeProtectedHeader } from 'jose'
import type { Clock } from '../clock.ts'
import { type Sealer, sealContextOf } from '../domain/sealer.ts'
import type { CachedAccessToken, Grant, PendingGrant, Tenant, TenantName } from '../domain/tenant.ts'
import { withResealedTexts } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import { openSignInName, sealSignInName } from '../tenants/signInName.ts'

/** Dependencies of resealing. */
export interface ResealDependencies extends ChangeDependencies {
  readonly sealer: Sealer
  readonly clock: Clock
}

/** The result for one row. `leased` and `changed` need another run; an `unreadable` row names a missing key. */
export type ResealOutcome = 'resealed' | 'already_there' | 'not_found' | 'leased' | 'changed' | 'unreadable'

const prefix = 'sealed:'

/**
 * Reseals all values in a tenant's row with the current sealing key. Uses one conditional write, and never runs while
 * the row is leased: a running refresh would write back the old values.
 * @param sealing the key id that all values must have.
 */
export async function resealTenant(
  dependencies: ResealDependencies,
  name: TenantName,
  sealing: string,
): Promise<ResealOutcome> {
  const { sealer, clock } = dependencies
  let why: ResealOutcome = 'already_there'
  const changed = await changeTenant(dependencies, name, async (row) => {
    if (sealedTexts(row).every((text) => kidOf(text) === sealing)) return undefined
    why = 'leased'
    if (row.lease && row.lease.until > clock.now()) return undefined
    why = 'unreadable'
    const next = await resealRow(sealer, row)
    return next && { next }
  })
  switch (changed.outcome) {
    case 'unchanged':
      return why
    case 'conflict':
      return 'changed'
    case 'not_found':
      return 'not_found'
    default:
      return 'resealed'
  }
}

function sealedTexts({ accessToken, grant, pendingGrant }: Tenant): string[] {
  const references = [grant?.reference, pendingGrant?.grant.reference].filter((r) => r?.startsWith(prefix))
  const names = [grant?.signInNameSealed, pendingGrant?.grant.signInNameSealed]
  const tokens = [accessToken?.sealed, pendingGrant?.accessToken.sealed, ...names]
  return [...references.map((r) => r?.slice(prefix.length)), ...tokens].filter((text) => text !== undefined)
}

function kidOf(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid
  } catch {
    return undefined
  }
}

/**
 * @returns undefined if a grant can't be opened; an access token that can't be opened is dropped and refreshed on
 *   demand.
 */
async function resealRow(sealer: Sealer, tenant: Tenant): Promise<Tenant | undefined> {
  const { grant, pendingGrant } = tenant
  const grantNow = grant && (await resealGrant(sealer, tenant, grant))
  const pendingNow = pendingGrant && (await resealPending(sealer, tenant, pendingGrant))
  if ((grant && !grantNow) || (pendingGrant && !pendingNow)) return undefined
  const accessToken =
    tenant.accessToken && (await resealToken(sealer, tenant, { grant, accessToken: tenant.accessToken }))
  return withResealedTexts(tenant, {
    ...(grantNow && { grant: grantNow }),
    ...(pendingNow && { pendingGrant: pendingNow }),
    ...(accessToken && { accessToken }),
  })
}

/** A sign-in name that can't be opened is dropped: sign-ins work without it. */
async function resealGrant(sealer: Sealer, tenant: Tenant, grant: Grant): Promise<Grant | undefined> {
  const { signInNameSealed: _name, ...rest } = grant
  const signInName = await openSignInName({ sealer }, { ...tenant, grant })
  const owner = { ...tenant, grantId: grant.id }
  const named = await sealSignInName({ sealer }, owner, signInName)
  return resealReference(sealer, tenant, { ...rest, ...named })
}

async function resealReference(sealer: Sealer, tenant: Tenant, grant: Grant): Promise<Grant | undefined> {
  if (!grant.reference.startsWith(prefix)) return grant
  const context = sealContextOf(tenant, grant.id, 'refresh_token')
  const refreshToken = await sealer.open(grant.reference.slice(prefix.length), context)
  return refreshToken === undefined
    ? undefined
    : { ...grant, reference: prefix + (await sealer.seal(refreshToken, context)) }
}

async function resealPending(
  sealer: Sealer,
  tenant: Tenant,
  pending: PendingGrant,
): Promise<PendingGrant | undefined> {
  const grant = await resealGrant(sealer, tenant, pending.grant)
  const accessToken = await resealToken(sealer, tenant, pending)
  return grant && accessToken && { ...pending, grant, accessToken }
}

async function resealToken(
  sealer: Sealer,
  tenant: Tenant,
  { grant, accessToken }: { readonly grant: Grant | undefined; readonly accessToken: CachedAccessToken },
): Promise<CachedAccessToken | undefined> {
  const context = sealContextOf(tenant, grant?.id, 'access_token')
  const opened = await sealer.open(accessToken.sealed, context)
  return opened === undefined ? undefined : { ...accessToken, sealed: await sealer.seal(opened, context) }
}
