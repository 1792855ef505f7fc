import { jsonResponse, problemResponse } from '../shared/http/responses.ts'
import { type FailureStyle, operation, route } from '../shared/http/route.ts'
import { assertGrant } from '../shared/oauth/checkGrant.ts'
import { findCaller } from '../shared/oauth/findCaller.ts'
import { tokenAnswer, toTokenAnswer } from '../shared/oauth/tokenAnswer.ts'
import { tokenForm } from '../shared/oauth/tokenForm.ts'
import { oauthStatusOf, toOAuthError } from '../shared/oauth/toOAuthError.ts'
import { problems } from '../shared/problems.ts'
import { tokenProblems } from '../shared/vend/problems.ts'
import { vendAccessToken } from '../shared/vend/vendAccessToken.ts'

/** Clients of HTTP/1.0 caches (RFC 6749, section 5.1). */
const noCache = { Pragma: 'no-cache' }

const oauthErrors: FailureStyle = {
  statusOf: oauthStatusOf,
  response: 'OAuthError',
  respond(problem, requestId, request) {
    const { headers } = problemResponse(problem, requestId)
    const status = oauthStatusOf(problems[problem.code].status)
    const isBasic = /^Basic /i.test(request.headers.get('authorization') ?? '')
    return jsonResponse(toOAuthError(problem, requestId), status, {
      ...(headers as Record<string, string>),
      ...{ 'Content-Type': 'application/json; charset=utf-8', ...noCache },
      ...(status === 401 && isBasic && { 'WWW-Authenticate': 'Basic realm="apps"' }),
    })
  },
}

/** `POST /v1/tenants/{tenant}/oauth/token`: the vend in OAuth's shape, for tools that only know a token endpoint. */
route(
  'oauthToken',
  'v1/tenants/{tenant}/oauth/token',
  {
    POST: operation({
      id: 'requestToken',
      tag: 'vending',
      summary: 'Vend an access token to a tool that only knows an OAuth token endpoint',
      role: 'Tokens.Vend',
      body: tokenForm,
      bodyFormat: 'form',
      authenticate: findCaller,
      response: { status: 200, description: 'The tenant’s access token.', schema: tokenAnswer },
      problems: tokenProblems,
      handle: async ({ broker, caller, tenant, body }) => {
        assertGrant(body, tenant)
        const vended = await vendAccessToken(broker, tenant, caller.app)
        return jsonResponse(toTokenAnswer(vended, tenant, body.grant_type), 200, noCache)
      },
    }),
  },
  oauthErrors,
)
