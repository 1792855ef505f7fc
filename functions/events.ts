import * as z from 'zod'
import { connectHintOfEvent } from '../shared/domain/connectHint.ts'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { invalidContinuation, Problem } from '../shared/problems.ts'
import { eventView, toEventView } from '../shared/tenants/view.ts'

/** `GET /v1/tenants/{tenant}/events`: what happened to the tenant, newest first. */
route('events', 'v1/tenants/{tenant}/events', {
  GET: operation({
    id: 'listTenantEvents',
    tag: 'tenants',
    summary: 'A tenant’s history, newest first',
    role: 'Tenants.Manage',
    query: pageQuery,
    response: {
      status: 200,
      description: 'One page of events.',
      schema: z
        .object({ events: z.array(eventView), continuation: z.string().optional() })
        .meta({ id: 'EventsPage', description: 'One page of events.' }),
    },
    problems: ['tenant_not_found'],
    handle: async ({ broker, tenant, query }) => {
      const stored = await broker.tenants.read(tenant)
      if (!stored) throw new Problem('tenant_not_found')
      const page = await broker.tenants.events(tenant, query.limit, query.continuation)
      if (page === 'continuation_unknown') throw invalidContinuation()
      const events = page.events.map((event) =>
        toEventView(event, connectHintOfEvent(broker.config, stored.tenant, event)),
      )
      return jsonResponse({ ...page, events })
    },
  }),
})
