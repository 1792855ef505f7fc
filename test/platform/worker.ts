import { createServer, type IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createCore } from '../../local/host/core.ts'
import { supplyCoreModule } from '../../local/host/coreModule.ts'
import { createInvoke } from '../../local/host/invocation.ts'
import type { TypedData } from '../../local/host/rpc.ts'
import { listen } from '../../local/service.ts'

/**
 * The worker's side of the program: the built broker, the library's own HTTP server, and, instead of the worker's
 * gRPC channel `POST` on loopback, one invocation per call. Prints one line of JSON when it's ready.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))

/** The message from `Invocations.cs`. */
interface Invocation {
  readonly invocationId: string
  readonly functionName: string
  readonly triggerMetadata: Record<string, TypedData>
}

const core = createCore(({ level, message }) => process.stderr.write(`${level} ${message}\n`))
supplyCoreModule(core.api)
const appHookData = {}
createRequire(import.meta.url)(`${root}/dist/broker.cjs`)
await core.runHooks('appStart', { hookData: {}, appHookData, functionAppDirectory: root })
const capabilities = await core.programmingModel()?.getCapabilities?.({})
core.finishStartup()
const { functions } = core
const invoke = createInvoke({ folder: root, core, functions, appHookData, streamListener: undefined })

async function run(request: IncomingMessage): Promise<object> {
  const { functionName, invocationId, triggerMetadata }: Invocation = JSON.parse(await text(request))
  try {
    const data = { http: {} }
    await invoke(functions.get(functionName)!, { invocationId, data, metadata: triggerMetadata })
    return {}
  } catch (error) {
    return { error: String(error) }
  }
}

const server = createServer(async (request, response) => response.end(JSON.stringify(await run(request))))
const { origin } = await listen(server, { name: 'the worker’s channel', port: 0 })
const triggers = [...functions.values()].flatMap(({ metadata: { name, bindings } }) =>
  Object.values(bindings)
    .filter(({ type }) => type === 'httpTrigger')
    .map(({ methods, route }) => ({ name, methods, route })),
)
console.log(JSON.stringify({ invokeUri: origin, workerUri: capabilities?.HttpUri, functions: triggers }))
