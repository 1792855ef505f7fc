import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { organizationsQuery } from '../shared/http/unifiedQuery.ts'
import { listOrganizations } from '../shared/unified/listOrganizations.ts'
import { unifiedObjects } from '../shared/unified/objectSchema.ts'
import { toPage } from '../shared/unified/toPage.ts'

/** `GET /v1/tenants/{tenant}/unified/organizations`: the tenant's accounts, in the shape of Unified.to. */
route('unifiedOrganizations', 'v1/tenants/{tenant}/unified/organizations', {
  GET: operation({
    id: 'listUnifiedOrganizations',
    tag: 'unified',
    summary: 'List a tenant’s accounts as Unified.to’s organizations',
    role: 'Tokens.Vend',
    query: organizationsQuery,
    response: { status: 200, description: 'One page, as of the last discovery.', schema: unifiedObjects },
    problems: ['tenant_not_found'],
    handle: async ({ broker, tenant, query }) => {
      const { parent_id, status } = query
      const page = toPage('organizations', query, { parent_id, status })
      return jsonResponse(await listOrganizations(broker, tenant, page))
    },
  }),
})
