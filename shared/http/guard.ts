import { invalidField, Problem } from '../problems.ts'
import { type Exchange, findExchange, openExchanges, startAndTrackExchanges } from './exchanges.ts'
import type { CoreInvocation, FunctionsCore, InvocationModel, ProgrammingModel } from './functionsCore.ts'
import { problemResponse } from './responses.ts'

/**
 * Request and invocation reach the worker within milliseconds of each other; after this time, the other part won't
 * arrive.
 */
const pairingSeconds = 10

/** Azure's load balancer gives up if an answer hasn't started after 230 s (functions-scale, "timeout"). */
const handlerSeconds = 230

/**
 * An answer that is still being read then is cut off. At `functionTimeout` (host.json, 10 minutes), the host would stop
 * the worker, and with it the requests of others.
 */
const exchangeSeconds = 540

/** The library already has the request; it may have lost it to a second one with the same id. */
const refusalSeconds = 1

const everySecond = 1000

/**
 * Ensures that each HTTP invocation ends, regardless of the client, the host's forwarder, and the handler.
 *
 * With HTTP streaming, the host forwards a request to a server in the worker, and reads the invocation's result only
 * once that forwarding has ended (azure-functions-host `GrpcWorkerChannel.InvokeResponse`). A request that never
 * arrives, arrives under another id, or isn't answered completely would keep its caller waiting for minutes, and at
 * `functionTimeout` stop the worker and all its requests. So an invocation whose request doesn't arrive fails, a
 * request without an invocation is refused, and a failed invocation ends its answer, with a 500 or, if the answer has
 * started, by cutting it off.
 *
 * Must be called after the app's functions are registered, because the library sets its own model then.
 * @returns a function that stops the guard's timer.
 */
export function guardInvocations(core: FunctionsCore): () => void {
  const model = core.getProgrammingModel()
  const waiting = new Set<PendingStep>()
  core.setProgrammingModel({
    name: model.name,
    version: model.version,
    getInvocationModel: async (invocation) => {
      const inner = await model.getInvocationModel(invocation)
      return isHttp(invocation) ? guarded(inner, invocation, waiting) : inner
    },
    getCapabilities: (capabilities) =>
      startAndTrackExchanges(
        async () => (await model.getCapabilities?.(capabilities)) ?? capabilities,
        (exchange) => void refuse(model, waiting, exchange),
      ),
  })
  const timer = setInterval(() => endOverdue(model, waiting), everySecond).unref()
  return () => clearInterval(timer)
}

/** A step of an invocation with a time limit. */
interface PendingStep {
  readonly until: number
  readonly giveUp: () => void
}

function isHttp({ metadata }: CoreInvocation): boolean {
  return Object.values(metadata.bindings ?? {}).some(({ type }) => type?.toLowerCase() === 'httptrigger')
}

function guarded(
  inner: InvocationModel,
  { invocationId }: CoreInvocation,
  waiting: Set<PendingStep>,
): InvocationModel {
  const ending = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step()
    } catch (error) {
      endExchange(invocationId)
      throw error
    }
  }
  return {
    getArguments: () =>
      ending(async () => {
        const found = await withTimeout(waiting, pairingSeconds, () => inner.getArguments())
        const exchange = findExchange(invocationId)
        if (exchange) exchange.isPaired = true
        return found
      }),
    invokeFunction: (context, inputs, handler) =>
      ending(() =>
        withTimeout(waiting, handlerSeconds, () => inner.invokeFunction(context, inputs, handler)),
      ),
    getResponse: (context, result) =>
      ending(async () => {
        const response = await inner.getResponse(context, result)
        // A handler that returned nothing hasn't answered.
        if (findExchange(invocationId)?.response.writableEnded === false) endExchange(invocationId)
        return response
      }),
  }
}

/** One timer serves all steps: with a timer for each step, every vend would need two. */
async function withTimeout<T>(
  waiting: Set<PendingStep>,
  seconds: number,
  step: () => Promise<T>,
): Promise<T> {
  let late: PendingStep | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`The invocation made no progress for ${seconds} s.`))
    late = { until: performance.now() + seconds * 1000, giveUp }
    waiting.add(late)
  })
  try {
    return await Promise.race([step(), tooLate])
  } finally {
    if (late) waiting.delete(late)
  }
}

function endOverdue(model: ProgrammingModel, waiting: Set<PendingStep>): void {
  const now = performance.now()
  for (const each of waiting) if (each.until <= now) each.giveUp()
  for (const exchange of openExchanges()) {
    if (exchange.cameAt + pairingSeconds * 1000 > now) return
    if (exchange.cameAt + exchangeSeconds * 1000 <= now) cut(exchange)
    else if (!exchange.isPaired) void refuse(model, waiting, exchange)
  }
}

/** Also an answer that has been written whole, but whose reader hasn't taken it. */
function cut(exchange: Exchange): void {
  if (exchange.response.headersSent) exchange.response.destroy()
  else end(exchange, new Problem('internal_error'))
}

/** An answer that hasn't started becomes a 500; one that has is cut off, which the client notices. */
function endExchange(invocationId: string): void {
  const exchange = findExchange(invocationId)
  if (exchange) end(exchange, new Problem('internal_error'))
}

function end({ invocationId, response }: Exchange, problem: Problem): void {
  if (response.writableEnded) return
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  const { status, headers, body } = completeResponse(problem, invocationId)
  response.writeHead(status, headers).end(body)
}

/**
 * Includes the length, so the caller knows where the answer ends: the invocation fails after it, and the host then cuts
 * the connection.
 */
function completeResponse(problem: Problem, invocationId: string) {
  const { status = 500, headers, body } = problemResponse(problem, invocationId)
  const length = { 'Content-Length': String(Buffer.byteLength(String(body))) }
  return { status, headers: { ...(headers as Record<string, string>), ...length }, body: String(body) }
}

/**
 * Answers a request that no invocation takes: the client sent its own invocation id, which the host forwards
 * instead of the right one (`DefaultHttpProxyService.StartForwarding`). Answers through the library, which would
 * otherwise keep the request forever.
 */
async function refuse(model: ProgrammingModel, waiting: Set<PendingStep>, exchange: Exchange): Promise<void> {
  exchange.isPaired = true
  const { invocationId } = exchange
  const problem = invalidField('header', 'x-ms-invocation-id', 'must not be sent: the Functions host sets it')
  try {
    const invocation = await model.getInvocationModel(toInvocation(invocationId))
    const { context } = await withTimeout(waiting, refusalSeconds, () => invocation.getArguments())
    await invocation.getResponse(context, completeResponse(problem, invocationId))
  } catch {
    end(exchange, problem)
  }
}

/** An invocation that only answers a request, as the library reads it (`src/InvocationModel.ts`). */
function toInvocation(invocationId: string): CoreInvocation {
  const request = { inputData: [{ name: 'request', data: { http: {} } }], triggerMetadata: {} }
  const bindings = {
    request: { type: 'httpTrigger', direction: 'in' },
    $return: { type: 'http', direction: 'out' },
  }
  return { invocationId, request, metadata: { name: 'refused', bindings }, log: () => undefined }
}
