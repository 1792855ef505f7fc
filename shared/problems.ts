/** Who must act before the same request can succeed; `nobody` means: try again later. */
export const actors = ['advertiser', 'advertiserAdmin', 'app', 'operator', 'nobody'] as const

/** One of {@link actors}. */
export type Actor = (typeof actors)[number]

interface ProblemDefinition {
  readonly status: number
  readonly actor: Actor
  /** What happened, in one sentence. */
  readonly title: string
  /** How it is fixed. */
  readonly resolution: string
}

/**
 * Every error that the broker answers with, by its stable code (RFC 9457, "Problem Details for HTTP APIs").
 * The docs page and the OpenAPI contract are generated from this table.
 */
export const problems = {
  invalid_request: {
    status: 400,
    actor: 'app',
    title: 'The request has a field that is missing, unknown or malformed.',
    resolution: 'Correct the fields that `errors` names.',
  },
  caller_not_authenticated: {
    status: 401,
    actor: 'app',
    title: 'The request carries no bearer token that the broker trusts.',
    resolution:
      'Send `Authorization: Bearer` with a token of a configured issuer, for the configured audience, that has not expired.',
  },
  caller_not_allowed: {
    status: 403,
    actor: 'app',
    title: 'The calling app lacks the app role that this route needs.',
    resolution:
      'Have an administrator assign the app role that `requiredRole` names to the app, then get a new token.',
  },
  route_not_found: {
    status: 404,
    actor: 'app',
    title: 'There is no such route.',
    resolution: 'See `/openapi.json` for the routes.',
  },
  tenant_not_found: {
    status: 404,
    actor: 'app',
    title: 'There is no such tenant in your workspace.',
    resolution:
      'Check the tenant id, or connect the tenant with `POST /v1/tenants/{tenant}/connect-sessions`.',
  },
  account_not_found: {
    status: 404,
    actor: 'app',
    title: 'The tenant cannot reach that Microsoft Advertising account.',
    resolution:
      'Choose one of `GET /v1/tenants/{tenant}/accounts`, or discover again if access was granted lately.',
  },
  connect_session_not_found: {
    status: 404,
    actor: 'app',
    title: 'There is no such connect session that waits for confirmation.',
    resolution: 'Make a new connect session; one is valid until it is used or expires.',
  },
  method_not_allowed: {
    status: 405,
    actor: 'app',
    title: 'The route does not answer this method.',
    resolution: 'Use a method that the `Allow` header names.',
  },
  tenant_not_connected: {
    status: 409,
    actor: 'advertiser',
    title: 'Nobody has connected this tenant yet, or it was disconnected.',
    resolution: 'Post `connect` as it is and send the advertiser to the `connectUrl` of its answer.',
  },
  confirmation_required: {
    status: 409,
    actor: 'app',
    title: 'An advertiser has consented, and the app has not confirmed who it was.',
    resolution: 'Post the one-time code that came to your `returnUrl` to the connect session’s `confirm`.',
  },
  reauthorization_required: {
    status: 409,
    actor: 'advertiser',
    title: 'The advertiser must sign in again before this works.',
    resolution:
      'Post `connect` as it is and send the advertiser to the `connectUrl` of its answer; the tenant keeps its id.',
  },
  admin_consent_required: {
    status: 409,
    actor: 'advertiserAdmin',
    title: 'The advertiser’s directory does not allow this sign-in until its administrator acts.',
    resolution:
      'Send the advertiser’s administrator the link in `adminConsentUrl` where there is one, else what `reason` names; then reconnect.',
  },
  account_not_chosen: {
    status: 409,
    actor: 'app',
    title: 'None of the tenant’s accounts is its default, and the request names none.',
    resolution:
      'Name one with `accountId`, or choose with `PUT /v1/tenants/{tenant}/accounts/default` or `…/accounts/selection`.',
  },
  environment_conflict: {
    status: 409,
    actor: 'app',
    title: 'The tenant belongs to the other environment.',
    resolution: 'Use another tenant id for this environment, or disconnect the tenant first.',
  },
  accounts_would_be_lost: {
    status: 409,
    actor: 'app',
    title: 'The grant is another person’s than before and would lose accounts, so nothing was kept.',
    resolution:
      'See `previousUser`, `user` and `lost`; if that is meant, send the same again with `acceptLostAccounts: true`.',
  },
  tenant_changed: {
    status: 409,
    actor: 'nobody',
    title: 'The tenant was changed by someone else at the same time.',
    resolution: 'Try again.',
  },
  grant_refused: {
    status: 422,
    actor: 'app',
    title: 'The identity provider did not accept the refresh token, so nothing was kept.',
    resolution: 'Check that the token was issued to the same client id, for the scope of this environment.',
  },
  body_too_large: {
    status: 413,
    actor: 'app',
    title: 'The request body is larger than this route reads.',
    resolution: 'Send a body of at most `maxBodyBytes` bytes.',
  },
  unsupported_media_type: {
    status: 415,
    actor: 'app',
    title: 'The request body is not declared as JSON.',
    resolution: 'Send `Content-Type: application/json`.',
  },
  internal_error: {
    status: 500,
    actor: 'operator',
    title: 'The broker failed in a way it does not know.',
    resolution: 'Look for `requestId` in the logs.',
  },
  unexpected_upstream_answer: {
    status: 502,
    actor: 'operator',
    title: 'Microsoft answered in a way that the broker does not know.',
    resolution: 'Look at `reason`; give Microsoft’s support the `traceId`.',
  },
  broker_not_configured: {
    status: 503,
    actor: 'operator',
    title: 'The broker’s settings are incomplete.',
    resolution:
      '`npm run doctor`, `/health` and the broker’s log name every setting that is missing or malformed, with an example of each.',
  },
  environment_on_hold: {
    status: 503,
    actor: 'operator',
    title: 'The broker’s own registration, secret or settings for this environment do not work.',
    resolution:
      'Fix what `reason` names; `/ready` says more. No advertiser has to do anything, and the hold ends by itself.',
  },
  tenant_damaged: {
    status: 503,
    actor: 'operator',
    title: 'The broker cannot read the tenant’s stored row.',
    resolution:
      'Run `npm run rebuild-tables`, which rebuilds the row from the tenant’s grant. Disconnecting the tenant also works; the advertiser must then sign in again.',
  },
  registration_refused: {
    status: 503,
    actor: 'operator',
    title: 'The identity provider refuses the broker’s registration for this tenant.',
    resolution:
      'If other tenants are vended, this advertiser’s directory has disabled or removed the app, or is gone: their administrator fixes it. If none is, fix the registration as `reason` says. It is tried again by itself.',
  },
  identity_provider_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'The identity provider does not answer, or asks to wait.',
    resolution: 'Try again after `Retry-After`.',
  },
  advertising_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'Microsoft Advertising does not answer, or asks to wait.',
    resolution: 'Try again after `Retry-After`.',
  },
  storage_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'Table Storage or Key Vault does not answer.',
    resolution: 'Try again after `Retry-After`; if it lasts, the operator finds the cause on `/ready`.',
  },
} as const satisfies Record<string, ProblemDefinition>

/** A stable error code of {@link problems}. */
export type ProblemCode = keyof typeof problems

/** What a problem may carry beside its code. */
export interface ProblemExtras {
  /** This occurrence, in words; defaults to the catalogue's title. Never a secret. */
  readonly detail?: string
  /** Overrides the catalogue's actor where the occurrence knows better. */
  readonly actor?: Actor
  /** Seconds after which a retry makes sense; becomes `retryAfter` and the `Retry-After` header. */
  readonly retryAfterSeconds?: number
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Further response headers, e.g. `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A failure that is answered as a problem document. Thrown at the border between use cases and HTTP. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    super(extras.detail ?? problems[code].title)
    this.name = 'Problem'
    this.code = code
    this.extras = extras
  }
}

/** One field of a request that is wrong, named as the caller wrote it. */
export function invalidField(
  where: 'query' | 'body' | 'path' | 'header',
  field: string,
  fault: string,
): Problem {
  return new Problem('invalid_request', {
    detail: `${where} ${field}: ${fault}`,
    members: { errors: [{ in: where, field, fault }] },
  })
}

/** A `continuation` that no page ended with. */
export function invalidContinuation(): Problem {
  return invalidField('query', 'continuation', 'is none that a page ended with')
}
