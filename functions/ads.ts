import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import { isServiceName, serviceNames } from '../shared/advertising/services.ts'
import type { HandledRequest } from '../shared/http/accept.ts'
import { guardHeaders } from '../shared/http/answers.ts'
import { operation, route } from '../shared/http/route.ts'
import { passThrough } from '../shared/passthrough/passThrough.ts'
import { createSend } from '../shared/passthrough/send.ts'
import { wantedAccountOf } from '../shared/passthrough/wantedAccount.ts'
import { Problem } from '../shared/problems.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { recordedVend } from '../shared/vend/recorded.ts'

const params = z.object({ service: z.string(), path: z.string().default('') })

/** Connections to Microsoft Advertising outlive the call that opened them. */
const send = createSend()

const passed = operation({
  summary: 'Pass a call on to Microsoft Advertising with the tenant’s credentials',
  role: 'Tokens.Vend',
  params,
  query: z.looseObject({}),
  readsBodyItself: true,
  answer: {
    status: 200,
    description:
      'Whatever Microsoft answers, streamed; of a failure, `X-Diagnosis` says the cause. A chunked request streams too; one with `Content-Length` is read whole by the Functions host first, which answers 500 itself above its limit (100 MiB).',
  },
  problems: [...vendProblems, 'route_not_found', 'advertising_unavailable'],
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
    'broker' | 'caller' | 'tenant' | 'params' | 'raw'
  >,
): Promise<HttpResponseInit> {
  const { broker, caller, tenant, raw } = request
  const { service, path } = request.params
  if (!isServiceName(service)) {
    throw new Problem('route_not_found', {
      detail: `There is no service ${service.slice(0, 60)}; there are ${serviceNames.join(', ')}.`,
    })
  }
  const vend = recordedVend(broker, caller.app)
  const { status, headers, body } = await passThrough({ ...broker, vend, send }, tenant, {
    service,
    path,
    query: new URL(raw.url).search,
    method: raw.method,
    headers: raw.headers,
    body: raw.body,
    ...wantedAccountOf(raw.headers),
  })
  return {
    status,
    headers: { ...guardHeaders, ...headers },
    ...(body && { body }),
  }
}
