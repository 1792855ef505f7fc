import type { Provider } from 'oidc-provider'
import type { Person } from '../people.ts'
import { lacksClaims } from './claims-challenge.ts'
import { authenticateClient } from './client-authentication.ts'
import { type Client, isWebClient } from './clients.ts'
import type { SocketContext } from './fault-effects.ts'
import type { Fault, FaultKind } from './faults.ts'
import type { ProviderAnswer } from './provider.ts'
import {
  type RefusalAnswer,
  type RefusalCode,
  scopeNotConsentedText,
  toError,
  toTokenRefusal,
} from './refusals.ts'
import { parseScope, toInnerScope } from './scopes.ts'
import type { SignInState } from './state.ts'
import { accepts, isDirectoryId, isTenantPath } from './tenants.ts'
import { answerTokenCall, requestTokens, type TokenAnswer, type TokenCall } from './token-endpoint.ts'

/** Dependencies of the token endpoint. */
export interface TokenEndpoint {
  readonly state: SignInState
  readonly origin: string
  /** Returns the provider that acts as a directory. */
  readonly providerOf: (directoryId: string) => Provider
}

/** The code in the answer to a fault of this kind. */
const refusalOfFault: Partial<Record<FaultKind, RefusalCode>> = {
  revoked: 50173,
  expired: 700082,
  mfaRequired: 50076,
  consentRequired: 65001,
  invalidGrantPassing: 70000,
  conditionalAccess: 53003,
  userDisabled: 50057,
  invalidClient: 7000215,
  expiredClientSecret: 7000222,
  loopDetected: 50196,
  temporarilyUnavailable: 90033,
  unknownError: 9999999,
  serviceNotEnabled: 650052,
  adminConsent: 90094,
}

/** The code in the answer to a fault of this kind, if there is one. */
export function toRefusalCode(fault: Fault): RefusalCode | undefined {
  return refusalOfFault[fault.kind]
}

/** Answers `POST /{tenant}/oauth2/v2.0/token`, with faults and logging. */
export function answerToken(endpoint: TokenEndpoint, context: SocketContext): Promise<Response> {
  return answerTokenCall(endpoint.state, context, (call, fault) => toAnswer(endpoint, call, fault))
}

async function toAnswer(
  endpoint: TokenEndpoint,
  call: TokenCall,
  fault: Fault | undefined,
): Promise<TokenAnswer> {
  const faultCode = fault && toRefusalCode(fault)
  if (faultCode) return refuse({ code: faultCode })
  const early = refuseRequest(call)
  if (early) return refuse(early)
  const { tenantPath, params, authorization } = call
  const audiences = [
    `${endpoint.origin}/${tenantPath}/oauth2/v2.0/token`,
    `${endpoint.origin}/${tenantPath}/v2.0`,
  ]
  const authentication = await authenticateClient(endpoint.state.clients, params, authorization, audiences)
  if (authentication.kind === 'refused') return refuse(authentication)
  const refusal = refuseResource(authentication.client, call) ?? refuseGrant(endpoint.state, call)
  if (refusal) return refuse(refusal)
  return exchange(endpoint, call, authentication.client, fault)
}

function refuse(answer: RefusalAnswer): TokenAnswer {
  return { ...toTokenRefusal(answer), outcome: `${toError(answer.code)} ${answer.code}` }
}

/** Faults of the request itself, before the client is authenticated. */
function refuseRequest({ tenantPath, params, grantType }: TokenCall): RefusalAnswer | undefined {
  if (!isTenantPath(tenantPath)) return { code: 90002 }
  const required = { authorization_code: 'code', refresh_token: 'refresh_token', client_credentials: 'scope' }
  if (grantType === '') return missing('grant_type')
  if (!(grantType in required)) return { code: 70003 }
  const name = required[grantType as keyof typeof required]
  if (!params.get(name)) return missing(name)
  if (grantType === 'client_credentials') return refuseClientCredentials(tenantPath, params)
  const scope = parseScope(params.get('scope') ?? undefined)
  if (scope.kind === 'good') return undefined
  return { code: scope.kind === 'unknown' ? 70011 : 700022 }
}

function missing(name: string): RefusalAnswer {
  return { code: 900144, text: `The request body must contain the following parameter: '${name}'.` }
}

function refuseClientCredentials(tenantPath: string, params: URLSearchParams): RefusalAnswer | undefined {
  if (!isDirectoryId(tenantPath)) return { code: 9001023 }
  return params.get('scope')?.endsWith('/.default') ? undefined : { code: 70011 }
}

/** An application gets tokens only for its registered API, with or without `api://`. */
function refuseResource(client: Client, { grantType, params }: TokenCall): RefusalAnswer | undefined {
  if (grantType !== 'client_credentials' || isWebClient(client)) return undefined
  const resource = params.get('scope')?.replace(/\/\.default$/, '')
  return resource === client.audience || resource === `api://${client.audience}`
    ? undefined
    : { code: 500011 }
}

/** Faults of the code or refresh token that the provider library doesn't check. */
function refuseGrant(state: SignInState, call: TokenCall): RefusalAnswer | undefined {
  const { grantType, source, tenantPath, params } = call
  if (grantType === 'client_credentials') return undefined
  if (!source) {
    const text = `The provided value for the input parameter '${parameterOf(grantType)}' is not valid.`
    return { code: 70000, text }
  }
  if (source.revoked) return { code: 50173 }
  if (grantType === 'authorization_code') {
    if (source.consumed) return { code: 54005 }
    if (source.tenantPath !== tenantPath) return { code: 700005 }
  }
  const person = state.findByAccountId(source.accountId)
  if (!person || !accepts(tenantPath, person)) return { code: 50020 }
  if (!isOfAuthority(state, call, person)) return { code: 70000 }
  if (lacksClaims(person, source.amr)) return { code: 50076 }
  return isWithin(params.get('scope'), source.scope)
    ? undefined
    : { code: 70000, text: scopeNotConsentedText }
}

function isOfAuthority(
  { settings }: SignInState,
  { grantType, source, tenantPath }: TokenCall,
  { kind }: Person,
): boolean {
  if (!settings.authorityOfIssue || grantType !== 'refresh_token' || kind !== 'personal') return true
  return source?.tenantPath === tenantPath
}

const parameterOf = (grantType: string) =>
  grantType === 'refresh_token' ? "refresh_token' or 'assertion" : 'code'

function isWithin(wanted: string | null, granted: string | undefined): boolean {
  const allowed = new Set(granted?.split(' '))
  return toInnerScope(wanted ?? '')
    .split(' ')
    .filter(Boolean)
    .every((scope) => allowed.has(scope))
}

async function exchange(
  { state, providerOf, origin }: TokenEndpoint,
  call: TokenCall,
  client: Client,
  fault: Fault | undefined,
): Promise<TokenAnswer> {
  const directoryId = state.findByAccountId(call.source?.accountId)?.directoryId ?? call.tenantPath
  const params = new URLSearchParams(call.params)
  const scope = params.get('scope')
  if (scope) params.set('scope', toInnerScope(scope))
  const answer = await requestTokens(state, {
    provider: providerOf(directoryId),
    url: new URL(`/${directoryId}/oauth2/v2.0/token`, origin),
    params,
    client,
    fault,
  })
  if (answer.status !== 200) return refuse(toRefusal(answer, call.grantType))
  const id = String((answer.body as { refresh_token?: string }).refresh_token)
  const issued = state.store.get('RefreshToken', id)
  if (issued) state.store.put('RefreshToken', id, { ...issued, tenantPath: call.tenantPath })
  return grant(answer, fault)
}

function grant({ body }: ProviderAnswer, fault: Fault | undefined): TokenAnswer {
  const tokens = body as Record<string, string>
  const { access_token, refresh_token, id_token, scope, expires_in } = tokens
  return {
    status: 200,
    outcome: 'ok',
    body: {
      token_type: 'Bearer',
      scope: scopeOf(scope, fault),
      expires_in,
      ext_expires_in: expires_in,
      // Without the scope, the token is for another audience, which Microsoft Advertising refuses.
      access_token: fault?.kind === 'narrowScope' ? id_token : access_token,
      ...(refresh_token && fault?.kind !== 'noRefreshToken' && { refresh_token }),
      ...(id_token && { id_token }),
    },
  }
}

function scopeOf(scope: string | undefined, fault: Fault | undefined): string | undefined {
  if (fault?.kind === 'narrowScope') return 'openid profile'
  if (fault?.kind === 'scopeInOtherWords') return fault.scope
  return scope?.replace(/\boffline\b/, 'offline_access')
}

/** Microsoft's codes for the provider library's refusals, by the library's messages. */
const refusalOfDetail: readonly (readonly [pattern: RegExp, code: RefusalCode])[] = [
  [/authorization code already consumed/, 54005],
  [/authorization code is expired/, 70008],
  [/redirect_uri mismatch|missing required parameter.*redirect_uri/, 500112],
  [/PKCE|code_verifier/, 501481],
  [/refresh token is expired/, 700082],
  [/client mismatch/, 70000],
  [/refresh token already used|refresh token not found|grant not found|grant is expired/, 70000],
]

function toRefusal({ detail = '', body }: ProviderAnswer, grantType: string): RefusalAnswer {
  const { error = '', error_description: description = '' } = body as Record<string, string>
  const words = `${detail} ${description}`
  const code = refusalOfDetail.find(([pattern]) => pattern.test(words))?.[1]
  if (words.includes('client mismatch')) {
    const text = `The provided value for the input parameter '${parameterOf(grantType)}' is not valid. The token was issued for a different client id.`
    return { code: 70000, text }
  }
  return code ? { code } : { code: 90023, text: `${error}: ${words.trim()}` }
}
