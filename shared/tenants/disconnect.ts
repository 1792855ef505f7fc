import { addSeconds } from '../clock.ts'
import { isDamaged } from '../domain/damagedRow.ts'
import { consentOf, isEndedBy } from '../domain/disconnectMarks.ts'
import { type DueRow, dueRowOf } from '../domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withDisconnect, withoutGrant } from '../domain/transitions.ts'
import { type ChangeOutcome, changeTenant } from './changeTenant.ts'
import type { GrantServices } from './connectGrant.ts'
import { removeAccountsNow } from './disconnectedAccounts.ts'
import { hasCleanUp } from './expirePending.ts'
import { writeOwedMark } from './owedMark.ts'
import { destroySecrets, withSecretsToDestroy } from './secretsToDestroy.ts'

/** Dependencies of ending a tenant. */
export type DisconnectServices = Pick<
  GrantServices,
  'accounts' | 'tenants' | 'due' | 'grants' | 'marks' | 'clock' | 'log' | 'randomness'
>

/**
 * Ends a tenant: from the commit on, nothing is vended or refreshed. The disconnect is marked in the vault, and the
 * grant is destroyed and the accounts are removed immediately. The row lists a mark that can't be written, secrets that
 * can't be destroyed, and the accounts, with a due row that makes sweeps finish them.
 * Links, sign-ins, and choices from before the disconnect are void. An unreadable row is ended as well.
 * @param cause default is the app.
 * @returns undefined if there is no such tenant, `conflict` if other processes keep changing it.
 */
export async function disconnectTenant(
  services: DisconnectServices,
  name: TenantName,
  cause: DisconnectCause = byApp,
): Promise<StoredTenant | 'conflict' | undefined> {
  const found = await services.tenants.inspect(name)
  if (!found) return undefined
  const row = isDamaged(found) ? { tenant: found.remains, etag: found.etag } : found
  const ended = await endTenant(services, row, cause)
  if (ended.outcome !== 'changed') return ended.outcome === 'not_found' ? undefined : 'conflict'
  return ended.stored
}

/**
 * Ends a tenant again whose row was restored from a backup from before its disconnect, unless someone has consented
 * since.
 * @returns undefined if the tenant must not be ended, is gone, or other processes keep changing it.
 */
export async function disconnectAgain(
  services: DisconnectServices,
  row: StoredTenant,
  disconnectedAt: Date,
): Promise<StoredTenant | undefined> {
  const ended = await endTenant(services, row, { ...byMark, disconnectedAt })
  return ended.outcome === 'changed' ? ended.stored : undefined
}

/** Who or what ends a tenant, for its history and the log. */
export interface DisconnectCause {
  readonly reason: 'app' | 'mark' | 'operator'
  readonly detail: string
  /** Only consents up to this time are ended. Default is all of them. */
  readonly disconnectedAt?: Date
}

const byApp: DisconnectCause = {
  reason: 'app',
  detail: 'The app disconnected the tenant. Its grant is destroyed.',
}
const byMark: DisconnectCause = {
  reason: 'mark',
  detail:
    'The row was restored from a backup from before the tenant was disconnected. The tenant is disconnected again.',
}

async function endTenant(
  services: DisconnectServices,
  row: StoredTenant,
  ending: DisconnectCause,
): Promise<ChangeOutcome> {
  const { clock, due, grants } = services
  const { disconnectedAt } = ending
  const ended = await changeTenant(services, row, async (each) => {
    if (disconnectedAt && !isWhollyEndedBy(disconnectedAt, each)) return undefined
    const now = clock.now()
    const next = withSecretsToDestroy(
      grants,
      withoutGrant(withDisconnect(each, disconnectedAt ?? now)),
      referencesOf(each),
    )
    if (hasCleanUp(next)) await due.insert(cleanUpDueRow(each, now))
    return { next, events: endEvents(each, ending.detail, now) }
  })
  if (ended.outcome !== 'changed') return ended
  const { before, stored } = ended
  logEnd(services, before, ending)
  if (before.dueAt && before.grant) await due.remove(dueRowOf(before, before.grant, before.dueAt))
  const left = await destroySecrets(services, await writeOwedMark(services, stored))
  await removeAccountsNow(services, left)
  return { ...ended, stored: left }
}

/**
 * Once confirmed, a newer pending consent replaces the old one. If it expires instead, the next refresh returns here.
 */
function isWhollyEndedBy(disconnectedAt: Date, row: Tenant): boolean {
  const { pendingGrant } = row
  return (
    isEndedBy(disconnectedAt, consentOf(row)) &&
    (!pendingGrant || isEndedBy(disconnectedAt, pendingGrant.grant))
  )
}

/** The references in a row whose secrets must be destroyed. */
function referencesOf({ grant, pendingGrant, secretsToDestroy = [] }: Tenant): string[] {
  return [grant?.reference, pendingGrant?.grant.reference, ...secretsToDestroy].filter(
    (each) => each !== undefined,
  )
}

/** Longer than a commit takes: before the commit, a sweep would drop the due row as an orphan. */
const cleanUpSeconds = 300

/**
 * The due row of a disconnect: the first sweep after five minutes finishes the remaining work and then removes the row.
 */
export function cleanUpDueRow(row: Tenant, now: Date): DueRow {
  const grant = row.grant ?? row.pendingGrant?.grant ?? { identityProvider: 'microsoft' as const }
  return dueRowOf(row, grant, addSeconds(now, cleanUpSeconds))
}

function endEvents(before: Tenant, detail: string, at: Date) {
  if (before.status === 'disconnected') return []
  return [{ type: 'tenant.disconnected' as const, at, detail }]
}

function logEnd({ log }: DisconnectServices, before: Tenant, { reason }: DisconnectCause): void {
  const { environment, status: from } = before
  if (from === 'disconnected') return
  log('tenant.status_changed', {
    tenantKey: tenantKey(before),
    environment,
    from,
    to: 'disconnected',
    reason,
  })
}
