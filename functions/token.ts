import * as z from 'zod'
import { accountName } from '../shared/domain/account.ts'
import { answerJsonText } from '../shared/http/answers.ts'
import { wholeNumber } from '../shared/http/fields.ts'
import { operation, route } from '../shared/http/route.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { longestMinValiditySeconds, vendAnswer, writeVended } from '../shared/vend/vend.ts'

/** `GET /v1/tenants/{tenant}/token`: what the app needs to call Microsoft Advertising now. */
route('token', 'v1/tenants/{tenant}/token', {
  GET: operation({
    summary: 'Vend: a valid access token with everything else that a call needs',
    role: 'Tokens.Vend',
    query: z.strictObject({
      minValidity: wholeNumber(0, longestMinValiditySeconds).optional(),
      accountId: accountName.optional(),
    }),
    answer: {
      status: 200,
      description: 'The credentials, ids, headers and hosts to use now.',
      schema: vendAnswer,
    },
    problems: vendProblems,
    handle: async ({ broker, tenant, query }) => {
      const { minValidity: minValiditySeconds, accountId } = query
      return answerJsonText(writeVended(await broker.vend.vend(tenant, { minValiditySeconds, accountId })))
    },
  }),
})
