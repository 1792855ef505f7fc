import * as z from 'zod'
import { connectSessionView, readSession } from '../shared/connect/readSession.ts'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET …/connect-sessions/{session}`: how far the session got, and what confirming its consent would change. */
route('connectSession', 'v1/tenants/{tenant}/connect-sessions/{session}', {
  GET: operation({
    id: 'getConnectSession',
    tag: 'connecting',
    summary: 'How far a connect session got, and what confirming its consent would change',
    role: 'Tenants.Manage',
    params: z.object({ session: z.string().max(64) }),
    query: pageQuery,
    response: {
      status: 200,
      description: 'The session, for a day after its link has expired.',
      schema: connectSessionView,
    },
    problems: ['tenant_not_found', 'connect_session_not_found'],
    handle: async ({ broker, tenant, params, query }) =>
      jsonResponse(await readSession(broker, { name: tenant, sessionId: params.session }, query)),
  }),
})
