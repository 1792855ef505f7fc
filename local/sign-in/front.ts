import type { Context, MiddlewareHandler } from 'hono'
import { playTransportFault, type SocketContext } from './fault-effects.ts'
import type { Fault } from './faults.ts'
import type { SignInState } from './state.ts'

/** Answers an authorization request for any identity provider, with logging and faults. */
export async function answerAuthorization(
  state: SignInState,
  context: SocketContext,
  answer: (fault: Fault | undefined) => Response | Promise<Response>,
): Promise<Response> {
  const entry = state.requests.begin({
    endpoint: 'authorize',
    tenantPath: context.req.param('tenant'),
    clientId: context.req.query('client_id'),
  })
  const fault = state.faults.take({ ...entry, endpoint: 'authorize' })
  try {
    return (fault && (await playTransportFault(context, fault))) ?? (await answer(fault))
  } finally {
    state.requests.end(entry, fault?.kind ?? 'ok')
  }
}

/** Sends the browser back to the redirect URI of its authorization request with these parameters and its state. */
export function redirectWith(context: Context, parameters: Record<string, string>): Response {
  const location = new URL(context.req.query('redirect_uri') ?? '')
  const state = context.req.query('state')
  for (const [name, value] of Object.entries({ ...parameters, ...(state !== undefined && { state }) })) {
    location.searchParams.set(name, value)
  }
  return context.redirect(location.href)
}

/** Lets no page be framed, and cuts a popup from its opener: both providers' pages do. */
export const refuseFrames: MiddlewareHandler = async (context, next) => {
  await next()
  context.header('X-Frame-Options', 'DENY')
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
}

/**
 * Answers the keys endpoint: the signing key, with faults.
 * @param issuer the issuer to which the key is limited. Default is no limit.
 */
export async function answerKeys(
  state: SignInState,
  context: SocketContext,
  issuer?: string,
): Promise<Response> {
  const fault = state.faults.take({ endpoint: 'keys' })
  const played = fault && (await playTransportFault(context, fault))
  return played ?? context.json({ keys: [{ ...state.keys.published, issuer }] })
}
