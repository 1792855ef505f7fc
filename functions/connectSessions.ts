import * as z from 'zod'
import { connectSessionBody, createConnectSession } from '../shared/connect/sessions.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `POST /v1/tenants/{tenant}/connect-sessions`: a link with which the advertiser connects the tenant once. */
route('connectSessions', 'v1/tenants/{tenant}/connect-sessions', {
  POST: operation({
    id: 'createConnectSession',
    tag: 'connecting',
    summary: 'Create a link for an advertiser to connect the tenant',
    role: 'Tenants.Manage',
    body: connectSessionBody,
    limit: 'connectSessionsPerMinute',
    response: {
      status: 201,
      description: 'Send the advertiser’s browser to `connectUrl`.',
      schema: z
        .object({ id: z.string(), connectUrl: z.url(), expiresAt: z.iso.datetime() })
        .meta({ id: 'ConnectSession', description: 'A link for one advertiser.' }),
    },
    problems: ['environment_conflict', 'environment_on_hold', 'tenant_changed'],
    handle: async ({ broker, caller, tenant, body }) => {
      const admit = () => broker.requestLimiter.take('tenantsPerHour', { app: caller.app, ...tenant })
      return jsonResponse(await createConnectSession({ ...broker, admit }, tenant, body), 201)
    },
  }),
})
