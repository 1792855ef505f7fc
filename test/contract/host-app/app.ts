import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web'
import { setImmediate } from 'node:timers/promises'
import { app, type HttpRequest, type InvocationContext, output } from '@azure/functions'
// @ts-expect-error: the host supplies it
import * as core from '@azure/functions-core'
import type { CoreInvocationContext, InvocationModel, ProgrammingModel } from '../../../local/host/rpc.ts'
import { withBackpressure } from '../../../shared/http/backpressure.ts'

app.setup({ enableHttpStream: process.env.STREAM === 'yes' })

const say = (name: string) => (request: HttpRequest) => ({ jsonBody: { name, params: request.params } })
const get = (name: string, route: string) => app.get(name, { route, handler: say(name) })

get('tenant', 'v1/tenants/{tenant}')
get('tenants', 'v1/tenants/list')
get('numbered', 'v1/tenants/{id:int}')
get('z_everything', 'v1/{*rest}')
get('optional', 'pages/{page?}')
app.http('service', { route: 'v1/tenants/{tenant}/ads/{service}/{*path}', handler: say('service') })
app.http('named', { methods: ['GET', 'HEAD'], handler: say('named') })
app.http('guarded', { authLevel: 'function', methods: ['GET'], handler: say('guarded') })
app.http('operated', { authLevel: 'admin', methods: ['GET'], handler: say('operated') })

app.http('echo', {
  methods: ['POST', 'PUT'],
  handler: async (request) => ({
    body: await request.arrayBuffer(),
    headers: { 'content-type': 'application/octet-stream', 'x-seen': request.headers.get('x-sent') ?? '' },
  }),
})

app.http('pipe', {
  route: 'ads/pipe',
  methods: ['POST'],
  handler: ({ body }, { invocationId }) => ({ body: body && paced(invocationId, body as never) }),
})

app.get('flood', {
  route: 'ads/flood',
  handler: (request, context) => {
    const source = flood(Number(request.query.get('chunks')), () => context.log('the source is ended'))
    return { body: paced(context.invocationId, source as never) }
  },
})

app.http('mirror', {
  route: 'mirror/{tenant}/{rest?}',
  methods: ['GET', 'POST'],
  handler: async ({ url, method, params, headers, body }, context) => {
    context.log('mirror is asked')
    const pieces: string[] = []
    for await (const piece of body ?? []) pieces.push(new TextDecoder().decode(piece as Uint8Array))
    return { jsonBody: { url, method, params, headers: Object.fromEntries(headers), body: pieces } }
  },
})

/** Accepts requests that the library's server wouldn't, and fails an invocation whose request doesn't arrive. */
function guard() {
  subscribe('tracing:net.server.listen:asyncStart', (message) => {
    const { server } = message as { server: Server }
    Object.assign(server, { maxHeaderSize: 65_536 })
    server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  })
  const model = core.getProgrammingModel() as ProgrammingModel
  const getInvocationModel = async (context: CoreInvocationContext): Promise<InvocationModel> => {
    const inner = await model.getInvocationModel(context)
    const getArguments = async () => {
      const found = inner.getArguments()
      await setImmediate()
      if (!answers.has(context.invocationId)) throw new Error('the request does not come')
      return found
    }
    const invokeFunction = inner.invokeFunction.bind(inner)
    return { getArguments, invokeFunction, getResponse: inner.getResponse.bind(inner) }
  }
  const getCapabilities = async (capabilities: Record<string, string>) =>
    (await model.getCapabilities?.(capabilities)) ?? capabilities
  core.setProgrammingModel({ name: model.name, version: model.version, getInvocationModel, getCapabilities })
}

/** Every answer that the library still holds. */
const answers = new Map<string, ServerResponse>()
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  const id = request.headers['x-ms-invocation-id']
  if (typeof id === 'string') answers.set(id, response)
})

/** A body at its reader's pace; unchanged without streams. */
function paced(invocationId: string, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const answer = answers.get(invocationId)
  return answer ? withBackpressure(answer, body as never) : body
}

/** A source that breaks off after its first chunk. */
function brokenBody(): ReadableStream<Uint8Array> {
  let sent = 0
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      if (sent++ === 0) return controller.enqueue(new Uint8Array(10))
      await setImmediate()
      throw new Error('the source broke off')
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** The result of a plain JavaScript handler without a return. */
const nothing = undefined as unknown as object

/** A source of endless 64 KiB chunks, on demand. */
function flood(chunks: number, cancel: () => void): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ === chunks) controller.close()
      else controller.enqueue(new Uint8Array(65_536).fill(7))
    },
    cancel,
  })
}

app.get('memory', { handler: () => ({ jsonBody: process.memoryUsage().rss }) })

app.get('cookies', {
  handler: () => ({
    status: 302,
    headers: { location: '/elsewhere' },
    cookies: [
      { name: 'a', value: '1', httpOnly: true, path: '/', sameSite: 'Lax' as const },
      { name: 'b', value: '2', maxAge: 60 },
    ],
  }),
})

app.get('query', {
  handler: (request) => ({ jsonBody: { url: request.url, q: request.query.get('q') } }),
})
app.get('nothing', { handler: async () => nothing })
app.get('odd', { handler: () => ({ status: 999 }) })
app.get('broken', {
  handler: () => ({ body: brokenBody() as never }),
})
app.get('cut', {
  route: 'ads/cut',
  handler: (_request, { invocationId }) => {
    answers.get(invocationId)?.destroy()
    throw new Error('the answer is destroyed')
  },
})
app.get('failing', {
  handler: () => {
    throw new Error('on purpose')
  },
})
app.get('slow', { handler: () => new Promise<object>(() => {}) })

app.hook.appStart((context) => {
  context.hookData.started = true
  console.log('hook: app started')
})
app.hook.appTerminate(() => console.log('hook: app terminated'))
app.hook.preInvocation((context) => {
  context.hookData.seen = context.invocationContext.functionName
})
app.hook.postInvocation((context) => {
  if (context.hookData.seen === 'hooked') context.result = { jsonBody: { hook: 'answered' } }
})
app.get('hooked', { handler: () => ({ body: 'replaced by the hook' }) })

app.get('context', {
  handler: (_request, context: InvocationContext) => {
    context.warn('a warning from the app')
    const { invocationId, functionName, traceContext } = context
    return { jsonBody: { invocationId, functionName, traceParent: traceContext?.traceParent } }
  },
})

app.get('late', {
  handler: () => {
    app.get('tooLate', { handler: () => ({}) })
    return {}
  },
})

app.timer('tick', {
  schedule: '%TICK_SCHEDULE%',
  useMonitor: false,
  handler: (timer, context) => context.log(`ticked, past due ${timer.isPastDue}`),
})

if (process.env.AzureWebJobsStorage) {
  const work = output.storageQueue({ queueName: 'work', connection: 'AzureWebJobsStorage' })
  app.http('enqueue', {
    methods: ['POST'],
    extraOutputs: [work],
    handler: async (request, context) => {
      context.extraOutputs.set(work, await request.json())
      return { status: 202 }
    },
  })
  app.storageQueue('worker', {
    queueName: '%QUEUE_NAME%',
    connection: 'AzureWebJobsStorage',
    handler: (message, context) => {
      context.log(`got ${JSON.stringify(message)}, attempt ${context.triggerMetadata?.dequeueCount}`)
      if (JSON.stringify(message).includes('bad')) throw new Error('cannot be done')
    },
  })
}

if (process.env.GUARDED === 'yes') guard()
