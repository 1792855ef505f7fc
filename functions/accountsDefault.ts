import { defaultAccountBody, setDefaultAccount } from '../shared/accounts/setDefault.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { tenantView, toTenantView } from '../shared/tenants/view.ts'

/** `PUT /v1/tenants/{tenant}/accounts/default`: the account to vend when the app names none. */
route('accountsDefault', 'v1/tenants/{tenant}/accounts/default', {
  PUT: operation({
    id: 'setDefaultAccount',
    tag: 'accounts',
    summary: 'Set the default account, vended when the app doesn’t name one',
    role: 'Tenants.Manage',
    body: defaultAccountBody,
    limit: 'accountChoicesPerHour',
    response: { status: 200, description: 'The tenant with its default account.', schema: tenantView },
    problems: ['tenant_not_found', 'account_not_found', 'tenant_changed'],
    handle: async ({ broker, tenant, body }) =>
      jsonResponse(toTenantView(await setDefaultAccount(broker, tenant, body), broker.clock.now())),
  }),
})
