import { accountsChoice, choiceResponse, chooseAccounts, maxChoiceBytes } from '../shared/accounts/choose.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/**
 * `PUT /v1/tenants/{tenant}/accounts/selection`: the accounts that may be vended, for apps with their own choice page.
 */
route('accountsSelection', 'v1/tenants/{tenant}/accounts/selection', {
  PUT: operation({
    id: 'chooseAccounts',
    tag: 'accounts',
    summary: 'Choose which accounts can be vended, and the default account',
    role: 'Tenants.Manage',
    body: accountsChoice,
    maxBodyBytes: maxChoiceBytes,
    limit: 'accountChoicesPerHour',
    response: {
      status: 200,
      description: 'How many accounts can be vended now, and the default.',
      schema: choiceResponse,
    },
    problems: ['tenant_not_found', 'account_not_found', 'tenant_changed'],
    handle: async ({ broker, tenant, body }) => jsonResponse(await chooseAccounts(broker, tenant, body)),
  }),
})
