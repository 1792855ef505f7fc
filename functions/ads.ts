import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import { isServiceName, serviceNames } from '../shared/advertising/services.ts'
import { readArriving } from '../shared/domain/clientLeft.ts'
import type { HandledRequest } from '../shared/http/checkRequest.ts'
import { problemWithStatus, withGuardHeaders } from '../shared/http/responses.ts'
import { type FailureStyle, operation, route } from '../shared/http/route.ts'
import { passThrough } from '../shared/passthrough/passThrough.ts'
import { readRequestedAccount } from '../shared/passthrough/requestedAccount.ts'
import { createUpstreamSender } from '../shared/passthrough/send.ts'
import { Problem, problems } from '../shared/problems.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { withUsageRecording } from '../shared/vend/usageRecording.ts'

const params = z.object({ service: z.string(), path: z.string().default('') })

/** Connections to Microsoft Advertising outlive the call that opened them. */
const send = createUpstreamSender()

const passed = operation({
  id: 'callAdvertising',
  tag: 'passThrough',
  summary: 'Call Microsoft Advertising with the tenant’s credentials',
  role: 'Tokens.Vend',
  params,
  query: z.looseObject({}),
  readsBodyItself: true,
  passesBody: true,
  limit: 'advertisingCallsPerMinute',
  response: {
    status: 200,
    content: 'any',
    headers: ['TrackingId', 'X-Diagnosis'],
    description:
      'Microsoft’s response, streamed. For a failure, `X-Diagnosis` names the cause. Chunked requests stream as well. The Functions host reads a request with `Content-Length` completely first, and itself answers 500 above its limit of 100 MiB.',
  },
  problems: [...vendProblems, 'route_not_found', 'too_many_requests', 'advertising_unavailable'],
  handle: pass,
})

/**
 * Microsoft's .NET SDK reads any 404 as a service that doesn't exist: it returns null, and doesn't call that service
 * again for an hour, for any tenant of its process (decision 0030).
 */
const statusOf = (status: number) => (status === 404 ? 403 : status)
const withoutNotFound: FailureStyle = {
  statusOf,
  response: 'MicrosoftAnswers',
  otherStatuses: [429, 'default'],
  respond: (problem, requestId) =>
    problemWithStatus(problem, statusOf(problems[problem.code].status), requestId),
}

/** `ANY /v1/tenants/{tenant}/ads/{service}/{*path}`: makes the call on the tenant's behalf. */
route(
  'ads',
  'v1/tenants/{tenant}/ads/{service}/{*path}',
  {
    POST: passed,
    GET: { ...passed, id: 'callAdvertisingWithGet' },
    PUT: { ...passed, id: 'callAdvertisingWithPut' },
    PATCH: { ...passed, id: 'callAdvertisingWithPatch' },
    DELETE: { ...passed, id: 'callAdvertisingWithDelete' },
    HEAD: { ...passed, id: 'callAdvertisingWithHead' },
    OPTIONS: { ...passed, id: 'callAdvertisingWithOptions' },
  },
  withoutNotFound,
)

async function pass(
  request: Pick<
    HandledRequest<z.infer<typeof params>, unknown, unknown>,
    'broker' | 'caller' | 'tenant' | 'params' | 'raw'
  >,
): Promise<HttpResponseInit> {
  const { broker, caller, tenant, raw } = request
  const { service, path } = request.params
  if (!isServiceName(service)) {
    throw new Problem('route_not_found', {
      detail: `Unknown service ${service.slice(0, 60)}. Services: ${serviceNames.join(', ')}.`,
    })
  }
  const vend = withUsageRecording(broker, caller.app)
  const { status, headers, body } = await passThrough({ ...broker, vend, send }, tenant, {
    service,
    path,
    query: new URL(raw.url).search,
    method: raw.method,
    headers: raw.headers,
    body: raw.body && readArriving(raw.body),
    ...readRequestedAccount(raw.headers),
  })
  return {
    status,
    headers: withGuardHeaders(headers),
    ...(body && { body }),
  }
}
