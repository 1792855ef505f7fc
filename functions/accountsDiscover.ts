import { discoveryAnswer, rediscoverAccounts } from '../shared/accounts/discover.ts'
import { answerJson } from '../shared/http/answers.ts'
import { operation, route } from '../shared/http/route.ts'

/** `POST /v1/tenants/{tenant}/accounts/discover`: asks Microsoft Advertising again what the tenant reaches. */
route('accountsDiscover', 'v1/tenants/{tenant}/accounts/discover', {
  POST: operation({
    summary: 'Discover a tenant’s accounts again',
    role: 'Tenants.Manage',
    answer: {
      status: 200,
      description: 'What was found, and what appeared, vanished or changed.',
      schema: discoveryAnswer,
    },
    problems: [
      'tenant_not_found',
      'tenant_not_connected',
      'confirmation_required',
      'reauthorization_required',
      'admin_consent_required',
      'tenant_changed',
      'environment_on_hold',
      'registration_refused',
      'unexpected_upstream_answer',
      'identity_provider_unavailable',
      'advertising_unavailable',
    ],
    handle: async ({ broker, tenant }) => answerJson(await rediscoverAccounts(broker, tenant)),
  }),
})
