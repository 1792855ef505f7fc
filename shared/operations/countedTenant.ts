import { tenantStatuses } from '../domain/tenant.ts'
import type { CountedTenant } from '../domain/tenantPages.ts'
import { findReferences, readDate } from '../storage/tenantRow.ts'

/** The columns of a tenant's row that the census reads. */
export const countedColumns = [
  'status',
  'grantConsentedAt',
  'grantReference',
  'pendingGrant',
  'leftovers',
  'uncommittedSecrets',
  'troubleActor',
  'troubleReason',
  'troubleStuckSince',
] as const

type CountedColumns = Readonly<Partial<Record<string, unknown>>>

/** Reads what the census counts, no matter how damaged the row is. */
export function toCounted(columns: CountedColumns): CountedTenant {
  const { grantConsentedAt, grantReference, leftovers, status } = columns
  const consentedAt = readDate(grantConsentedAt)
  const stuck = readStuck(columns)
  return {
    status: tenantStatuses.find((each) => each === status) ?? 'unknown',
    ...(stuck && { stuck }),
    ...(consentedAt && { consentedAt }),
    secrets: new Set(vaultReferences(columns).map(nameIn)).size,
    versions: versionsOf(grantReference),
    leftOver: new Set(vaultReferences({ leftovers }).map(nameIn)).size,
  }
}

/** A tenant that must sign in again waits for a person, and its trouble is history. */
function readStuck({ status, troubleActor, troubleReason, troubleStuckSince }: CountedColumns) {
  if (status !== 'connected' || troubleActor !== 'operator') return undefined
  const since = readDate(troubleStuckSince)
  return { reason: String(troubleReason ?? ''), ...(since && { since }) }
}

function vaultReferences(columns: CountedColumns): string[] {
  return findReferences(columns).filter((reference) => reference.startsWith('vault:'))
}

/** A new secret is listed under its name without a vault, besides the reference to it. */
function nameIn(reference: string): string {
  return reference.split('/')[1] ?? reference
}

function versionsOf(reference: unknown): number {
  const [, rotations] = /^vault:[^/]+\/[^/]+\/[^/]+\/(\d+)$/.exec(String(reference)) ?? []
  return rotations === undefined ? 0 : Number(rotations) + 1
}
