import * as z from 'zod'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { invalidContinuation } from '../shared/problems.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `GET /v1/tenants`: the workspace's tenants, paged. */
route('tenants', 'v1/tenants', {
  GET: operation({
    id: 'listTenants',
    tag: 'tenants',
    summary: 'List the workspace’s tenants',
    role: 'Tenants.Manage',
    query: pageQuery,
    response: {
      status: 200,
      description: 'One page. If it has a `continuation`, request the next page with it.',
      schema: z
        .object({ tenants: z.array(tenantView), continuation: z.string().optional() })
        .meta({ id: 'TenantsPage', description: 'One page of tenants.' }),
    },
    handle: async ({ broker, caller, query }) => {
      const page = await broker.tenants.list(caller.workspace, query.limit, query.continuation)
      if (page === 'continuation_unknown') throw invalidContinuation()
      return jsonResponse({
        ...page,
        tenants: page.tenants.map((tenant) => toTenantView(tenant, broker.clock.now(), broker.config)),
      })
    },
  }),
})
