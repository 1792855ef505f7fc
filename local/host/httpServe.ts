import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFailure, cutLateAnswer, guardHead } from './answer.ts'
import { joinHeaders, toTriggerMetadata } from './bindingData.ts'
import type { RegisteredFunction } from './core.ts'
import type { HttpOptions } from './http.ts'
import { readBody, toHttpData, traceOf, writeHttpAnswer } from './httpBuffered.ts'
import { handOver } from './httpStreamed.ts'
import { newInvocationId } from './invocation.ts'
import { pairingObstacle } from './pairing.ts'
import type { RouteValues } from './route.ts'
import { FunctionTimeoutError } from './runner.ts'
import { encodePath } from './target.ts'

/** A request matched to its function. */
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
 * Serves one call. A body with a declared length is read completely before the app runs; with HTTP streaming, a chunked
 * one streams, otherwise it's missing. A body over the limit gets 500, like any invocation failure that the host
 * answers itself.
 */
export async function serve(call: Call, options: HttpOptions): Promise<void> {
  const invocationId = newInvocationId()
  const functionName = call.fn.metadata.name
  const why = 'no answer began within 230 seconds'
  cutLateAnswer(call.response, () => options.unanswered.record({ functionName, invocationId, why }))
  try {
    const body = await readWhole(call.request, options.maxBodyBytes)
    if (options.app.streamListener) await serveStreamed(call, options, invocationId, body)
    else await serveBuffered(call, options, invocationId, body)
  } catch {
    answerFailure(call.response)
  }
}

/** Undefined if there is none or it has no declared length. */
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

/**
 * The host reads the invocation's result only after forwarding has ended, so it can't answer for the app: a request
 * that the app leaves open stays open on Azure; here, it's reported and cut off. A request that never reaches the
 * worker is answered once its invocation has failed; Azure's status for that is unknown, here it's 500.
 */
async function serveStreamed(
  call: Call,
  { app, runner, unanswered, maxBodyBytes }: HttpOptions,
  invocationId: string,
  body: Buffer | undefined,
): Promise<void> {
  const { fn, request, response, params, query, path } = call
  const listener = app.streamListener!
  const record = (why: string) => unanswered.record({ functionName: fn.metadata.name, invocationId, why })
  const isChunked = request.headers['transfer-encoding'] !== undefined
  const destroy = guardHead(response, body !== undefined || isChunked, () =>
    record('the app destroyed the answer before its head was sent, so the forwarder sends the request again'),
  )
  const obstacle = pairingObstacle(request, listener)
  const metadata = toTriggerMetadata({ query, headers: joinHeaders(request.rawHeaders), params, body })
  const run = runner.run(fn, { invocationId, data: { http: {} }, metadata, ...traceOf(request) })
  const url = `${encodePath(path, 'encoded')}${query}`
  const onTooLarge = () => answerFailure(response)
  if (!obstacle) {
    handOver({ listener, request, response, url, body, invocationId, maxBytes: maxBodyBytes, onTooLarge })
  }
  const failure = await run.then(() => undefined, toError)
  if (response.writableEnded || response.destroyed) return
  if (obstacle && !(failure instanceof FunctionTimeoutError)) return answerFailure(response)
  record(reasonOf(request, obstacle, failure))
  destroy()
}

function reasonOf(
  { headers }: IncomingMessage,
  obstacle: string | undefined,
  failure: Error | undefined,
): string {
  if (obstacle) return `the worker never got the request, since ${obstacle}`
  if (failure instanceof FunctionTimeoutError && headers['x-ms-invocation-id'] !== undefined) {
    return 'the worker got the request under the id that its caller sent as x-ms-invocation-id'
  }
  return failure ? `the invocation failed (${failure.message})` : 'the handler returned nothing'
}

const toError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))
