import * as z from 'zod'
import { accountView, viewAccount } from '../shared/accounts/list.ts'
import { accountName } from '../shared/domain/account.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/**
 * `GET /v1/tenants/{tenant}/accounts/{account}`: one account, by its id or its number. The function's name sorts
 * behind those of the routes whose last segment is a fixed word, because the host takes the first that matches.
 */
route('accountsSingle', 'v1/tenants/{tenant}/accounts/{account}', {
  GET: operation({
    id: 'getAccount',
    tag: 'accounts',
    summary: 'Get one of a tenant’s accounts, by its ID or number',
    role: 'Tenants.Manage',
    params: z.object({ account: accountName }),
    response: { status: 200, description: 'The account, as of the last discovery.', schema: accountView },
    problems: ['tenant_not_found', 'account_not_found'],
    handle: async ({ broker, tenant, params }) =>
      jsonResponse(await viewAccount(broker, tenant, params.account)),
  }),
})
