import { invalidField, Problem } from '../problems.ts'
import { type Exchange, findExchange, openExchanges, startAndTrackExchanges } from './exchanges.ts'
import type { CoreInvocation, FunctionsCore, InvocationModel, ProgrammingModel } from './functionsCore.ts'
import { problemResponse } from './responses.ts'

/** Request and invocation reach the worker within milliseconds of each other; what is alone after so long stays alone. */
const pairingSeconds = 10

/** Azure's load balancer gives up on an answer that has not begun after 230 s (functions-scale, "timeout"). */
const handlerSeconds = 230

/** The library has the request already; it may have lost it to a second one of the same id. */
const refusalSeconds = 1

const everySecond = 1000

/**
 * Sees to it that each HTTP invocation ends, whatever the client, the host's forwarder or a handler does.
 *
 * With HTTP streaming the host forwards a request to a server in the worker, and looks at the invocation's result only
 * once that forwarding is over (azure-functions-host `GrpcWorkerChannel.InvokeResponse`). A request that never arrives,
 * arrives under another id, or is not answered to its end would hold its caller for minutes, and at `functionTimeout`
 * take the worker down with everything in it. So: an invocation whose request does not arrive fails, a request without
 * an invocation is refused, and an invocation that fails ends its answer, with 500 or, once that has begun, with a cut.
 *
 * Called once the app's functions are registered, since the library sets its own model then.
 * @returns ends the guard's own timer.
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

/** A step of an invocation that must end in time. */
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
        // A handler that returned nothing has answered nothing.
        if (findExchange(invocationId)?.response.writableEnded === false) endExchange(invocationId)
        return response
      }),
  }
}

/** By one timer for all: a timer of its own for each step would cost every vend two. */
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
    if (!exchange.isPaired) void refuse(model, waiting, exchange)
  }
}

/** An answer that has not begun becomes a 500; one that has is cut, which the client sees. */
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

/** With its length, so that the caller knows its end: the invocation fails after it, and the host then cuts the connection. */
function completeResponse(problem: Problem, invocationId: string) {
  const { status = 500, headers, body } = problemResponse(problem, invocationId)
  const length = { 'Content-Length': String(Buffer.byteLength(String(body))) }
  return { status, headers: { ...(headers as Record<string, string>), ...length }, body: String(body) }
}

/**
 * Answers a request that no invocation takes: the client sent an invocation id of its own, which the host forwards in
 * place of the right one (`DefaultHttpProxyService.StartForwarding`). Through the library, which would otherwise keep
 * the request forever.
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
