import type { LoadedApp } from './app.ts'
import type { RegisteredFunction } from './core.ts'
import { createInvoke, type TriggerEvent } from './invocation.ts'
import type { WriteOutputs } from './outputs.ts'
import type { InvocationResponse } from './rpc.ts'

/** Runs invocations completely: with time limit, output bindings, and one log line each. */
export interface Runner {
  /** Rejects with the handler's error, after logging it. */
  run(fn: RegisteredFunction, event: TriggerEvent): Promise<InvocationResponse>
}

/** An invocation that ran longer than `functionTimeout`. */
export class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError'
}

/**
 * Creates the runner for an app.
 * @param options `timeoutSeconds`: `host.json` `functionTimeout`; undefined means no limit. `onTimeout` is called,
 *   after the
 * log, for each invocation that exceeds it.
 */
export function createRunner(
  app: LoadedApp,
  options: {
    readonly timeoutSeconds: number | undefined
    readonly writeOutputs: WriteOutputs
    onTimeout(error: FunctionTimeoutError): void
  },
): Runner {
  const invoke = createInvoke(app)

  const perform = async (fn: RegisteredFunction, event: TriggerEvent) => {
    const startedAt = performance.now()
    try {
      const answer = await withTimeout(invoke(fn, event), fn, options.timeoutSeconds)
      await options.writeOutputs(fn, answer)
      logEnd(app, fn, event, startedAt)
      return answer
    } catch (error) {
      logEnd(app, fn, event, startedAt, error)
      // After all callers that await the invocation, because it ends the process.
      if (error instanceof FunctionTimeoutError) setImmediate(() => options.onTimeout(error))
      throw error
    }
  }

  return { run: perform }
}

function withTimeout<Result>(work: Promise<Result>, fn: RegisteredFunction, seconds: number | undefined) {
  if (seconds === undefined) return work
  return new Promise<Result>((resolve, reject) => {
    const message = `${fn.metadata.name} ran longer than functionTimeout allows (${seconds} s).`
    const timer = setTimeout(() => reject(new FunctionTimeoutError(message)), seconds * 1000)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function logEnd(
  app: LoadedApp,
  fn: RegisteredFunction,
  event: TriggerEvent,
  startedAt: number,
  ...failure: unknown[]
) {
  const duration = `${(performance.now() - startedAt).toFixed(1)} ms`
  const failed = failure.length > 0
  app.core.log({
    level: failed ? 'error' : 'information',
    category: 'host',
    functionName: fn.metadata.name,
    invocationId: event.invocationId,
    message: failed ? `failed after ${duration}: ${describe(failure[0])}` : `succeeded in ${duration}`,
  })
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
