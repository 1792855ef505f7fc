import * as z from 'zod'
import { accountsPage, listAccounts } from '../shared/accounts/list.ts'
import { pageQuery } from '../shared/http/fields.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET /v1/tenants/{tenant}/accounts`: the customers and accounts that the tenant can reach. */
route('accounts', 'v1/tenants/{tenant}/accounts', {
  GET: operation({
    id: 'listAccounts',
    tag: 'accounts',
    summary: 'List a tenant’s accounts, each with the customer through which the user reaches it',
    role: 'Tenants.Manage',
    query: pageQuery.extend({
      search: z.string().max(200).optional(),
      usable: z
        .enum(['true', 'false'])
        .transform((word) => word === 'true')
        .optional(),
    }),
    response: { status: 200, description: 'One page of accounts.', schema: accountsPage },
    problems: ['tenant_not_found'],
    handle: async ({ broker, tenant, query }) => jsonResponse(await listAccounts(broker, tenant, query)),
  }),
})
