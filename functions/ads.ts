import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import { isServiceName, serviceNames } from '../shared/advertising/services.ts'
import { guardHeaders } from '../shared/http/answers.ts'
import { tenantParams } from '../shared/http/fields.ts'
import { type HandledRequest, operation, route } from '../shared/http/route.ts'
import { passThrough } from '../shared/passthrough/passThrough.ts'
import { createSend } from '../shared/passthrough/send.ts'
import { wantedAccountOf } from '../shared/passthrough/wantedAccount.ts'
import { Problem } from '../shared/problems.ts'

const params = tenantParams.extend({ service: z.string(), path: z.string().default('') })

/** Connections to Microsoft Advertising outlive the call that opened them. */
const send = createSend()

const passed = operation({
  summary: 'Call Microsoft Advertising with the tenant’s credentials',
  role: 'Tokens.Vend',
  params,
  query: z.looseObject({}),
  readsBodyItself: true,
  answer: {
    status: 200,
    description:
      'Microsoft’s response, streamed. For a failure, `X-Diagnosis` names the cause. Chunked requests stream as well. The Functions host reads a request with `Content-Length` completely first, and itself answers 500 above its limit of 100 MiB.',
  },
  problems: [
    'route_not_found',
    'tenant_not_found',
    'account_not_found',
    'account_not_chosen',
    'tenant_not_connected',
    'confirmation_required',
    'reauthorization_required',
    'admin_consent_required',
    'environment_on_hold',
    'registration_refused',
    'unexpected_upstream_answer',
    'identity_provider_unavailable',
    'advertising_unavailable',
  ],
  handle: pass,
})

/** `ANY /v1/tenants/{tenant}/ads/{service}/{*path}`: the call itself, made here. */
route('ads', 'v1/tenants/{tenant}/ads/{service}/{*path}', {
  GET: passed,
  POST: passed,
  PUT: passed,
  PATCH: passed,
  DELETE: passed,
  HEAD: passed,
  OPTIONS: passed,
})

async function pass(
  request: Pick<
    HandledRequest<z.infer<typeof params>, unknown, unknown>,
    'broker' | 'caller' | 'params' | 'raw'
  >,
): Promise<HttpResponseInit> {
  const { broker, caller, raw } = request
  const { tenant, service, path } = request.params
  if (!isServiceName(service)) {
    throw new Problem('route_not_found', {
      detail: `Unknown service ${service.slice(0, 60)}. Services: ${serviceNames.join(', ')}.`,
    })
  }
  const { status, headers, body } = await passThrough(
    { ...broker, send },
    { workspace: caller.workspace, tenant },
    {
      service,
      path,
      query: new URL(raw.url).search,
      method: raw.method,
      headers: raw.headers,
      body: raw.body,
      ...wantedAccountOf(raw.headers),
    },
  )
  return {
    status,
    headers: { ...guardHeaders, ...headers },
    ...(body && { body }),
  }
}
