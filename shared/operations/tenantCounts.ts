import { addSeconds, secondsUntil } from '../clock.ts'
import type { CountedTenant } from '../domain/tenantPages.ts'

/** What a round of the audit counts of the tenants' rows. */
export interface TenantCounts {
  /** Tenants by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Connected tenants whose trouble waits for the operator or a directory, by reason and then by {@link stuckAges}. */
  readonly stuck: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Tenants whose person consented in the {@link recentDays} days before they were counted. */
  readonly consents: number
  /** Vault secrets that rows name, and the versions of those that are grants. */
  readonly secrets: number
  readonly versions: number
  /** Secrets that are waiting to be destroyed. */
  readonly leftOver: number
}

/** The ages of stuck tenants, in days: each is the least age, up to the next one. */
export const stuckAges = [0, 1, 7, 30] as const

/** Four weeks, so that a month compares with the one before whatever the weekday. */
export const recentDays = 28

const daySeconds = 86_400

/** Nothing is counted yet. */
export const noTenants: TenantCounts = {
  statuses: {},
  stuck: {},
  consents: 0,
  secrets: 0,
  versions: 0,
  leftOver: 0,
}

/** Adds a tenant to the counts. */
export function addTenant(counts: TenantCounts, tenant: CountedTenant, now: Date): TenantCounts {
  const { consentedAt, leftOver, secrets, status, stuck, versions } = tenant
  const isRecent = consentedAt !== undefined && consentedAt >= addSeconds(now, -recentDays * daySeconds)
  return {
    statuses: addOne(counts.statuses, status),
    stuck: stuck ? addStuck(counts.stuck, stuck, now) : counts.stuck,
    consents: counts.consents + (isRecent ? 1 : 0),
    secrets: counts.secrets + secrets,
    versions: counts.versions + versions,
    leftOver: counts.leftOver + leftOver,
  }
}

function addStuck(
  stuck: TenantCounts['stuck'],
  { reason, since = new Date(0) }: NonNullable<CountedTenant['stuck']>,
  now: Date,
): TenantCounts['stuck'] {
  const days = secondsUntil(now, since) / daySeconds
  const age = stuckAges.findLast((least) => days >= least) ?? 0
  return { ...stuck, [reason]: addOne(stuck[reason] ?? {}, `${age}d`) }
}

function addOne(counts: Readonly<Record<string, number>>, key: string): Readonly<Record<string, number>> {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 }
}
