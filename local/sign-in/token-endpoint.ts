import type { Provider } from 'oidc-provider'
import type { Client } from './clients.ts'
import { cut, playTransportFault, type SocketContext } from './fault-effects.ts'
import type { Fault } from './faults.ts'
import { accessTokenSecondsHeader, ask, keepRefreshTokenHeader, type ProviderAnswer } from './provider.ts'
import { type LoggedRequest, toFingerprint } from './request-log.ts'
import type { SignInState } from './state.ts'
import type { StoredRecord } from './store.ts'

/** A parsed call of a token endpoint. */
export interface TokenCall {
  /** `common`, `organizations`, `consumers`, or a directory's id; empty for Google. */
  readonly tenantPath: string
  readonly params: URLSearchParams
  readonly grantType: string
  /** The code or refresh token, from the store. */
  readonly source: StoredRecord | undefined
  /** The `Authorization` header. */
  readonly authorization: string | undefined
}

/** A token endpoint's answer. */
export interface TokenAnswer {
  readonly status: number
  readonly body: object
  /** For the log: `ok`, or the error. */
  readonly outcome: string
}

/** Decides an identity provider's answer; faults of the connection are handled before. */
export type TokenDecision = (call: TokenCall, fault: Fault | undefined) => Promise<TokenAnswer>

/** Answers a token call for any identity provider, with logging, latency, and faults. */
export async function answerTokenCall(
  state: SignInState,
  context: SocketContext,
  decide: TokenDecision,
): Promise<Response> {
  const call = await readCall(state, context)
  const traceParent = context.req.header('traceparent')
  const entry = state.requests.begin({ ...toLogged(state, call), traceParent })
  let outcome = 'failed'
  try {
    if (state.settings.latencyMilliseconds > 0) await pause(state.settings.latencyMilliseconds)
    const fault = state.faults.take({ ...entry, endpoint: 'token' })
    outcome = fault?.kind ?? outcome
    const played = fault && (await playTransportFault(context, fault))
    if (played) return played
    const answer = await decide(call, fault)
    outcome = answer.outcome
    entry.refreshTokenIssued = fingerprintOf(answer.body)
    return fault?.kind === 'cutAfterEffect' ? cut(context) : toResponse(answer)
  } finally {
    state.requests.end(entry, outcome)
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function toResponse({ status, body }: TokenAnswer): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } })
}

async function readCall({ store }: SignInState, context: SocketContext): Promise<TokenCall> {
  const params = new URLSearchParams(await context.req.text())
  const grantType = params.get('grant_type') ?? ''
  const source =
    grantType === 'refresh_token'
      ? store.get('RefreshToken', params.get('refresh_token') ?? '')
      : store.get('AuthorizationCode', params.get('code') ?? '')
  const tenantPath = (context.req.param('tenant') ?? '').toLowerCase()
  return { tenantPath, params, grantType, source, authorization: context.req.header('authorization') }
}

function toLogged(state: SignInState, { tenantPath, grantType, params, source }: TokenCall) {
  const refreshToken = grantType === 'refresh_token' ? params.get('refresh_token') : null
  return {
    endpoint: 'token',
    tenantPath: tenantPath || undefined,
    grantType,
    clientId: params.get('client_id') ?? source?.clientId,
    username: state.findByAccountId(source?.accountId)?.username,
    family: source?.grantId && toFingerprint(source.grantId),
    refreshTokenUsed: refreshToken ? toFingerprint(refreshToken) : undefined,
  } satisfies Partial<LoggedRequest>
}

function fingerprintOf(body: object): string | undefined {
  return 'refresh_token' in body ? toFingerprint(String(body.refresh_token)) : undefined
}

/** The target and the client of a token request to the provider library. */
export interface TokenOptions {
  readonly provider: Provider
  /** The token endpoint, in the provider library's routes. */
  readonly url: URL
  /** The request's parameters, without the client's credentials. */
  readonly params: URLSearchParams
  /** The client, already authenticated. */
  readonly client: Client
  readonly fault: Fault | undefined
}

/** Sends a token request to the provider library for a client that the front has authenticated. */
export function requestTokens(state: SignInState, options: TokenOptions): Promise<ProviderAnswer> {
  const params = new URLSearchParams(options.params)
  for (const name of ['client_assertion', 'client_assertion_type', 'resource']) params.delete(name)
  params.set('client_id', options.client.clientId)
  params.set('client_secret', state.clients.innerSecret)
  const { fault, url } = options
  return ask(options.provider, {
    method: 'POST',
    path: url.pathname,
    headers: {
      host: url.host,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(params.toString())),
      ...(fault?.kind === 'shortLived' && { [accessTokenSecondsHeader]: String(fault.expiresIn) }),
      ...(fault?.kind === 'noRefreshToken' && { [keepRefreshTokenHeader]: 'yes' }),
    },
    body: params.toString(),
  })
}
