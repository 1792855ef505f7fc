import { isDamaged } from '../shared/domain/damagedRow.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { Problem } from '../shared/problems.ts'
import { disconnectTenant } from '../shared/tenants/disconnect.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `GET /v1/tenants/{tenant}`: its status. `DELETE`: disconnects it and destroys its grant. */
route('tenant', 'v1/tenants/{tenant}', {
  GET: operation({
    id: 'getTenant',
    tag: 'tenants',
    summary: 'A tenant and its status',
    role: 'Tenants.Manage',
    response: { status: 200, description: 'The tenant.', schema: tenantView },
    problems: ['tenant_not_found'],
    handle: async ({ broker, tenant }) => {
      const stored = await broker.tenants.inspect(tenant)
      if (!stored) throw new Problem('tenant_not_found')
      const row = isDamaged(stored) ? stored : stored.tenant
      return jsonResponse(toTenantView(row, broker.clock.now(), broker.config))
    },
  }),
  DELETE: operation({
    id: 'disconnectTenant',
    tag: 'tenants',
    summary:
      'Disconnect a tenant: vending stops within 30 seconds (`ROW_CACHE_SECONDS`), and the grant is destroyed',
    role: 'Tenants.Manage',
    response: { status: 200, description: 'The tenant, disconnected.', schema: tenantView },
    problems: ['tenant_not_found', 'tenant_changed'],
    handle: async ({ broker, tenant }) => {
      const ended = await disconnectTenant(broker.grantServices, tenant)
      broker.accessTokens.forget(tenant)
      if (!ended) throw new Problem('tenant_not_found')
      if (ended === 'conflict') throw new Problem('tenant_changed')
      return jsonResponse(toTenantView(ended.tenant, broker.clock.now()))
    },
  }),
})
