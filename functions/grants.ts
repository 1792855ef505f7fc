import { grantBody, importGrant } from '../shared/grants/importGrant.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `POST /v1/tenants/{tenant}/grants`: imports an existing refresh token. */
route('grants', 'v1/tenants/{tenant}/grants', {
  POST: operation({
    id: 'importGrant',
    tag: 'connecting',
    summary: 'Import an existing refresh token; the broker verifies it before saving it',
    role: 'Tenants.Manage',
    body: grantBody,
    limit: 'grantsPerMinute',
    response: { status: 200, description: 'The tenant, connected.', schema: tenantView },
    problems: [
      'grant_refused',
      'accounts_would_be_lost',
      'environment_conflict',
      'tenant_changed',
      'environment_on_hold',
      'developer_token_unusable',
      'registration_refused',
      'unexpected_upstream_answer',
      'identity_provider_unavailable',
      'advertising_unavailable',
    ],
    handle: async ({ broker, tenant, body }) => {
      const connected = await importGrant(broker, tenant, body)
      broker.accessTokens.forget(tenant)
      return jsonResponse(toTenantView(connected, broker.clock.now()))
    },
  }),
})
