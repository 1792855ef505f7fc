import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { type Configuration, Provider } from 'oidc-provider'

/** A request for the provider library, made from a real one. */
export interface ProviderRequest {
  readonly method: string
  /** Path and query, no origin. */
  readonly path: string
  /** Names in lower case. `host` decides the origin of the links the provider makes. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What the provider library answered, before it becomes bytes. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: Headers
  /** An object where the provider answers JSON, text otherwise. */
  readonly body: unknown
  /** Why the provider refused, in its own words, which it does not show to clients. */
  readonly detail?: string
}

const answers = new WeakMap<IncomingMessage, ProviderAnswer>()
const details = new WeakMap<IncomingMessage, string>()

/** How long the access token of this one request lives, in seconds; a header that only the front sets. */
export const accessTokenSecondsHeader = 'x-access-token-seconds'

/** Says that this one refresh brings no new refresh token; a header that only the front sets. */
export const keepRefreshTokenHeader = 'x-keep-refresh-token'

/** Creates a provider of the library that is asked through {@link ask} and never writes to a socket itself. */
export function createProvider(issuer: string, configuration: Configuration): Provider {
  const provider = new Provider(issuer, configuration)
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
 * Puts one request to a provider.
 * @throws Error when the provider gave no answer, which is a fault of ours.
 */
export async function ask(provider: Provider, request: ProviderRequest): Promise<ProviderAnswer> {
  const incoming = toIncoming(request)
  await provider.callback()(incoming, new ServerResponse(incoming))
  const answer = answers.get(incoming)
  if (!answer) throw new Error(`The provider gave no answer to ${request.method} ${request.path}.`)
  return answer
}

/** Makes a request of Node's kind, complete and already received. */
export function toIncoming({ method, path, headers, body }: ProviderRequest): IncomingMessage {
  const incoming = new IncomingMessage(new Socket())
  incoming.method = method
  incoming.url = path
  incoming.headers = { ...headers }
  if (body !== undefined) incoming.push(body)
  incoming.push(null)
  return incoming
}

/** Makes a request for the provider from one that Hono received; `path` replaces its path and query. */
export function toProviderRequest(request: Request, path: string): ProviderRequest {
  return { method: request.method, path, headers: Object.fromEntries(request.headers) }
}

/** Makes a response from the provider's answer. */
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
