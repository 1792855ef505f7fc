import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFailure, guardHead } from './answer.ts'
import { joinHeaders, toTriggerMetadata } from './bindingData.ts'
import type { RegisteredFunction } from './core.ts'
import type { HttpOptions } from './http.ts'
import { readBody, toHttpData, traceOf, writeHttpAnswer } from './httpBuffered.ts'
import { handOver } from './httpStreamed.ts'
import { newInvocationId } from './invocation.ts'
import { pairingObstacle } from './pairing.ts'
import type { RouteValues } from './route.ts'
import { encodePath } from './target.ts'

/** A request that has found its function. */
export interface Call {
  readonly fn: RegisteredFunction
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly params: RouteValues
  /** Decoded. */
  readonly path: string
  readonly query: string
}

/**
 * Serves one call. A body that says its length is read whole before the app is asked; a chunked one streams with HTTP
 * streaming and is not there without. A body over the limit is 500, as the failure of any invocation that the host
 * itself answers for.
 */
export async function serve(call: Call, options: HttpOptions): Promise<void> {
  const invocationId = newInvocationId()
  try {
    const body = await readWhole(call.request, options.maxBodyBytes)
    if (options.app.streamListener) await serveStreamed(call, options, invocationId, body)
    else await serveBuffered(call, options, invocationId, body)
  } catch {
    answerFailure(call.response)
  }
}

/** Undefined when there is none or it does not say its length. */
async function readWhole(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const isChunked = request.headers['transfer-encoding'] !== undefined
  if (isChunked || !(Number(request.headers['content-length']) > 0)) return undefined
  return readBody(request, maxBytes)
}

async function serveBuffered(
  call: Call,
  { runner }: HttpOptions,
  invocationId: string,
  body: Buffer | undefined,
): Promise<void> {
  const { fn, request, response, params, query } = call
  request.resume()
  const {
    method = 'GET',
    headers: { host = '' },
    rawHeaders,
  } = request
  const headers = joinHeaders(rawHeaders)
  const path = encodePath(call.path, 'kept')
  const http = toHttpData({ method, host, path, query, headers, params, body })
  const metadata = toTriggerMetadata({ query, headers, params, body })
  const answer = await runner.run(fn, { invocationId, data: { http }, metadata, ...traceOf(request) })
  writeHttpAnswer(answer, response)
}

/** Nobody answers for the app here: what it leaves open stays open on Azure, and is told and cut instead. */
async function serveStreamed(
  call: Call,
  { app, runner, unanswered, maxBodyBytes }: HttpOptions,
  invocationId: string,
  body: Buffer | undefined,
): Promise<void> {
  const { fn, request, response, params, query, path } = call
  const isChunked = request.headers['transfer-encoding'] !== undefined
  const record = (why: string) => unanswered.record({ functionName: fn.metadata.name, invocationId, why })
  const destroy = guardHead(response, body !== undefined || isChunked, () =>
    record('the app destroyed the answer before its head was sent, so the forwarder sends the request again'),
  )
  const leave = (why: string) => {
    record(why)
    destroy()
  }
  const obstacle = pairingObstacle(request)
  if (obstacle) return leave(`the worker never gets to know this request, since ${obstacle}`)
  const metadata = toTriggerMetadata({ query, headers: joinHeaders(request.rawHeaders), params, body })
  const run = runner.run(fn, { invocationId, data: { http: {} }, metadata, ...traceOf(request) })
  handOver({
    listener: app.streamListener!,
    request,
    response,
    url: `${encodePath(path, 'encoded')}${query}`,
    body,
    invocationId,
    maxBytes: maxBodyBytes,
    onTooLarge: () => answerFailure(response),
  })
  const failure = await run.then(() => undefined, describe)
  if (!response.writableEnded && !response.destroyed) leave(failure ?? 'the handler returned nothing')
}

const describe = (error: unknown) =>
  `the invocation failed (${error instanceof Error ? error.message : error})`
