import type { Provider } from 'oidc-provider'
import { authenticateClient } from './client-authentication.ts'
import type { Client } from './clients.ts'
import type { SocketContext } from './fault-effects.ts'
import type { Fault, FaultKind } from './faults.ts'
import { googlePaths } from './google-provider.ts'
import type { ProviderAnswer } from './provider.ts'
import type { SignInState } from './state.ts'
import { answerTokenCall, requestTokens, type TokenAnswer, type TokenCall } from './token-endpoint.ts'

/** Dependencies of the token endpoint. */
export interface GoogleTokenEndpoint {
  readonly state: SignInState
  readonly origin: string
  readonly provider: () => Provider
}

interface GoogleRefusal {
  readonly status: number
  readonly error: string
  readonly error_description?: string
  readonly error_subtype?: string
}

const invalidGrant = (error_description: string): GoogleRefusal => ({
  status: 400,
  error: 'invalid_grant',
  error_description,
})
const deadGrant = invalidGrant('Token has been expired or revoked.')
const invalidClient: GoogleRefusal = {
  status: 401,
  error: 'invalid_client',
  error_description: 'Unauthorized',
}

/** Google's refusals for faults that have a Microsoft-specific form; some faults don't exist at Google. */
const refusalOfFault: Partial<Record<FaultKind, GoogleRefusal>> = {
  revoked: deadGrant,
  expired: deadGrant,
  consentRequired: deadGrant,
  conditionalAccess: deadGrant,
  invalidGrantPassing: deadGrant,
  loopDetected: deadGrant,
  userDisabled: invalidGrant('Account has been deleted'),
  mfaRequired: { ...invalidGrant('reauth related error (invalid_rapt)'), error_subtype: 'invalid_rapt' },
  invalidClient,
  expiredClientSecret: invalidClient,
  adminConsent: { status: 400, error: 'admin_policy_enforced' },
  serviceNotEnabled: { status: 400, error: 'admin_policy_enforced' },
  temporarilyUnavailable: { status: 503, error: 'temporarily_unavailable' },
  unknownError: { status: 400, error: 'unexpected_condition' },
}

/** The `error` that a fault of this kind returns from the authorization endpoint, if any. */
export function toGoogleError(fault: Fault): string | undefined {
  return refusalOfFault[fault.kind]?.error
}

/** Answers `POST /token`, with faults and logging. */
export function answerGoogleToken(endpoint: GoogleTokenEndpoint, context: SocketContext): Promise<Response> {
  return answerTokenCall(endpoint.state, context, (call, fault) => toAnswer(endpoint, call, fault))
}

async function toAnswer(
  { state, origin, provider }: GoogleTokenEndpoint,
  call: TokenCall,
  fault: Fault | undefined,
): Promise<TokenAnswer> {
  const faultRefusal = fault && refusalOfFault[fault.kind]
  if (faultRefusal) return refuse(faultRefusal)
  const authentication = await authenticateClient(state.clients, call.params, call.authorization, [])
  if (authentication.kind === 'refused') return refuse(invalidClient)
  const refusal = refuseGrant(call, authentication.client)
  if (refusal) return refuse(refusal)
  const answer = await requestTokens(state, {
    provider: provider(),
    url: new URL(googlePaths.token, origin),
    params: call.params,
    client: authentication.client,
    fault,
  })
  return answer.status === 200 ? grant(answer, call) : refuse(toRefusal(answer))
}

function refuseGrant({ grantType, source }: TokenCall, client: Client): GoogleRefusal | undefined {
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    const error_description = `Invalid grant_type: ${grantType}`
    return { status: 400, error: 'unsupported_grant_type', error_description }
  }
  if (!source) return invalidGrant(grantType === 'refresh_token' ? 'Bad Request' : 'Malformed auth code.')
  if (source.clientId !== client.clientId)
    return { status: 401, error: 'unauthorized_client', error_description: 'Unauthorized' }
  if (source.revoked) return deadGrant
  return source.consumed ? invalidGrant('Bad Request') : undefined
}

function refuse({ status, ...body }: GoogleRefusal): TokenAnswer {
  return { status, body, outcome: body.error }
}

function grant({ body }: ProviderAnswer, { grantType, source }: TokenCall): TokenAnswer {
  const { access_token, expires_in, id_token, refresh_token, scope } = body as Record<string, string>
  const isNew = grantType === 'authorization_code' && refresh_token
  const tokens = { access_token, expires_in, scope: scope ?? source?.scope, token_type: 'Bearer' }
  return {
    status: 200,
    outcome: 'ok',
    body: { ...tokens, ...(isNew && { refresh_token }), ...(id_token && { id_token }) },
  }
}

function toRefusal({ detail = '', body }: ProviderAnswer): GoogleRefusal {
  if (/redirect_uri/.test(detail)) {
    return { status: 400, error: 'redirect_uri_mismatch', error_description: 'Bad Request' }
  }
  if (/PKCE|code_verifier/.test(detail)) return invalidGrant('Invalid code verifier.')
  if (/expired|not found|already/.test(detail)) return deadGrant
  const { error = 'invalid_request', error_description = 'Bad Request' } = body as Record<string, string>
  return { status: 400, error, error_description }
}
