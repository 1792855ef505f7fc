import * as z from 'zod'
import { connectSessionBody, createConnectSession } from '../shared/connect/sessions.ts'
import { answerJson } from '../shared/http/answers.ts'
import { tenantParams } from '../shared/http/fields.ts'
import { operation, route } from '../shared/http/route.ts'

/** `POST /v1/tenants/{tenant}/connect-sessions`: a one-time link with which the advertiser connects the tenant. */
route('connectSessions', 'v1/tenants/{tenant}/connect-sessions', {
  POST: operation({
    summary: 'Create a one-time link for an advertiser to connect the tenant',
    role: 'Tenants.Manage',
    params: tenantParams,
    body: connectSessionBody,
    answer: {
      status: 201,
      description: 'Send the advertiser’s browser to `connectUrl`.',
      schema: z.object({ id: z.string(), connectUrl: z.url(), expiresAt: z.iso.datetime() }),
    },
    problems: ['environment_conflict', 'tenant_changed'],
    handle: async ({ broker, caller, params, body }) => {
      const name = { workspace: caller.workspace, tenant: params.tenant }
      return answerJson(await createConnectSession(broker, name, body), 201)
    },
  }),
})
