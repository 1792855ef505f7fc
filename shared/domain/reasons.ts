import type { Actor } from '../problems.ts'

/**
 * Who must act on a refusal. `passing`: temporary, try again; `backOff`: wait for the stated time; `advertiser`: sign
 * in again; `advertiserAdmin`: a new sign-in helps only after their directory allows it; `operator`: we must act.
 */
export type RefusalClass = 'passing' | 'backOff' | 'advertiser' | 'advertiserAdmin' | 'operator'

/**
 * The subject of a refusal. `our_credential`: our authentication, for all tenants; `our_registration`: the
 * registration itself, or its state in one directory; `grant`: this tenant's refresh token; `person`: who consented;
 * `directory`: their organization's rules; `provider`: the identity provider itself.
 */
export type RefusalSubject =
  | 'our_credential'
  | 'our_registration'
  | 'grant'
  | 'person'
  | 'directory'
  | 'provider'

interface ReasonMeaning {
  readonly class: RefusalClass
  readonly about: RefusalSubject
  /** Who acts if a refresh token that an app imports is refused, unless it's the actor of the class. */
  readonly brought?: Actor
  /** Who acts if a code that a browser brings is refused, unless it's the actor of the class: the code can be the cause. */
  readonly ofCode?: Actor
  /** Who acts if it lasts, unless it's the actor of the class. */
  readonly lasting?: Actor
  /** Whether it can be temporary, so a second refusal must confirm it. Default is no. */
  readonly secondLook?: true
}

/**
 * Every reason why an identity provider refuses or can't be called, by its stable word. Who acts and what is
 * held is decided only here.
 */
export const reasons = {
  throttled: about('backOff', 'provider'),
  loop_detected: about('backOff', 'provider'),
  identity_provider_error: about('passing', 'provider'),
  identity_provider_unreachable: about('passing', 'provider'),
  identity_provider_timed_out: about('passing', 'provider'),
  unknown_answer: { ...about('passing', 'provider'), lasting: 'operator' },

  /** AADSTS70000 on a token that worked again. */
  grant_refused: { ...about('advertiser', 'grant'), secondLook: true },
  grant_revoked: about('advertiser', 'grant'),
  grant_expired: about('advertiser', 'grant'),
  bad_token: about('advertiser', 'grant'),
  /** The stored row was damaged and was repaired without its grant. */
  row_damaged: about('advertiser', 'grant'),
  code_already_redeemed: about('advertiser', 'grant'),
  consent_missing: about('advertiser', 'grant'),
  consent_required: about('advertiser', 'grant'),
  consent_declined: about('advertiser', 'person'),
  /** The person declined, or their organization must approve the app first; Entra's answer is the same. */
  consent_not_given: about('advertiser', 'person'),
  /** What a browser brought says that we're at fault. Anyone can bring that, so only a new sign-in can tell. */
  sign_in_failed: about('advertiser', 'person'),
  sign_in_required: about('advertiser', 'person'),
  sign_in_frequency: about('advertiser', 'person'),
  interaction_required: about('advertiser', 'person'),
  login_required: about('advertiser', 'person'),
  password_changed: about('advertiser', 'person'),
  mfa_required: about('advertiser', 'person'),
  device_sign_in_required: about('advertiser', 'person'),

  user_disabled: about('advertiserAdmin', 'person'),
  user_locked: about('advertiserAdmin', 'person'),
  user_not_in_directory: about('advertiserAdmin', 'person'),
  user_not_assigned: about('advertiserAdmin', 'person'),
  admin_consent_required: about('advertiserAdmin', 'directory'),
  advertising_not_enabled: about('advertiserAdmin', 'directory'),
  conditional_access: about('advertiserAdmin', 'directory'),
  cross_tenant_policy: about('advertiserAdmin', 'directory'),
  device_not_compliant: about('advertiserAdmin', 'directory'),
  directory_policy: about('advertiserAdmin', 'directory'),
  protection_policy: about('advertiserAdmin', 'directory'),
  /** An unlisted number in the range of access policies. */
  unlisted_policy: about('advertiserAdmin', 'directory'),

  client_secret_invalid: about('operator', 'our_credential'),
  client_secret_expired: about('operator', 'our_credential'),
  client_secret_missing: about('operator', 'our_credential'),
  client_secret_malformed: about('operator', 'our_credential'),
  client_certificate_missing: about('operator', 'our_credential'),
  client_certificate_unusable: about('operator', 'our_credential'),
  client_assertion_refused: about('operator', 'our_credential'),
  client_deleted: about('operator', 'our_credential'),
  client_disabled: about('operator', 'our_credential'),
  invalid_client: about('operator', 'our_credential'),
  /** Without settings, there is no credential. */
  environment_not_served: about('operator', 'our_credential'),
  /** A token that was issued to a desktop or mobile redirect URI can't be refreshed with a client secret. */
  client_is_public: { ...about('operator', 'our_credential'), brought: 'app' },

  application_not_found: about('operator', 'our_registration'),
  application_disabled: about('operator', 'our_registration'),
  registration_refused: about('operator', 'our_registration'),
  redirect_uri_mismatch: about('operator', 'our_registration'),
  not_multitenant: about('operator', 'our_registration'),
  unauthorized_client: about('operator', 'our_registration'),
  restricted_client: about('operator', 'our_registration'),
  invalid_request: { ...about('operator', 'our_registration'), ofCode: 'advertiser' },
  invalid_scope: about('operator', 'our_registration'),
  invalid_resource: about('operator', 'our_registration'),
  unsupported_grant_type: about('operator', 'our_registration'),
  code_verifier_mismatch: { ...about('operator', 'our_registration'), ofCode: 'advertiser' },
  /** `invalid_client` with an unlisted number: caused by one directory, or by us if all tenants are refused. */
  unlisted_client_error: about('operator', 'our_registration'),
  /** The grant was issued to a different client id than the one that refreshes it. */
  client_mismatch: { ...about('operator', 'our_registration'), brought: 'app', ofCode: 'advertiser' },
  wrong_authority: { ...about('operator', 'our_registration'), brought: 'app' },

  /** The secret is gone from its vault. */
  grant_missing: about('operator', 'grant'),
  /** The key that sealed the grant is gone. */
  grant_unreadable: about('operator', 'grant'),
} as const satisfies Record<string, ReasonMeaning>

/** A stable word of {@link reasons}. */
export type RefusalReason = keyof typeof reasons

/** The value for a reason that another version of the broker wrote and this one doesn't know. */
export const unknownReason = 'unknown_reason'

/** A reason as stored in rows. */
export type StoredReason = RefusalReason | typeof unknownReason

/** Reads a reason from storage. */
export function parseReason(text: unknown): StoredReason {
  return typeof text === 'string' && isRefusalReason(text) ? text : unknownReason
}

/** The meaning of a reason. */
export function meaningOf(reason: RefusalReason): ReasonMeaning {
  return reasons[reason]
}

const actors: Readonly<Record<RefusalClass, Actor>> = {
  passing: 'nobody',
  backOff: 'nobody',
  advertiser: 'advertiser',
  advertiserAdmin: 'advertiserAdmin',
  operator: 'operator',
}

/** Who must act on a refusal. */
export function actorOf(reason: RefusalReason): Actor {
  return actors[reasons[reason].class]
}

/** Who must act if a refresh token that an app imports is refused. */
export function actorOfImported(reason: RefusalReason): Actor {
  return meaningOf(reason).brought ?? actorOf(reason)
}

/** Who must act if a code that a browser brings is refused. */
export function actorOfCode(reason: RefusalReason): Actor {
  return meaningOf(reason).ofCode ?? actorOf(reason)
}

/** Who must act if a refusal keeps recurring, or is treated as final. */
export function actorOfRepeated(reason: RefusalReason): Actor {
  return meaningOf(reason).lasting ?? actorOf(reason)
}

/** Whether a reason is about our own client authentication, regardless of whose token was sent. */
export function isCredentialReason(reason: StoredReason): boolean {
  return reason !== unknownReason && reasons[reason].about === 'our_credential'
}

/** Whether a reason is about the registration, or its state in one directory. */
export function isRegistrationReason(reason: StoredReason): boolean {
  return reason !== unknownReason && reasons[reason].about === 'our_registration'
}

/** Whether a reason tells of the identity provider's own failure, regardless of whose token was sent. */
export function isOutageReason(reason: StoredReason): boolean {
  if (reason === unknownReason) return false
  const { about, class: refusalClass }: ReasonMeaning = reasons[reason]
  return about === 'provider' && refusalClass === 'passing'
}

/** Whether a new sign-in won't help until the advertiser's administrator has acted. */
export function isAdminReason(reason: StoredReason | undefined): boolean {
  return reason !== undefined && reason !== unknownReason && actorOf(reason) === 'advertiserAdmin'
}

function isRefusalReason(text: string): text is RefusalReason {
  return Object.hasOwn(reasons, text)
}

function about<C extends RefusalClass, S extends RefusalSubject>(
  refusalClass: C,
  subject: S,
): { readonly class: C; readonly about: S } {
  return { class: refusalClass, about: subject }
}
