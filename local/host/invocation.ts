import { randomUUID } from 'node:crypto'
import type { LoadedApp } from './app.ts'
import type { RegisteredFunction } from './core.ts'
import type { CoreInvocationContext, InvocationRequest, InvocationResponse, TypedData } from './rpc.ts'

/** A trigger's data for an invocation. */
export interface TriggerEvent {
  readonly invocationId: string
  readonly data: TypedData
  /** Values besides the trigger's own, for example a message's dequeue count. */
  readonly metadata?: Record<string, TypedData>
  /** W3C headers of the caller; without them, a new trace starts. */
  readonly traceParent?: string | undefined
  readonly traceState?: string | undefined
}

/** Runs an invocation of a function; rejects with the error of the handler or a hook. */
export type Invoke = (fn: RegisteredFunction, event: TriggerEvent) => Promise<InvocationResponse>

/** A new invocation id: a GUID, as on the real host. */
export const newInvocationId: () => string = randomUUID

/**
 * Creates the runner of invocations for an app.
 * The order is the worker's (`src/eventHandlers/InvocationHandler.ts`): arguments, pre-invocation hooks, handler,
 * post-invocation hooks (which may replace result or error), answer.
 */
export function createInvoke(app: LoadedApp): Invoke {
  return async (fn, event) => {
    const model = app.core.programmingModel()
    if (!model) throw new Error('The app has set no programming model.')
    const { context: coreContext, bindContext } = createCoreContext(app, fn, event)
    const invocation = await model.getInvocationModel(coreContext)
    const { context, inputs } = await invocation.getArguments()
    bindContext(context)
    const shared = { hookData: {}, appHookData: app.appHookData, invocationContext: context }

    const before = { ...shared, functionCallback: fn.callback, inputs }
    coreContext.state = 'preInvocationHooks'
    await app.core.runHooks('preInvocation', before)

    const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown }
    coreContext.state = 'invocation'
    try {
      after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback)
    } catch (error) {
      // A handler may throw any value, even undefined: it still failed.
      after.error = error ?? new Error('Unknown error')
    }
    coreContext.state = 'postInvocationHooks'
    await app.core.runHooks('postInvocation', after)
    coreContext.state = undefined
    if (after.error !== null && after.error !== undefined) throw after.error
    return invocation.getResponse(context, after.result)
  }
}

function createCoreContext(app: LoadedApp, { metadata }: RegisteredFunction, event: TriggerEvent) {
  const { invocationId } = event
  const entry = { functionName: metadata.name, invocationId }
  let invocationContext: unknown
  const context: CoreInvocationContext = {
    invocationId,
    metadata,
    state: undefined,
    request: toRequest(metadata.bindings, event),
    log: (level, category, message) =>
      app.core.log({ ...entry, level, category, message }, invocationContext),
  }
  const bindContext = (value: unknown) => {
    invocationContext = value
  }
  return { context, bindContext }
}

function toRequest(bindings: Record<string, { type: string }>, event: TriggerEvent): InvocationRequest {
  const trigger = Object.keys(bindings).find((name) => isTrigger(bindings[name]!.type))!
  return {
    invocationId: event.invocationId,
    inputData: [{ name: trigger, data: event.data }],
    triggerMetadata: event.metadata ?? {},
    traceContext: {
      traceParent: continueTrace(event.traceParent),
      ...(event.traceState ? { traceState: event.traceState } : {}),
      attributes: {},
    },
  }
}

/** Whether a binding's type names a trigger; the library's own rule. */
export const isTrigger = (type: string): boolean => /trigger$/i.test(type)

const traceParentPattern = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/

/** Ids are cut from UUIDs, because Node.js caches random bytes for those. */
function continueTrace(traceParent: string | undefined): string {
  const caller = traceParent ? traceParentPattern.exec(traceParent) : null
  const traceId = caller?.[1] ?? randomUUID().replaceAll('-', '')
  const spanId = randomUUID().replaceAll('-', '').slice(16)
  return `00-${traceId}-${spanId}-${caller?.[2] ?? '01'}`
}
