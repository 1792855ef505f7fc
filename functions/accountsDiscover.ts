import { discoveryAnswer, rediscoverAccounts } from '../shared/accounts/discover.ts'
import { answerJson } from '../shared/http/answers.ts'
import { operation, route } from '../shared/http/route.ts'
import { obtainProblems } from '../shared/vend/problems.ts'

/**
 * `POST /v1/tenants/{tenant}/accounts/discover`: asks Microsoft Advertising again which accounts the tenant can reach.
 */
route('accountsDiscover', 'v1/tenants/{tenant}/accounts/discover', {
  POST: operation({
    summary: 'Discover a tenant’s accounts again',
    role: 'Tenants.Manage',
    answer: {
      status: 200,
      description: 'The accounts found, and which ones appeared, disappeared, or changed.',
      schema: discoveryAnswer,
    },
    problems: [...obtainProblems, 'tenant_changed', 'advertising_unavailable'],
    handle: async ({ broker, tenant }) => answerJson(await rediscoverAccounts(broker, tenant)),
  }),
})
