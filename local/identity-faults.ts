import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { IdentityControl, IdentityFault, LoggedIdentityRequest } from './identity-control.ts'
import { passTime } from './latency.ts'

/** A refusal as App Service answers it. */
export interface IdentityRefusal {
  readonly statusCode: 400 | 401 | 429 | 500
  readonly message: string
}

/** Answers with a refusal. */
export function refuse(context: Context, refusal: IdentityRefusal): Response {
  return context.json({ ...refusal, correlationId: randomUUID() }, refusal.statusCode)
}

/** What a fault is answered with; nothing where it ends without an answer, or goes on to a token. */
const identityRefusals: Partial<Record<IdentityFault['kind'], IdentityRefusal>> = {
  serverError: { statusCode: 500, message: 'An unexpected error occurred while fetching the AAD Token.' },
  badRequest: { statusCode: 400, message: 'Unable to load the proper Managed Identity.' },
  throttled: { statusCode: 429, message: 'Too many requests.' },
}

type EndpointContext = Context<{ Bindings: HttpBindings }>

/** Answers a request for a token, unless a fault strikes it. */
export async function answerOrFail(
  context: EndpointContext,
  control: IdentityControl,
  answer: () => Promise<Response>,
): Promise<Response> {
  const asked = {
    resource: context.req.query('resource') ?? '',
    instance: context.req.param('instance') ?? '',
  }
  const entry: LoggedIdentityRequest = { at: new Date().toISOString(), ...asked }
  control.log.add(entry, asked.resource)
  const fault = control.faults.take(asked)
  if (fault) entry.fault = fault.kind
  await passTime(control.settings.latencyMilliseconds + slownessOf(fault))
  if (fault?.kind === 'hang' || fault?.kind === 'cut') return endWithoutAnswer(context, fault.kind)
  const refusal = fault && identityRefusals[fault.kind]
  const response = refusal ? refuse(context, refusal) : await answer()
  entry.status = response.status
  return response
}

const slownessOf = (fault: IdentityFault | undefined) =>
  fault?.kind === 'slow' ? (fault.milliseconds ?? 6000) : 0

async function endWithoutAnswer(context: EndpointContext, manner: 'hang' | 'cut'): Promise<Response> {
  const { socket } = context.env.incoming
  if (manner === 'cut') socket.destroy()
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  return RESPONSE_ALREADY_SENT
}
