import * as z from 'zod'
import { accountName } from '../shared/domain/account.ts'
import { answerJson } from '../shared/http/answers.ts'
import { wholeNumber } from '../shared/http/fields.ts'
import { operation, route } from '../shared/http/route.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { recordedVend } from '../shared/vend/recorded.ts'
import { longestMinValiditySeconds, vendAnswer } from '../shared/vend/vend.ts'

/** `GET /v1/tenants/{tenant}/token`: what the app needs to call Microsoft Advertising. */
route('token', 'v1/tenants/{tenant}/token', {
  GET: operation({
    summary: 'Vend a valid access token with everything else a call needs',
    role: 'Tokens.Vend',
    query: z.strictObject({
      minValidity: wholeNumber(0, longestMinValiditySeconds).optional(),
      accountId: accountName.optional(),
    }),
    answer: {
      status: 200,
      description: 'The credentials, IDs, headers, and hosts to use now.',
      schema: vendAnswer,
    },
    problems: vendProblems,
    handle: async ({ broker, caller, tenant, query }) => {
      const { minValidity: minValiditySeconds, accountId } = query
      const { vend } = recordedVend(broker, caller.app)
      return answerJson(await vend(tenant, { minValiditySeconds, accountId }))
    },
  }),
})
