import * as z from 'zod'
import { accountName, idOfCustomer } from '../shared/domain/account.ts'
import { wholeNumber } from '../shared/http/fields.ts'
import { writtenJsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { withUsageRecording } from '../shared/vend/usageRecording.ts'
import { maxRequestedValiditySeconds, vendResponse } from '../shared/vend/vend.ts'
import { writeVend } from '../shared/vend/writeVend.ts'

/** `GET /v1/tenants/{tenant}/token`: what the app needs to call Microsoft Advertising. */
route('token', 'v1/tenants/{tenant}/token', {
  GET: operation({
    id: 'vendToken',
    tag: 'vending',
    summary: 'Vend a valid access token with everything else a call needs',
    role: 'Tokens.Vend',
    query: z.strictObject({
      minValidity: wholeNumber(0, maxRequestedValiditySeconds).optional(),
      accountId: accountName.optional(),
      customerId: idOfCustomer
        .describe('One of the account’s `ways`. Default is the one with the strongest role.')
        .optional(),
    }),
    response: {
      status: 200,
      description: 'The credentials, IDs, headers, and hosts to use now.',
      schema: vendResponse,
    },
    problems: [...vendProblems, 'validity_not_available'],
    handle: async ({ broker, caller, tenant, query }) => {
      const { minValidity: minValiditySeconds, accountId, customerId } = query
      const { vend } = withUsageRecording(broker, caller.app)
      const vended = await vend(tenant, { minValiditySeconds, accountId, customerId })
      return writtenJsonResponse(writeVend(vended))
    },
  }),
})
