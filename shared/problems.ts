/** Who must act before the same request can succeed. `nobody` means to try again later. */
export const actors = ['advertiser', 'advertiserAdmin', 'app', 'operator', 'nobody'] as const

/** One of {@link actors}. */
export type Actor = (typeof actors)[number]

interface ProblemDefinition {
  readonly status: number
  readonly actor: Actor
  /** What happened, in one sentence. */
  readonly title: string
  /** How to fix it. */
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
    title: 'A field of the request is missing, unknown, or malformed.',
    resolution: 'Correct the fields listed in `errors`.',
  },
  caller_not_authenticated: {
    status: 401,
    actor: 'app',
    title: 'The request has no bearer token that the broker trusts.',
    resolution:
      'Send `Authorization: Bearer` with an unexpired token from a trusted issuer (`CALLER_ISSUERS`) for the configured audience.',
  },
  caller_not_allowed: {
    status: 403,
    actor: 'app',
    title: 'The calling app isn’t allowed to call this route.',
    resolution:
      'See `detail`. If there is a `requiredRole`, ask an administrator to assign that app role to the app, then get a new token. A managed identity gets a new one only after up to 24 hours.',
  },
  caller_refused: {
    status: 403,
    actor: 'operator',
    title: 'The operator of the broker has cut off the calling app.',
    resolution:
      'Ask the operator. When the app is safe again, the operator ends it with `npm run broker -- allow-app`; the same token then works within a minute.',
  },
  route_not_found: {
    status: 404,
    actor: 'app',
    title: 'This route doesn’t exist.',
    resolution: 'See `/openapi.json` for all routes.',
  },
  tenant_not_found: {
    status: 404,
    actor: 'app',
    title: 'Your workspace has no tenant with this ID.',
    resolution:
      'Check the tenant ID, or connect the tenant with `POST /v1/tenants/{tenant}/connect-sessions`.',
  },
  account_not_found: {
    status: 404,
    actor: 'app',
    title: 'The tenant doesn’t have access to this Microsoft Advertising account.',
    resolution:
      'Choose an account from `GET /v1/tenants/{tenant}/accounts`. If access was granted recently, run the discovery again.',
  },
  connect_session_not_found: {
    status: 404,
    actor: 'app',
    title: 'No connect session with this ID is waiting for confirmation.',
    resolution: 'Create a new connect session. A session is valid until it is used or expires.',
  },
  download_not_found: {
    status: 404,
    actor: 'app',
    title: 'The tenant has no download with this handle.',
    resolution:
      'Start a new download with `POST /v1/tenants/{tenant}/downloads`. A handle works for the tenant and the consent that it was made for: a report’s for a day, one of entities for two.',
  },
  method_not_allowed: {
    status: 405,
    actor: 'app',
    title: 'This route doesn’t support the method.',
    resolution: 'Use a method listed in the `Allow` header.',
  },
  not_acceptable: {
    status: 406,
    actor: 'app',
    title: 'The `Accept` header allows no format that this route has.',
    resolution: 'Send one of the types in `detail` as `Accept`, or none.',
  },
  tenant_not_connected: {
    status: 409,
    actor: 'advertiser',
    title: 'The tenant isn’t connected yet, or it was disconnected.',
    resolution:
      'Send the request in `connect`, then send the advertiser to the `connectUrl` in its response.',
  },
  confirmation_required: {
    status: 409,
    actor: 'app',
    title: 'An advertiser consented, but nobody has confirmed who it was.',
    resolution:
      'Post the one-time code from your `returnUrl` to the connect session’s `confirm` route. Without a code, the broker’s page is asking the person, for at most 15 minutes.',
  },
  reauthorization_required: {
    status: 409,
    actor: 'advertiser',
    title: 'The advertiser must sign in again.',
    resolution:
      'Send the request in `connect`, then send the advertiser to the `connectUrl` in its response. The tenant keeps its ID.',
  },
  admin_consent_required: {
    status: 409,
    actor: 'advertiserAdmin',
    title: 'The advertiser’s directory blocks this sign-in until its administrator acts.',
    resolution:
      'Send the link in `adminConsentUrl` to the advertiser’s administrator. Without a link, tell them the `reason`. Then reconnect.',
  },
  account_not_chosen: {
    status: 409,
    actor: 'app',
    title: 'The tenant has no default account, and the request doesn’t name one.',
    resolution:
      'Pass `accountId`, or set a default with `PUT /v1/tenants/{tenant}/accounts/default` or `…/accounts/selection`.',
  },
  validity_not_available: {
    status: 409,
    actor: 'app',
    title: 'The identity provider doesn’t issue access tokens that last as long as `minValidity` asks.',
    resolution: 'Ask for less. `detail` has the seconds that are available.',
  },
  environment_conflict: {
    status: 409,
    actor: 'app',
    title: 'The tenant belongs to the other environment.',
    resolution: 'Use another tenant ID for this environment, or disconnect the tenant first.',
  },
  accounts_would_be_lost: {
    status: 409,
    actor: 'app',
    title: 'The grant belongs to a different person than before and would lose accounts, so it wasn’t saved.',
    resolution:
      'Check `previousUser`, `user`, and `lost`. To accept the loss, send the same request with `acceptLostAccounts: true`.',
  },
  tenant_changed: {
    status: 409,
    actor: 'nobody',
    title: 'Another request changed the tenant at the same time.',
    resolution: 'Send the request again.',
  },
  full_download_required: {
    status: 409,
    actor: 'app',
    title: 'Microsoft Advertising doesn’t tell what changed since this time.',
    resolution: 'Start the same download without `changedSince`. Go on from its `syncTime`.',
  },
  report_not_complete: {
    status: 409,
    actor: 'nobody',
    title: 'Microsoft Advertising doesn’t have all data of these days yet.',
    resolution: 'Retry after the time in `Retry-After`, ask for earlier days, or leave out `completeOnly`.',
  },
  grant_refused: {
    status: 422,
    actor: 'app',
    title: 'The grant was refused, so it wasn’t saved.',
    resolution:
      'See `reason` and `detail`. If the identity provider refused the token, check that it was issued to the same client ID, for this environment’s scope. If there is a `connect`, the advertiser can sign in instead.',
  },
  report_refused: {
    status: 422,
    actor: 'app',
    title: 'Microsoft Advertising refuses to make this report.',
    resolution: 'Correct what `detail` and `codes` name, by Microsoft’s reference of the report.',
  },
  entities_refused: {
    status: 422,
    actor: 'app',
    title: 'Microsoft Advertising refuses to make a file of these entities.',
    resolution:
      'Correct what `detail` and `codes` name. If `reason` is `too_large`, name some of the campaigns in `campaigns`, and request the others separately.',
  },
  body_too_large: {
    status: 413,
    actor: 'app',
    title: 'The request body is too large for this route.',
    resolution: 'Send at most `maxBodyBytes` bytes.',
  },
  unsupported_media_type: {
    status: 415,
    actor: 'app',
    title: 'The request body isn’t declared as what the route reads.',
    resolution:
      'Send the media type in the `Accept` header as `Content-Type`: `application/json` on most routes.',
  },
  too_many_requests: {
    status: 429,
    actor: 'app',
    title: 'The app has sent too many of these requests.',
    resolution:
      'Retry after the time in `Retry-After`, and send fewer. `limit` says which limit was reached, if it is one of `REQUEST_LIMITS`; the operator can change it. Otherwise, see `reason`.',
  },
  internal_error: {
    status: 500,
    actor: 'operator',
    title: 'Unexpected error in the broker.',
    resolution: 'Search the broker’s log for `requestId`.',
  },
  unexpected_upstream_answer: {
    status: 502,
    actor: 'operator',
    title: 'Microsoft sent an answer that the broker doesn’t understand.',
    resolution: 'See `reason`, and give the `traceId` to Microsoft support.',
  },
  download_failed: {
    status: 502,
    actor: 'nobody',
    title: 'Microsoft Advertising couldn’t make the file, or the file is damaged.',
    resolution:
      'Request the same download again. If `reason` is `report_failed` or `entities_failed`, start a new one; if that fails too, ask Microsoft support.',
  },
  broker_not_configured: {
    status: 503,
    actor: 'operator',
    title: 'The broker’s settings are incomplete or invalid.',
    resolution:
      'Run `npm run doctor`, or see `/health` or the broker’s log. Each lists every missing or malformed setting with an example.',
  },
  environment_on_hold: {
    status: 503,
    actor: 'operator',
    title: 'The broker’s own registration, secret, or settings don’t work for this environment.',
    resolution:
      'Fix the cause named in `reason`. `/ready` has details. Advertisers don’t need to do anything, and the hold ends automatically.',
  },
  developer_token_unusable: {
    status: 503,
    actor: 'operator',
    title: 'The broker’s developer token for this environment is missing, malformed, or refused.',
    resolution:
      'Store a valid developer token in the broker’s vault. `/ready` names the secret. Advertisers don’t need to do anything. Processes that vend use the new token within five minutes, others after their next vend.',
  },
  tenant_damaged: {
    status: 503,
    actor: 'operator',
    title: 'The broker can’t read the tenant’s stored row.',
    resolution:
      'Run `npm run rebuild-tables` to rebuild the row from the tenant’s grant. You can also disconnect the tenant. The advertiser must then sign in again.',
  },
  registration_refused: {
    status: 503,
    actor: 'operator',
    title: 'The identity provider refuses the broker’s registration for this tenant.',
    resolution:
      'If other tenants work, this advertiser’s directory has disabled or removed the app, or no longer exists. Their administrator must fix it, with the link in `adminConsentUrl` if there is one. If no tenant works, fix the registration as `reason` says. The broker retries automatically.',
  },
  identity_provider_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'The identity provider isn’t responding or is throttling.',
    resolution: 'Retry after the time in `Retry-After`.',
  },
  advertising_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'Microsoft Advertising isn’t responding or is throttling.',
    resolution: 'Retry after the time in `Retry-After`.',
  },
  storage_unavailable: {
    status: 503,
    actor: 'nobody',
    title: 'Table Storage, Key Vault, or the broker’s managed identity isn’t responding.',
    resolution:
      'Retry after the time in `Retry-After`. If the problem persists, the operator can find the cause at `/ready`.',
  },
} as const satisfies Record<string, ProblemDefinition>

/** A stable error code of {@link problems}. */
export type ProblemCode = keyof typeof problems

/** Enough for another request's change of the tenant to end. */
const shortestWaitSeconds = 1

/** Further contents of a problem. */
export interface ProblemExtras {
  /** A description of this occurrence. Default is the catalog's title. Never contains a secret. */
  readonly detail?: string
  /** Overrides the catalog's actor for this occurrence. */
  readonly actor?: Actor
  /**
   * Seconds after which a retry makes sense; becomes `retryAfter` and the `Retry-After` header. Default is 1 if the actor
   * is `nobody`, otherwise none.
   */
  readonly retryAfterSeconds?: number
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Further response headers, for example `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A failure that becomes a problem document. Thrown at the border between use cases and HTTP. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    super(extras.detail ?? problems[code].title)
    this.name = 'Problem'
    this.code = code
    this.extras = withWait(extras, extras.actor ?? problems[code].actor)
  }
}

/** `nobody` means to try again, so it always comes with a time. */
function withWait(extras: ProblemExtras, actor: Actor): ProblemExtras {
  return actor === 'nobody' ? { retryAfterSeconds: shortestWaitSeconds, ...extras } : extras
}

/** An invalid field of a request, named as the caller wrote it. */
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

/** A `continuation` that no page returned. */
export function invalidContinuation(): Problem {
  return invalidField('query', 'continuation', 'isn’t a value returned by a previous page')
}
