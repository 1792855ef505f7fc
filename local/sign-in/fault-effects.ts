import { once } from 'node:events'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { Fault } from './faults.ts'

/** The context of a route whose socket can be cut. */
export type SocketContext = Context<{ Bindings: HttpBindings }>

/**
 * Applies the faults that aren't specific to OAuth, the same for every identity provider.
 * @returns the answer, or `undefined` if the fault is of another kind. A hang ends when the caller gives up.
 */
export async function playTransportFault(
  context: SocketContext,
  fault: Fault,
): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'throttled':
      return context.json({ error: 'temporarily_unavailable' }, 429, {
        'retry-after': String(fault.retryAfter),
      })
    case 'throttledWithoutRetryAfter':
      return context.text('Too Many Requests', 429)
    case 'serverError':
      return new Response('<!doctype html><title>Service unavailable</title><h1>Service unavailable</h1>', {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
      })
    case 'hang':
      await once(context.env.outgoing, 'close')
      return RESPONSE_ALREADY_SENT
    case 'cut':
      return cut(context)
    default:
      return undefined
  }
}

/** Closes the connection without an answer. */
export function cut(context: SocketContext): Response {
  context.env.outgoing.socket?.destroy()
  return RESPONSE_ALREADY_SENT
}
