import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { type Configuration, Provider } from 'oidc-provider'

/** A request for the provider library, converted from a real one. */
export interface ProviderRequest {
  readonly method: string
  /** Path and query, no origin. */
  readonly path: string
  /** Names in lower case. `host` determines the origin of the provider's links. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** The provider library's answer, before serialization. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: Headers
  /** An object if the provider's answer is JSON, text otherwise. */
  readonly body: unknown
  /** The provider's internal reason for refusing, which clients don't see. */
  readonly detail?: string
}

const answers = new WeakMap<IncomingMessage, ProviderAnswer>()
const details = new WeakMap<IncomingMessage, string>()

/** The header for the lifetime of this request's access token, in seconds; only the front sets it. */
export const accessTokenSecondsHeader = 'x-access-token-seconds'

/** The header that suppresses a new refresh token for this refresh; only the front sets it. */
export const keepRefreshTokenHeader = 'x-keep-refresh-token'

/** Creates a provider that is called through {@link ask} and never writes to a socket itself. */
export function createProvider(issuer: string, configuration: Configuration): Provider {
  const provider = new Provider(issuer, configuration)
  provider.proxy = true
  provider.use(async (context, next) => {
    await next()
    answers.set(context.req, {
      status: context.status,
      headers: toHeaders(context.res),
      body: context.body,
      ...(details.has(context.req) && { detail: details.get(context.req) ?? '' }),
    })
    context.respond = false
  })
  provider.on('grant.error', (context, error) =>
    details.set(context.req, error.error_detail ?? error.message),
  )
  provider.on('server_error', (context, error) => details.set(context.req, String(error.stack)))
  return provider
}

/**
 * Sends a request to a provider.
 * @throws Error if the provider gives no answer, which is our own fault.
 */
export async function ask(provider: Provider, request: ProviderRequest): Promise<ProviderAnswer> {
  const incoming = toIncoming(request)
  await provider.callback()(incoming, new ServerResponse(incoming))
  const answer = answers.get(incoming)
  if (!answer) throw new Error(`The provider gave no answer to ${request.method} ${request.path}.`)
  return answer
}

/** Creates a Node request, complete and already received. */
export function toIncoming({ method, path, headers, body }: ProviderRequest): IncomingMessage {
  const incoming = new IncomingMessage(new Socket())
  incoming.method = method
  incoming.url = path
  incoming.headers = { ...headers }
  if (body !== undefined) incoming.push(body)
  incoming.push(null)
  return incoming
}

/**
 * Converts a Hono request for the provider; `path` replaces its path and query. The provider's links have the scheme by
 * which the browser came, to a front or to this listener.
 */
export function toProviderRequest(request: Request, path: string): ProviderRequest {
  const scheme = new URL(request.url).protocol.slice(0, -1)
  const headers = { 'x-forwarded-proto': scheme, ...Object.fromEntries(request.headers) }
  return { method: request.method, path, headers }
}

/** Converts the provider's answer to a response. */
export function toResponse({ status, headers, body }: ProviderAnswer): Response {
  if (typeof body !== 'object' || body === null) {
    return new Response(body === undefined || body === null ? null : String(body), { status, headers })
  }
  return Response.json(body, { status, headers })
}

function toHeaders(response: ServerResponse): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.getHeaders())) {
    if (name === 'content-length') continue
    for (const one of [value].flat()) headers.append(name, String(one))
  }
  return headers
}
