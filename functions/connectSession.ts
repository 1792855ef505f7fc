import * as z from 'zod'
import { pendingView, readPendingGrant } from '../shared/connect/readPendingGrant.ts'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET …/connect-sessions/{session}`: what confirming its consent would change, before anything is marked. */
route('connectSession', 'v1/tenants/{tenant}/connect-sessions/{session}', {
  GET: operation({
    summary: 'What confirming a consent would change: who consented, and which accounts would be lost',
    role: 'Tenants.Manage',
    params: z.object({ session: z.string().max(64) }),
    query: pageQuery,
    response: {
      status: 200,
      description: 'The consent that is waiting for confirmation.',
      schema: pendingView,
    },
    problems: ['tenant_not_found', 'connect_session_not_found'],
    handle: async ({ broker, tenant, params, query }) =>
      jsonResponse(await readPendingGrant(broker, tenant, params.session, query)),
  }),
})
