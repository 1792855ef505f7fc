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
import { FunctionTimeoutError } from './runner.ts'
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

/**
 * The host looks at the invocation only once the forwarding is over, so nobody answers for the app here: what it leaves
 * open stays open on Azure, and is told and cut instead. A request that never reaches the worker is answered once its
 * invocation has failed by itself; with which status Azure does that is not known, here with 500.
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
