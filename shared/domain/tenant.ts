import type { AccountKind, Environment, IdentityProvider } from '../environment.ts'
import type { StoredReason } from './reasons.ts'

/** Where a tenant stands: `pending` → `connected` ⇄ `reauthorization_required`; `disconnected` ends it. */
export const tenantStatuses = ['pending', 'connected', 'reauthorization_required', 'disconnected'] as const

/** One of {@link tenantStatuses}. */
export type TenantStatus = (typeof tenantStatuses)[number]

/** A tenant's name in the world: the workspace that owns it and the id the apps chose. */
export interface TenantName {
  readonly workspace: string
  readonly tenant: string
}

/** Who consented: issuer and subject are the identity, the hint is for people (masked, e.g. `a…@outlook.com`). */
export interface Consenter {
  readonly issuer: string
  readonly subject: string
  readonly hint: string
}

/** What the consent gave. The refresh token itself is where `reference` says. */
export interface Grant {
  /** Names this consent: refreshes and moves keep it, another sign-in brings another. */
  readonly id: string
  /** `vault:…` or `sealed:…`, opaque to everyone but the grant store. */
  readonly reference: string
  readonly identityProvider: IdentityProvider
  /** Full scopes of the consent, sent with every refresh. */
  readonly scopes: readonly string[]
  readonly accountKind: AccountKind
  /** Microsoft: the path segment to refresh at (`consumers` or a directory id). Google: empty. */
  readonly authorityTenant: string
  readonly consenter: Consenter
  readonly consentedAt: Date
  /** Microsoft Advertising's own user id, learnt at discovery. */
  readonly advertisingUserId: string
  /** JWE of the name that the person typed at sign-in, bound to tenant, environment, and consent; absent when unknown. */
  readonly signInNameSealed?: string
}

/** The access token as the row keeps it. */
export interface CachedAccessToken {
  /** JWE, bound to tenant and environment. */
  readonly sealed: string
  readonly expiresAt: Date
  /** When the last refresh was asked for; the token is older if it outlasts the one that this refresh brought. */
  readonly refreshedAt: Date
  /** Whether it took the place of one that Microsoft Advertising had refused before its time. */
  readonly replaced?: true
}

/** The right to refresh, held by one process until `until`. */
export interface Lease {
  readonly id: string
  readonly until: Date
}

/** The last failed refresh: how often in a row, why, and when the next attempt is allowed. */
export interface RefreshTrouble {
  readonly attempts: number
  readonly reason: StoredReason
  readonly traceId: string
  readonly nextAttemptAt: Date
  /** How many of the attempts got an unknown answer; absent when none did. */
  readonly unknownAnswers?: number
  /** Retrying alone won't fix it. Absent while it may pass on its own. */
  readonly actor?: 'operator'
  /** A plain refusal waits here for its second look before the grant is called dead. */
  readonly suspectedSince?: Date
}

/** A grant that a person has given and that the app has yet to confirm. */
export interface PendingGrant {
  /** Where the person consented; the tenant cannot be moved while the grant waits. */
  readonly environment: Environment
  readonly grant: Grant
  readonly sessionId: string
  /** SHA-256 of the one-time confirmation code, base64url. */
  readonly codeHash: string
  readonly expiresAt: Date
  readonly accessToken: CachedAccessToken
  readonly accountsGeneration: string
  /** Who may choose accounts on the broker's page, once confirmed, and where they go then; absent where the app asks. */
  readonly choice?: PendingChoice
}

/** A choice of accounts that may follow a confirmation. */
export interface PendingChoice {
  readonly returnUrl: string
  /** The browser that the person consented with. */
  readonly browserHash: string
  /** Names the one-time record that the answer spends, however often the page is opened. */
  readonly answerId: string
}

/** The confirmation that made the grant the tenant's, so that an app whose answer was lost may ask again. */
export interface Confirmation extends Pick<PendingGrant, 'sessionId' | 'codeHash' | 'choice'> {
  /** When the code would have expired. */
  readonly until: Date
}

/** The account that is vended when the app names none. */
export interface DefaultAccount {
  readonly accountId: string
  /** The customer through which the account is reached. */
  readonly customerId: string
}

/** Since when, and why, in a stable word of `identityFault.ts`. */
export interface AdvertisingRefusal {
  readonly reason: string
  readonly since: Date
}

/** The aggregate: everything one tenant row says. */
export interface Tenant extends TenantName {
  readonly environment: Environment
  readonly status: TenantStatus
  readonly displayName?: string
  readonly createdAt: Date
  readonly grant?: Grant
  readonly accessToken?: CachedAccessToken
  readonly lease?: Lease
  readonly trouble?: RefreshTrouble
  readonly pendingGrant?: PendingGrant
  readonly confirmed?: Confirmation
  /** References that the row named once and whose secrets are yet to be destroyed. */
  readonly secretsToDestroy?: readonly string[]
  /** Which generation of account rows counts; absent before the first discovery. */
  readonly accountsGeneration?: string
  readonly discoveredAt?: Date
  readonly defaultAccount?: DefaultAccount
  /** To the hour or so: written at most once in a quarter of the active window. */
  readonly lastVendedAt?: Date
  /** When the sweep is to look at this tenant; absent when it need not. */
  readonly dueAt?: Date
  /** Why the tenant must be reauthorized; only with that status. */
  readonly reauthorizationReason?: StoredReason
  /** What the identity provider wants the next sign-in to meet, as it sent it ({@link isClaimsChallenge}). */
  readonly claims?: string
  /** Microsoft Advertising does not take the person who consented; the grant itself is good. */
  readonly advertisingRefusal?: AdvertisingRefusal
  /** How often it was disconnected: what was made for a connection before the last one is void. Default is 0. */
  readonly disconnectCount?: number
  /** When it was last disconnected: no consent up to then counts. */
  readonly disconnectedAt?: Date
  /** The last disconnect is yet to be marked in the vault. */
  readonly owesMark?: true
  /** The marks of the last changes that were written, oldest first. */
  readonly writeIds?: readonly string[]
  /** Columns that only a later version knows. They survive this version's writes. */
  readonly unknownColumns?: Readonly<Record<string, unknown>>
}

/** Whether two rows hold the same consent. */
export function isSameConsent(one: Pick<Tenant, 'grant'>, other: Pick<Tenant, 'grant'>): boolean {
  return one.grant?.id === other.grant?.id
}

/** The id of a consent that was kept before grants had ids: its time, which no two of a tenant share. */
export function idOfConsentAt(consentedAt: Date): string {
  return `at-${consentedAt.getTime()}`
}

/** A stored tenant with the ETag for a conditional write. */
export interface StoredTenant {
  readonly tenant: Tenant
  readonly etag: string
}

/** Asserts in a type that this process holds the tenant's lease. */
export interface Leased extends StoredTenant {
  readonly lease: Lease
  readonly grant: Grant
}

/** Whether what was made for a tenant's connection still counts: not once it was disconnected. */
export function isStillValid(made: { readonly disconnectCount: number }, tenant: Tenant): boolean {
  return (made.disconnectCount ?? 0) === (tenant.disconnectCount ?? 0)
}

/** Whether a person is the one whose consent the tenant has, by the identity provider's ids. */
export function isConsenterOf({ grant }: Pick<Tenant, 'grant'>, { issuer, subject }: Consenter): boolean {
  return subject !== '' && grant?.consenter.issuer === issuer && grant.consenter.subject === subject
}
