import { rediscoverAccounts } from '../shared/accounts/discover.ts'
import { discoveryResponse } from '../shared/accounts/discoveryResponse.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { tokenProblems } from '../shared/vend/problems.ts'

/**
 * `POST /v1/tenants/{tenant}/accounts/discover`: asks Microsoft Advertising again which accounts the tenant can reach.
 */
route('accountsDiscover', 'v1/tenants/{tenant}/accounts/discover', {
  POST: operation({
    id: 'discoverAccounts',
    tag: 'accounts',
    summary: 'Discover a tenant’s accounts again',
    role: 'Tenants.Manage',
    limit: 'discoveriesPerMinute',
    response: {
      status: 200,
      description: 'The accounts found, and which ones appeared, disappeared, or changed.',
      schema: discoveryResponse,
    },
    problems: [...tokenProblems, 'tenant_changed', 'developer_token_unusable', 'advertising_unavailable'],
    handle: async ({ broker, tenant }) => jsonResponse(await rediscoverAccounts(broker, tenant)),
  }),
})
