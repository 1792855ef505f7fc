import * as z from 'zod'
import { pendingView, readPending } from '../shared/connect/pending.ts'
import { answerJson } from '../shared/http/answers.ts'
import { pageQuery, tenantParams } from '../shared/http/fields.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET …/connect-sessions/{session}`: what confirming its consent would change, before anything is marked. */
route('connectSession', 'v1/tenants/{tenant}/connect-sessions/{session}', {
  GET: operation({
    summary: 'What confirming a consent would change: who consented, and which accounts would be lost',
    role: 'Tenants.Manage',
    params: tenantParams.extend({ session: z.string().max(64) }),
    query: pageQuery,
    answer: {
      status: 200,
      description: 'The consent that is waiting for confirmation.',
      schema: pendingView,
    },
    problems: ['tenant_not_found', 'connect_session_not_found'],
    handle: async ({ broker, caller, params, query }) => {
      const name = { workspace: caller.workspace, tenant: params.tenant }
      return answerJson(await readPending(broker, name, params.session, query))
    },
  }),
})
