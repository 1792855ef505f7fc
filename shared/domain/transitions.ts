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
  UncommittedSecret,
} from './tenant.ts'
import { withoutEndedObjects } from './unknownColumns.ts'

// Each function is one kind of change: it takes the current row and returns the changed one. Which members a row must
// lose is decided only here.

/** A process has taken the lease. */
export function withLease(row: Tenant, lease: Lease): Tenant {
  return { ...row, lease }
}

/** The lease was released. */
export function withoutLease(row: Tenant): Tenant {
  const { lease: _lease, ...rest } = row
  return rest
}

/** The grant's refresh token has moved to another store; the consent is the same. */
export function withGrantReference(row: Tenant, grant: Grant, reference: string): Tenant {
  return { ...row, grant: { ...grant, reference } }
}

/** The result of a refresh. */
export interface RefreshedGrant {
  /** The refreshed grant with its current reference. */
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly dueAt: Date
  /** Set if the refresh was for a vend. */
  readonly lastVendedAt?: Date | undefined
}

/** A refresh worked: earlier problems are over, and the grant is proven. */
export function withRefreshedGrant(
  row: Tenant,
  { grant: { unproven: _unproven, ...grant }, accessToken, dueAt, lastVendedAt }: RefreshedGrant,
): Tenant {
  const { trouble: _trouble, ...rest } = withoutLease(row)
  return { ...rest, grant, accessToken, dueAt, ...(lastVendedAt && { lastVendedAt }) }
}

/** A refresh failed and will be retried later. */
export function withTrouble(row: Tenant, trouble: RefreshTrouble): Tenant {
  return { ...withoutLease(row), trouble, dueAt: trouble.nextAttemptAt }
}

/**
 * The grant was permanently refused: only a new sign-in helps, and no call is made until then.
 * @param claims requirements for that sign-in, if the refusal has any.
 */
export function withDeadGrant(row: Tenant, reauthorizationReason: StoredReason, claims?: string): Tenant {
  const { trouble: _trouble, dueAt: _dueAt, ...rest } = withoutLease(row)
  const next: Tenant = { ...rest, status: 'reauthorization_required', reauthorizationReason }
  return claims ? withClaims(next, claims) : next
}

/** The identity provider requires these claims at the next sign-in. */
export function withClaims(row: Tenant, claims: string): Tenant {
  return { ...row, claims }
}

/**
 * The row was restored or repaired, and may name an older refresh token than its vault has. A strict provider ends a grant
 * whose used token it receives; the first refresh looks for a newer one, as after a lease that no one released. A sealed
 * token is in the row itself.
 */
export function withLeaseLeftBehind(row: Tenant): Tenant {
  if (!row.grant?.reference.startsWith('vault:')) return withoutLease(row)
  return withLease(row, { id: 'restored', until: new Date(0) })
}

/**
 * A damaged row is rewritten from its readable part. A connected tenant with a valid grant is due immediately;
 * without one, or if the status can't be read, the advertiser must sign in.
 */
export function withRepairs(row: Tenant, now: Date): Tenant {
  if (row.status === 'connected' && row.grant) return { ...withLeaseLeftBehind(row), dueAt: now }
  const isKnown =
    row.status !== 'connected' && (row.status !== 'reauthorization_required' || row.reauthorizationReason)
  return isKnown ? row : withDeadGrant(row, 'row_damaged')
}

/** The result of a consent. */
export interface NewConnection {
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly dueAt: Date
  readonly accountsGeneration: string
  /** Whether its account rows are written after it. */
  readonly accountsOutstanding?: true
  readonly defaultAccount?: DefaultAccount
  readonly confirmed?: Confirmation
}

/**
 * Someone has consented: everything from an earlier grant is removed, including the lease of a running refresh, and what a
 * later version knows of them.
 */
export function withConnection(row: Tenant, consent: NewConnection): Tenant {
  const {
    lease: _lease,
    trouble: _trouble,
    pendingGrant: _pending,
    confirmed: _confirmed,
    reauthorizationReason: _reason,
    defaultAccount: _default,
    accountsOutstanding: _outstanding,
    advertisingRefusal: _refusal,
    claims: _claims,
    unknownColumns,
    ...rest
  } = row
  const kept = withoutEndedObjects(unknownColumns, () => true)
  const grant = withConsentAfter(row.disconnectedAt, consent.grant)
  const discoveredAt = consent.accessToken.refreshedAt
  return {
    ...rest,
    ...(kept && { unknownColumns: kept }),
    ...consent,
    grant,
    status: 'connected',
    discoveredAt,
  }
}

/** The accounts of a pending consent are all written. */
export function withPendingAccounts(row: Tenant, pendingGrant: PendingGrant): Tenant {
  const { accountsOutstanding: _outstanding, ...written } = pendingGrant
  return { ...row, pendingGrant: written }
}

/**
 * More than the connect sessions of one tenant that are open at the same time. The session's own record says that it is
 * spent, too.
 */
const maxSpentSessions = 8

/** The consent of a connect session is kept, in the same write. */
export function withSpentSession(row: Tenant, sessionId: string | undefined): Tenant {
  if (sessionId === undefined) return row
  return { ...row, spentSessions: [...(row.spentSessions ?? []), sessionId].slice(-maxSpentSessions) }
}

/** A consent awaits the app's confirmation; the tenant's current state is unchanged. */
export function withPendingGrant(row: Tenant, pendingGrant: PendingGrant): Tenant {
  return { ...row, pendingGrant }
}

/** A pending consent ended without confirmation. */
export function withoutPendingGrant(row: Tenant): Tenant {
  const { pendingGrant: _pending, ...rest } = row
  return rest
}

/**
 * The app disconnected the tenant. The row names the grant until it's destroyed ({@link withoutGrant}) and the accounts until
 * they are removed ({@link withoutAccounts}), and owes a mark in the vault if there was a consent to end.
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
    spentSessions: _spent,
    discoveredAt: _discovered,
    defaultAccount: _default,
    accountsOutstanding: _outstanding,
    ...rest
  } = row
  const disconnectCount = (row.disconnectCount ?? 0) + 1
  const owed = mayBeInBackup(row) && ({ disconnectedAt: disconnectTime(row, now), owesMark: true } as const)
  // A consent that was never confirmed has account rows, too.
  const accountsGeneration = row.accountsGeneration ?? row.pendingGrant?.accountsGeneration
  const toRemove = accountsGeneration !== undefined && { accountsGeneration }
  return { ...rest, ...owed, ...toRemove, status: 'disconnected', disconnectCount }
}

/** The accounts of a disconnected tenant are removed. */
export function withoutAccounts(row: Tenant): Tenant {
  const {
    accountsGeneration: _generation,
    discoveredAt: _discovered,
    defaultAccount: _default,
    accountsOutstanding: _outstanding,
    ...rest
  } = row
  return rest
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

/** The row lists the secrets that may be written and aren't committed. */
export function withUncommittedSecrets(
  row: Tenant,
  uncommittedSecrets: readonly UncommittedSecret[],
): Tenant {
  const { uncommittedSecrets: _before, ...rest } = row
  return uncommittedSecrets.length > 0 ? { ...rest, uncommittedSecrets } : rest
}

/** Some of the listed secrets have been destroyed. */
export function withoutDestroyed(row: Tenant, destroyed: readonly string[]): Tenant {
  return withListedSecrets(
    row,
    (row.secretsToDestroy ?? []).filter((reference) => !destroyed.includes(reference)),
  )
}

/** The row drops its grant; the secret is listed for destruction, or is gone. */
export function withoutGrant(row: Tenant): Tenant {
  const { grant: _grant, secretsToDestroy: _secrets, ...rest } = row
  return rest
}

/**
 * A dead grant is too old to be of use: the row forgets the person who gave it. What the next sign-in must satisfy
 * stays, and so do the accounts.
 */
export function withoutDeadGrant(row: Tenant): Tenant {
  const { grant: _grant, accessToken: _token, advertisingRefusal: _refusal, ...rest } = row
  return rest
}

/**
 * The tenant belongs to another environment: its accounts, its choice of accounts, and its claims belonged to the
 * previous one.
 */
export function withEnvironment(row: Tenant, environment: Environment): Tenant {
  const { claims: _claims, ...rest } = withoutAccounts(row)
  return { ...rest, environment }
}

/** The app has changed its display name. */
export function withDisplayName(row: Tenant, displayName: string): Tenant {
  return { ...row, displayName }
}

/** The tenant was vended; one that was idle is now due earlier. */
export function withVend(row: Tenant, lastVendedAt: Date, dueAt: Date | undefined): Tenant {
  return { ...row, lastVendedAt, ...(dueAt && { dueAt }) }
}

/** Microsoft Advertising refuses the person who consented, or accepts them again. */
export function withAdvertisingRefusal(row: Tenant, refusal: AdvertisingRefusal | undefined): Tenant {
  const { advertisingRefusal: _before, ...rest } = row
  return { ...rest, ...(refusal && { advertisingRefusal: refusal }) }
}

/** The known state of a tenant's accounts. */
export interface AccountsUpdate {
  readonly accountsGeneration: string
  readonly defaultAccount: DefaultAccount | undefined
  /** Set if it comes from a discovery. */
  readonly discoveredAt?: Date | undefined
}

/** The tenant gets a new generation of account rows, and with it the default. */
export function withAccounts(
  row: Tenant,
  { defaultAccount, discoveredAt, accountsGeneration }: AccountsUpdate,
): Tenant {
  const { defaultAccount: _before, accountsOutstanding, ...rest } = row
  return {
    ...rest,
    // A choice among the accounts that are written doesn't complete them.
    ...(!discoveredAt && accountsOutstanding && { accountsOutstanding }),
    accountsGeneration,
    ...(defaultAccount && { defaultAccount }),
    ...(discoveredAt && { discoveredAt }),
  }
}

/** The default account changes. */
export function withDefaultAccount(row: Tenant, defaultAccount: DefaultAccount): Tenant {
  return { ...row, defaultAccount }
}

/** The sealed values of a row, resealed. */
export type ResealedTexts = Pick<Tenant, 'grant' | 'accessToken' | 'pendingGrant'>

/** All sealed values in the row have been sealed with another key; values that couldn't be opened are removed. */
export function withResealedTexts(row: Tenant, { grant, accessToken, pendingGrant }: ResealedTexts): Tenant {
  const { grant: _grant, accessToken: _token, pendingGrant: _pending, ...rest } = row
  return {
    ...rest,
    ...(grant && { grant }),
    ...(accessToken && { accessToken }),
    ...(pendingGrant && { pendingGrant }),
  }
}
