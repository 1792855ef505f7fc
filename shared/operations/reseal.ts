import type { Clock } from '../clock.ts'
import { type SealContext, type Sealer, sealContextOf } from '../domain/sealer.ts'
import type { Grant, PendingGrant, Tenant, TenantName } from '../domain/tenant.ts'
import { withResealedTexts } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import { keyOf } from './sealedRows.ts'

/** Dependencies of resealing. */
export interface ResealDependencies extends ChangeDependencies {
  readonly sealer: Sealer
  readonly clock: Clock
}

/**
 * The result for one row. `leased` and `changed` need another run. `lost`: no key opens the row's grant, or its waiting
 * consent; everything else in the row is resealed.
 */
export type ResealOutcome = 'resealed' | 'already_there' | 'not_found' | 'leased' | 'changed' | 'lost'

const prefix = 'sealed:'

/**
 * Reseals all values in a tenant's row with the current sealing key. Uses one conditional write, and never runs while
 * the row is leased: a running refresh would write back the old values.
 * @param sealing the key id that all values must have.
 * @throws DamagedRowError
 */
export async function resealTenant(
  dependencies: ResealDependencies,
  name: TenantName,
  sealing: string,
): Promise<ResealOutcome> {
  const { sealer, clock } = dependencies
  let why: ResealOutcome = 'already_there'
  const changed = await changeTenant(dependencies, name, async (row) => {
    why = 'already_there'
    const before = sealedTexts(row)
    if (before.every((text) => keyOf(text) === sealing)) return undefined
    why = 'leased'
    if (row.lease && row.lease.until > clock.now()) return undefined
    const { isLost, next } = await resealRow(sealer, row, sealing)
    why = isLost ? 'lost' : 'resealed'
    return sealedTexts(next).join() === before.join() ? undefined : { next }
  })
  if (changed.outcome === 'conflict') return 'changed'
  return changed.outcome === 'not_found' ? 'not_found' : why
}

function sealedTexts({ accessToken, grant, pendingGrant }: Tenant): string[] {
  const references = [grant?.reference, pendingGrant?.grant.reference].filter((r) => r?.startsWith(prefix))
  const names = [grant?.signInNameSealed, pendingGrant?.grant.signInNameSealed]
  const tokens = [accessToken?.sealed, pendingGrant?.accessToken.sealed, ...names]
  return [...references.map((r) => r?.slice(prefix.length)), ...tokens].filter((text) => text !== undefined)
}

/**
 * A text that no key opens stays as it is if it's a grant or a waiting consent. An access token that can't be opened is
 * dropped and refreshed on demand, and so is a sign-in name: sign-ins work without it.
 */
async function resealRow(
  sealer: Sealer,
  tenant: Tenant,
  sealing: string,
): Promise<{ readonly next: Tenant; readonly isLost: boolean }> {
  const { grant, pendingGrant } = tenant
  let isLost = false
  const reseal = (text: string, grantId: string | undefined, use: SealContext['use']) =>
    keyOf(text) === sealing ? text : sealAgain(sealer, text, sealContextOf(tenant, grantId, use))
  const keep = async (text: string, grantId: string, use: SealContext['use']) => {
    const resealed = await reseal(text, grantId, use)
    isLost ||= resealed === undefined
    return resealed ?? text
  }
  const resealGrant = async ({ signInNameSealed, ...own }: Grant): Promise<Grant> => {
    const name = signInNameSealed && (await reseal(signInNameSealed, own.id, 'sign_in_name'))
    const named = { ...own, ...(name && { signInNameSealed: name }) }
    if (!own.reference.startsWith(prefix)) return named
    const text = own.reference.slice(prefix.length)
    return { ...named, reference: prefix + (await keep(text, own.id, 'refresh_token')) }
  }
  const resealPending = async (pending: PendingGrant): Promise<PendingGrant> => {
    const sealed = await keep(pending.accessToken.sealed, pending.grant.id, 'access_token')
    const accessToken = { ...pending.accessToken, sealed }
    return { ...pending, grant: await resealGrant(pending.grant), accessToken }
  }
  const token = tenant.accessToken && (await reseal(tenant.accessToken.sealed, grant?.id, 'access_token'))
  const next = withResealedTexts(tenant, {
    ...(grant && { grant: await resealGrant(grant) }),
    ...(pendingGrant && { pendingGrant: await resealPending(pendingGrant) }),
    ...(tenant.accessToken && token && { accessToken: { ...tenant.accessToken, sealed: token } }),
  })
  return { next, isLost }
}

async function sealAgain(sealer: Sealer, text: string, context: SealContext): Promise<string | undefined> {
  const opened = await sealer.open(text, context)
  return opened && sealer.seal(opened, context)
}
