import type { Environment } from '../environment.ts'
import { disconnectTime, mayBeInBackup, withConsentAfter } from './disconnectMarks.ts'
import type { StoredReason } from './reasons.ts'
import type {
  AdvertisingRefusal,
  CachedAccessToken,
  Confirmation,
  DefaultAccount,
  Grant,
  Lease,
  PendingGrant,
  RefreshTrouble,
  Tenant,
} from './tenant.ts'

// Each function is one thing that happens to a tenant: the row before, and what the row says afterwards. What a row must
// no longer say is decided here and nowhere else.

/** A process has taken the right to refresh. */
export function withLease(row: Tenant, lease: Lease): Tenant {
  return { ...row, lease }
}

/** The right to refresh was given back. */
export function withoutLease(row: Tenant): Tenant {
  const { lease: _lease, ...rest } = row
  return rest
}

/** The grant's refresh token is elsewhere now; it is the same consent. */
export function withGrantReference(row: Tenant, grant: Grant, reference: string): Tenant {
  return { ...row, grant: { ...grant, reference } }
}

/** What a refresh brought. */
export interface RefreshedGrant {
  /** The refreshed grant with its current reference. */
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly dueAt: Date
  /** When the refresh was for a vend. */
  readonly lastVendedAt?: Date | undefined
}

/** A refresh worked: whatever trouble there was is over. */
export function withRefreshedGrant(
  row: Tenant,
  { grant, accessToken, dueAt, lastVendedAt }: RefreshedGrant,
): Tenant {
  const { trouble: _trouble, ...rest } = withoutLease(row)
  return { ...rest, grant, accessToken, dueAt, ...(lastVendedAt && { lastVendedAt }) }
}

/** A refresh failed and will be retried later. */
export function withTrouble(row: Tenant, trouble: RefreshTrouble): Tenant {
  return { ...withoutLease(row), trouble, dueAt: trouble.nextAttemptAt }
}

/**
 * The grant was refused for good: only a new sign-in helps, and no call is made until then.
 * @param claims what that sign-in must meet, where the refusal says so.
 */
export function withDeadGrant(row: Tenant, reauthorizationReason: StoredReason, claims?: string): Tenant {
  const { trouble: _trouble, dueAt: _dueAt, ...rest } = withoutLease(row)
  const next: Tenant = { ...rest, status: 'reauthorization_required', reauthorizationReason }
  return claims ? withClaims(next, claims) : next
}

/** The identity provider wants the next sign-in to meet these claims. */
export function withClaims(row: Tenant, claims: string): Tenant {
  return { ...row, claims }
}

/**
 * A damaged row is written again from what it still says. A connected tenant whose grant is sound is refreshed at once;
 * without one, or when the status can't be read, its advertiser must sign in.
 */
export function withRepairs(row: Tenant, now: Date): Tenant {
  if (row.status === 'connected' && row.grant) return { ...withoutLease(row), dueAt: now }
  const isKnown =
    row.status !== 'connected' && (row.status !== 'reauthorization_required' || row.reauthorizationReason)
  return isKnown ? row : withDeadGrant(row, 'row_damaged')
}

/** What a consent brought. */
export interface NewConnection {
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly dueAt: Date
  readonly accountsGeneration: string
  readonly defaultAccount?: DefaultAccount
  readonly confirmed?: Confirmation
}

/** Somebody has consented: whatever an earlier grant left in the row is over, a refresh in flight included. */
export function withConnection(row: Tenant, consent: NewConnection): Tenant {
  const {
    lease: _lease,
    trouble: _trouble,
    pendingGrant: _pending,
    confirmed: _confirmed,
    reauthorizationReason: _reason,
    defaultAccount: _default,
    advertisingRefusal: _refusal,
    claims: _claims,
    ...rest
  } = row
  const grant = withConsentAfter(row.disconnectedAt, consent.grant)
  return { ...rest, ...consent, grant, status: 'connected', discoveredAt: consent.accessToken.refreshedAt }
}

/** A consent waits for the app's confirmation, beside whatever the tenant has. */
export function withPendingGrant(row: Tenant, pendingGrant: PendingGrant): Tenant {
  return { ...row, pendingGrant }
}

/** A consent that waited is over, unconfirmed. */
export function withoutPendingGrant(row: Tenant): Tenant {
  const { pendingGrant: _pending, ...rest } = row
  return rest
}

/**
 * The app ended the tenant. The row names the grant until it is destroyed ({@link withoutGrant}), and owes a mark in the vault if
 * there was a consent to end.
 */
export function withDisconnect(row: Tenant, now: Date): Tenant {
  const {
    accessToken: _token,
    lease: _lease,
    trouble: _trouble,
    dueAt: _due,
    reauthorizationReason: _reason,
    advertisingRefusal: _refusal,
    confirmed: _confirmed,
    pendingGrant: _pending,
    claims: _claims,
    ...rest
  } = row
  const disconnectCount = (row.disconnectCount ?? 0) + 1
  const owed = mayBeInBackup(row) && ({ disconnectedAt: disconnectTime(row, now), owesMark: true } as const)
  return { ...rest, ...owed, status: 'disconnected', disconnectCount }
}

/** The last disconnect is marked in the vault. */
export function withoutOwedMark(row: Tenant): Tenant {
  const { owesMark: _owed, ...rest } = row
  return rest
}

/** The row lists the secrets to destroy. */
export function withListedSecrets(row: Tenant, secretsToDestroy: readonly string[]): Tenant {
  const { secretsToDestroy: _before, ...rest } = row
  return secretsToDestroy.length > 0 ? { ...rest, secretsToDestroy } : rest
}

/** Some of the secrets to be destroyed are. */
export function withoutDestroyed(row: Tenant, destroyed: readonly string[]): Tenant {
  return withListedSecrets(
    row,
    (row.secretsToDestroy ?? []).filter((reference) => !destroyed.includes(reference)),
  )
}

/** The row forgets its grant; the secret is listed to be destroyed, or is gone. */
export function withoutGrant(row: Tenant): Tenant {
  const { grant: _grant, secretsToDestroy: _secrets, ...rest } = row
  return rest
}

/** The tenant belongs to another environment: its accounts, what was chosen among them, and claims were the other's. */
export function withEnvironment(row: Tenant, environment: Environment): Tenant {
  const {
    accountsGeneration: _generation,
    discoveredAt: _at,
    defaultAccount: _default,
    claims: _claims,
    ...rest
  } = row
  return { ...rest, environment }
}

/** The app shows it under another name. */
export function withDisplayName(row: Tenant, displayName: string): Tenant {
  return { ...row, displayName }
}

/** It was vended; one that was idle until then is due earlier. */
export function withVend(row: Tenant, lastVendedAt: Date, dueAt: Date | undefined): Tenant {
  return { ...row, lastVendedAt, ...(dueAt && { dueAt }) }
}

/** Microsoft Advertising does not take the person who consented, or takes them again. */
export function withAdvertisingRefusal(row: Tenant, refusal: AdvertisingRefusal | undefined): Tenant {
  const { advertisingRefusal: _before, ...rest } = row
  return { ...rest, ...(refusal && { advertisingRefusal: refusal }) }
}

/** What is known of a tenant's accounts. */
export interface AccountsUpdate {
  readonly accountsGeneration: string
  readonly defaultAccount: DefaultAccount | undefined
  /** When it comes from a discovery. */
  readonly discoveredAt?: Date | undefined
}

/** Other account rows count from now on, and with them the default. */
export function withAccounts(
  row: Tenant,
  { defaultAccount, discoveredAt, accountsGeneration }: AccountsUpdate,
): Tenant {
  const { defaultAccount: _before, ...rest } = row
  return {
    ...rest,
    accountsGeneration,
    ...(defaultAccount && { defaultAccount }),
    ...(discoveredAt && { discoveredAt }),
  }
}

/** Another account is vended when the app names none. */
export function withDefaultAccount(row: Tenant, defaultAccount: DefaultAccount): Tenant {
  return { ...row, defaultAccount }
}

/** What rests sealed in a row, sealed again. */
export type ResealedTexts = Pick<Tenant, 'grant' | 'accessToken' | 'pendingGrant'>

/** Everything that rests sealed in the row has been sealed with another key; what did not open is gone. */
export function withResealedTexts(row: Tenant, { grant, accessToken, pendingGrant }: ResealedTexts): Tenant {
  const { grant: _grant, accessToken: _token, pendingGrant: _pending, ...rest } = row
  return {
    ...rest,
    ...(grant && { grant }),
    ...(accessToken && { accessToken }),
    ...(pendingGrant && { pendingGrant }),
  }
}
