import { randomUUID } from 'node:crypto'
import { policyClaims } from './claims-challenge.ts'

/** Microsoft's refusal with one AADSTS code. */
interface Refusal {
  /** The OAuth error with it. */
  readonly error: string
  readonly text: string
  readonly suberror?: string
  /** `error_subcode` of a redirect. */
  readonly subcode?: string
  /** The required `claims` of the next authorization request (identity-platform/claims-challenge). */
  readonly claims?: string
  /** HTTP status at the token endpoint. Default is 400. */
  readonly status?: number
}

const invalidGrant = (text: string, suberror?: string, claims?: string): Refusal => ({
  error: 'invalid_grant',
  text,
  ...(suberror && { suberror }),
  ...(claims && { claims }),
})
const invalidRequest = (text: string): Refusal => ({ error: 'invalid_request', text })
const invalidClient = (text: string): Refusal => ({ error: 'invalid_client', text, status: 401 })

/**
 * The refusals of the local sign-in by AADSTS code, with wording from Microsoft's list
 * (identity-platform/reference-error-codes), bodies in public reports, and Microsoft Advertising's
 * guides. 650052 comes with `invalid_client` although no client is at fault, as observed in real answers.
 */
const catalog = {
  16000: { error: 'interaction_required', text: 'Select an account to continue.' },
  50011: invalidRequest(
    'The redirect URI specified in the request does not match the redirect URIs configured for the application.',
  ),
  50020: invalidGrant('The user account does not exist in this tenant and cannot access the application.'),
  50057: invalidGrant('The user account is disabled.'),
  50058: { error: 'login_required', text: 'A silent sign-in request was sent but no user is signed in.' },
  50076: invalidGrant(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.',
    'basic_action',
    policyClaims,
  ),
  50173: invalidGrant(
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    'bad_token',
  ),
  50196: invalidGrant(
    'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.',
  ),
  53003: invalidGrant(
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ),
  54005: invalidGrant(
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  65001: invalidGrant(
    'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ),
  65004: {
    error: 'access_denied',
    text: 'User declined to consent to access the app.',
    subcode: 'cancel',
  },
  70000: invalidGrant(
    'The user could not be authenticated as the grant is expired. The user must sign in again.',
    'bad_token',
  ),
  70003: {
    error: 'unsupported_grant_type',
    text: 'The app requested an unsupported grant type.',
  },
  70008: invalidGrant(
    'The provided authorization code or refresh token has expired. Send a new interactive authorization request.',
  ),
  70011: {
    error: 'invalid_scope',
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid.",
  },
  70021: invalidClient('No matching federated identity record found for presented assertion.'),
  90002: invalidRequest('Tenant not found. Check to make sure you have the correct tenant ID.'),
  90023: invalidRequest('The request is not valid.'),
  90033: {
    error: 'temporarily_unavailable',
    text: 'A transient error has occurred. Please try again.',
    status: 503,
  },
  90094: {
    error: 'access_denied',
    text: 'Admin consent is required for the permissions requested by this application.',
  },
  500011: {
    error: 'invalid_resource',
    text: 'The resource principal was not found in the tenant. You might have sent your authentication request to the wrong tenant.',
  },
  500112: invalidGrant(
    'The reply address does not match the reply address provided when requesting the authorization code.',
  ),
  501481: invalidGrant(
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  650052: {
    error: 'invalid_client',
    text: "The app is trying to access a service 'd42ffc93-c136-491d-b4fd-6f18168c68fd'(Microsoft Advertising API Service) that your organization lacks a service principal for. Contact your IT Admin to review the configuration of your service subscriptions or consent to the application in order to create the required service principal.",
  },
  700005: invalidGrant(
    'The provided authorization code is intended to be used against another tenant, thus was rejected.',
  ),
  700016: {
    error: 'unauthorized_client',
    text: 'Application with the given identifier was not found in the directory.',
  },
  700022: {
    error: 'invalid_scope',
    text: "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.",
  },
  700027: invalidClient(
    'The certificate with the identifier used to sign the client assertion is not registered on the application.',
  ),
  700082: invalidGrant('The refresh token has expired due to inactivity.', 'bad_token'),
  900144: invalidRequest('The request body is missing a required parameter.'),
  7000215: invalidClient(
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  ),
  7000218: invalidClient(
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000222: invalidClient('The provided client secret keys for the app are expired.'),
  9001023: invalidRequest(
    'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  ),
  9002313: invalidRequest('Invalid request. Request is malformed or invalid.'),
  9002325: invalidRequest('Proof Key for Code Exchange is required for authorization code redemption.'),
  9999999: { error: 'unexpected_condition', text: 'A code that no list has.' },
} satisfies Record<number, Refusal>

/** An AADSTS code in the local sign-in's answers. */
export type RefusalCode = keyof typeof catalog

/**
 * The text of AADSTS70000 if a refresh requests more than the consent covers (advertising/authentication-oauth-mfa).
 */
export const scopeNotConsentedText =
  'The request was denied because one or more scopes requested are unauthorized or expired. The user must first sign in and grant the client application access to the requested scope.'

/** A refusal: a code, and a text if it differs from the catalog's. */
export interface RefusalAnswer {
  readonly code: RefusalCode
  readonly text?: string
}

/** Writes a refusal as the token endpoint's body (identity-platform/reference-error-codes). */
export function toTokenRefusal({ code, text }: RefusalAnswer): { status: number; body: object } {
  const refusal: Refusal = catalog[code]
  const ids = { timestamp: toTimestamp(new Date()), trace_id: randomUUID(), correlation_id: randomUUID() }
  const description = [
    `AADSTS${code}: ${text ?? refusal.text}`,
    `Trace ID: ${ids.trace_id}`,
    `Correlation ID: ${ids.correlation_id}`,
    `Timestamp: ${ids.timestamp}`,
  ]
  return {
    status: refusal.status ?? 400,
    body: {
      error: refusal.error,
      error_description: description.join('\r\n'),
      error_codes: [code],
      ...ids,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
      ...(refusal.suberror && text !== scopeNotConsentedText && { suberror: refusal.suberror }),
      ...(refusal.claims && { claims: refusal.claims }),
    },
  }
}

/** Writes a refusal as the parameters of a redirect: spaces replace the token endpoint's line breaks. */
export function toRedirectRefusal({ code, text }: RefusalAnswer): {
  error: string
  error_subcode?: string
  error_description: string
} {
  const refusal: Refusal = catalog[code]
  return {
    error: refusal.error,
    ...(refusal.subcode && { error_subcode: refusal.subcode }),
    error_description: `AADSTS${code}: ${text ?? refusal.text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: ${toTimestamp(new Date())}`,
  }
}

/** The OAuth error for a code. */
export function toError(code: RefusalCode): string {
  return catalog[code].error
}

/** Whether the catalog has this code. */
export function isRefusalCode(code: number): code is RefusalCode {
  return code in catalog
}

/** Microsoft's time format: a space between date and time, no fraction. */
function toTimestamp(time: Date): string {
  return time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}
