import type { AccountKind, Environment, IdentityProvider } from '../environment.ts'
import type { StoredReason } from './reasons.ts'

/** The status of a tenant: `pending` → `connected` ⇄ `reauthorization_required`; `disconnected` ends it. */
export const tenantStatuses = ['pending', 'connected', 'reauthorization_required', 'disconnected'] as const

/** One of {@link tenantStatuses}. */
export type TenantStatus = (typeof tenantStatuses)[number]

/** A tenant's full name: the workspace that owns it and the id that the app chose. */
export interface TenantName {
  readonly workspace: string
  readonly tenant: string
}

/**
 * The person who consented: issuer and subject are the identity, the hint is for people (masked, for example
 * `a…@outlook.com`).
 */
export interface Consenter {
  readonly issuer: string
  readonly subject: string
  readonly hint: string
}

/** The result of a consent. The refresh token itself is stored at `reference`. */
export interface Grant {
  /** Identifies this consent: refreshes and moves keep it, another sign-in gets a new one. */
  readonly id: string
  /** `vault:…` or `sealed:…`, opaque except to the grant store. */
  readonly reference: string
  readonly identityProvider: IdentityProvider
  /** Full scopes of the consent, sent with every refresh. */
  readonly scopes: readonly string[]
  readonly accountKind: AccountKind
  /** Microsoft: the path segment for refreshes (`consumers`, a directory id, or `common`). Google: empty. */
  readonly authorityTenant: string
  readonly consenter: Consenter
  readonly consentedAt: Date
  /** Microsoft Advertising's own user id, from discovery. */
  readonly advertisingUserId: string
  /** JWE of the person's sign-in name, bound to tenant, environment, and consent; absent if unknown. */
  readonly signInNameSealed?: string
  /** It has never been refreshed: its first refresh, at the sign-in, failed for a temporary reason. */
  readonly unproven?: true
}

/** The access token as stored in the row. */
export interface CachedAccessToken {
  /** JWE, bound to tenant and environment. */
  readonly sealed: string
  readonly expiresAt: Date
  /** When the last refresh was requested; the token is older if it outlasts the one from that refresh. */
  readonly refreshedAt: Date
  /** Whether it replaced a token that Microsoft Advertising refused before its expiry. */
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
  /** The number of attempts with an unknown answer; absent if there were none. */
  readonly unknownAnswers?: number
  /** Retrying alone won't fix it. Absent while it may be temporary. */
  readonly actor?: 'operator'
  /** When it first needed the operator; kept until a refresh works. */
  readonly stuckSince?: Date
  /** When the operator was last told of it. */
  readonly toldAt?: Date
  /** When an app's request may try earlier than a sweep; absent if it may not. */
  readonly nextVendAttemptAt?: Date
  /** Set while a general refusal awaits confirmation before the grant counts as dead. */
  readonly suspectedSince?: Date
}

/** A grant that a person has given but the app hasn't confirmed yet. */
export interface PendingGrant {
  /** The environment of the consent; the tenant can't be moved while the grant is pending. */
  readonly environment: Environment
  readonly grant: Grant
  readonly sessionId: string
  /** SHA-256 of the one-time confirmation code, base64url. */
  readonly codeHash: string
  readonly expiresAt: Date
  readonly accessToken: CachedAccessToken
  readonly accountsGeneration: string
  /** Its account rows aren't all written yet. */
  readonly accountsOutstanding?: true
  /** Who may choose accounts on the broker's page, once confirmed, and where they go then; absent if the app asks. */
  readonly choice?: PendingChoice
}

/** A choice of accounts that may follow a confirmation. */
export interface PendingChoice {
  readonly returnUrl: string
  /** The browser in which the person consented. */
  readonly browserHash: string
  /** The one-time record that the answer spends, no matter how often the page is opened. */
  readonly answerId: string
}

/** The confirmation that activated the grant, so an app whose answer was lost can repeat the call. */
export interface Confirmation extends Pick<PendingGrant, 'sessionId' | 'codeHash' | 'choice'> {
  /** When the code would have expired. */
  readonly until: Date
}

/** A new secret, listed before it's written, for a commit that will name it. */
export interface UncommittedSecret {
  /** As the grant store reserved it. */
  readonly reference: string
  /** From then on, no commit can name it any more, and a sweep destroys it unless the row names it. */
  readonly until: Date
}

/** The account to vend when the app names none. */
export interface DefaultAccount {
  readonly accountId: string
  /** The customer through which to reach the account. */
  readonly customerId: string
}

/** When the refusals started and why, as a stable word of `identityFault.ts`. */
export interface AdvertisingRefusal {
  readonly reason: string
  readonly since: Date
}

/** The aggregate: everything in one tenant row. */
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
  /** References that the row named earlier and whose secrets must still be destroyed. */
  readonly secretsToDestroy?: readonly string[]
  /** Listed before they are written; the commit that names one strikes it. */
  readonly uncommittedSecrets?: readonly UncommittedSecret[]
  /** The current generation of account rows; absent before the first discovery. */
  readonly accountsGeneration?: string
  readonly discoveredAt?: Date
  /** The accounts of the last consent aren't written yet: the rows are older, or there are none. */
  readonly accountsOutstanding?: true
  readonly defaultAccount?: DefaultAccount
  /** Approximate: written at most once in a quarter of the active window. */
  readonly lastVendedAt?: Date
  /** When the tenant is due for a sweep; absent if it isn't due. */
  readonly dueAt?: Date
  /** Why the tenant must be reauthorized; only with that status. */
  readonly reauthorizationReason?: StoredReason
  /** The identity provider's requirements for the next sign-in, as sent ({@link isClaimsChallenge}). */
  readonly claims?: string
  /** Set while Microsoft Advertising refuses the person who consented; the grant itself works. */
  readonly advertisingRefusal?: AdvertisingRefusal
  /** The number of disconnects: sessions and sign-ins from before the last one are void. Default is 0. */
  readonly disconnectCount?: number
  /** The last connect sessions whose consent was kept, oldest first. A session has at most one. */
  readonly spentSessions?: readonly string[]
  /** When it was last disconnected: consents up to this time are void. */
  readonly disconnectedAt?: Date
  /** The last disconnect must still be marked in the vault. */
  readonly owesMark?: true
  /** The ids of the last writes, oldest first. */
  readonly writeIds?: readonly string[]
  /**
   * Columns that only a later version knows. They survive this version's writes, unless they belong to an object that
   * ends: `troubleAnything` goes with the trouble.
   */
  readonly unknownColumns?: Readonly<Record<string, unknown>>
}

/** What tells one consent of a tenant from another. */
interface WithConsent {
  readonly grant?: Pick<Grant, 'id'>
}

/** Whether two rows hold the same consent. */
export function isSameConsent(one: WithConsent, other: WithConsent): boolean {
  return one.grant?.id === other.grant?.id
}

/** The id of a consent from before grants had ids: its time, which is unique within a tenant. */
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

/** Whether a session or sign-in for a tenant is still valid: a disconnect makes it void. */
export function isStillValid(made: { readonly disconnectCount: number }, tenant: Tenant): boolean {
  return (made.disconnectCount ?? 0) === (tenant.disconnectCount ?? 0)
}

/** Whether a consent of this connect session was kept: no other one of the same session can be. */
export function isSpentSession({ spentSessions = [] }: Tenant, sessionId: string | undefined): boolean {
  return sessionId !== undefined && spentSessions.includes(sessionId)
}

/** Whether a person gave the tenant's current consent, according to the identity provider's ids. */
export function isConsenterOf({ grant }: Pick<Tenant, 'grant'>, { issuer, subject }: Consenter): boolean {
  return subject !== '' && grant?.consenter.issuer === issuer && grant.consenter.subject === subject
}
