import { createRequire } from 'node:module'

/**
 * The broker's part of the module that the Node worker supplies (azure-functions-nodejs-worker
 * `types-core/index.d.ts`).
 */
export interface FunctionsCore {
  setProgrammingModel(model: ProgrammingModel): void
  getProgrammingModel(): ProgrammingModel
}

/** Turns the host's messages into calls of handlers; `@azure/functions` supplies the usual one. */
export interface ProgrammingModel {
  readonly name: string
  readonly version: string
  getInvocationModel(invocation: CoreInvocation): InvocationModel | Promise<InvocationModel>
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>
}

/** An invocation, as the worker passes it to the model. */
export interface CoreInvocation {
  readonly invocationId: string
  readonly metadata: {
    readonly name?: string | null
    readonly bindings?: Readonly<Record<string, { readonly type?: string | null }>> | null
  }
  readonly request: object
  log(level: string, category: string, message: string): void
}

/** The three steps of an invocation, in the worker's order (`InvocationHandler.ts`). */
export interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], handler: unknown): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<unknown>
}

/**
 * Loads the worker's module, which exists only inside a worker; elsewhere (docs generator, unit tests) there
 * is none. The worker supports `require`, not `import` (`src/setupCoreModule.ts`).
 */
export function functionsCore(): FunctionsCore | undefined {
  try {
    return createRequire(`${process.cwd()}/`)('@azure/functions-core') as FunctionsCore
  } catch {
    return undefined
  }
}
