/**
 * The messages between a Functions host and the Node.js programming model, limited to those that HTTP, timer,
 * and queue triggers need them. Names are those of the worker's protocol (azure-functions-language-worker-protobuf),
 * as `@azure/functions` reads and writes them.
 */

/** An input or output value; exactly one member is set. */
export interface TypedData {
  readonly string?: string
  readonly json?: string
  readonly bytes?: Uint8Array
  readonly int?: number
  readonly double?: number
  readonly http?: HttpData
}

/** A value that can be missing from a map. */
export interface NullableString {
  readonly value: string
}

/** An incoming HTTP request or an outgoing answer. */
export interface HttpData {
  readonly method?: string
  readonly url?: string
  readonly nullableHeaders?: Record<string, NullableString>
  readonly nullableParams?: Record<string, NullableString>
  readonly nullableQuery?: Record<string, NullableString>
  readonly body?: TypedData | null | undefined
  readonly statusCode?: string
  readonly headers?: Record<string, string>
  readonly cookies?: readonly HttpCookie[]
}

/** A cookie of an answer; optional attributes are wrapped. */
export interface HttpCookie {
  readonly name: string
  readonly value: string
  readonly domain?: { readonly value?: string | null } | null
  readonly path?: { readonly value?: string | null } | null
  readonly expires?: { readonly value?: Date | { seconds?: number } | null } | null
  readonly secure?: { readonly value?: boolean | null } | null
  readonly httpOnly?: { readonly value?: boolean | null } | null
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone'
  readonly maxAge?: { readonly value?: number | null } | null
}

/** A trigger, input, or output of a function, with the members of its kind (`route`, `schedule`, `queueName`, …). */
export interface Binding {
  readonly type: string
  readonly direction: 'in' | 'out' | 'inout'
  readonly name?: string
  readonly [setting: string]: unknown
}

/** The metadata with which the app registered a function. */
export interface FunctionMetadata {
  readonly name: string
  readonly bindings: Record<string, Binding>
}

/** The app's handler, or the replacement from a pre-invocation hook. */
export type FunctionCallback = (...inputs: unknown[]) => unknown

/** The message that starts an invocation. */
export interface InvocationRequest {
  readonly invocationId: string
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[]
  readonly triggerMetadata: Record<string, TypedData>
  readonly traceContext: TraceContext
}

/** W3C trace context of an invocation. */
export interface TraceContext {
  readonly traceParent: string
  readonly traceState?: string
  readonly attributes: Record<string, string>
}

/** The result of an invocation. */
export interface InvocationResponse {
  readonly invocationId: string
  readonly returnValue?: TypedData | null
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[]
}

/** Levels of a log entry, least urgent first. */
export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none'

/** The source of a log entry: the app, or the host and the library. */
export type LogCategory = 'user' | 'system' | 'customMetric'

/** The programming model's context of an invocation. */
export interface CoreInvocationContext {
  readonly invocationId: string
  readonly request: InvocationRequest
  readonly metadata: FunctionMetadata
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined
  log(level: LogLevel, category: LogCategory, message: string): void
}

/** The library's own handling of an invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], handler: FunctionCallback): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>
}

/** The argument of `setProgrammingModel` from `@azure/functions`. */
export interface ProgrammingModel {
  readonly name: string
  readonly version: string
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>
}

/** A hook of the app, with a context object that all hooks of one event share. */
export type HookCallback = (context: Record<string, unknown>) => unknown
