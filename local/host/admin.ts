import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HostKeys, isAllowed } from './access.ts'
import { answerEmpty, refuse } from './answer.ts'
import { hostVersion, type RegisteredFunction } from './core.ts'
import type { OtherListener } from './http.ts'
import { BodyTooLargeError, readBody } from './httpBuffered.ts'
import { isTrigger } from './invocation.ts'

/** Dependencies of the admin routes. */
export interface AdminOptions {
  readonly functions: ReadonlyMap<string, RegisteredFunction>
  readonly keys: HostKeys
  /** Whether `GET /` is 204 instead of the host's page (`AzureWebJobsDisableHomepage`). */
  readonly isHomepageDisabled: boolean
  /** The URL of an HTTP function; undefined for others. */
  urlOf(functionName: string): string | undefined
  /** Starts an invocation with the given input, without waiting for its end. */
  start(fn: RegisteredFunction, input: string): void
}

const maxInputBytes = 1024 * 1024

/**
 * Creates the listener for the host's own routes: `POST /admin/functions/{name}` (202, runs in the background),
 * `GET /admin/functions[/{name}]`, `GET /admin/host/status`, `POST /admin/host/ping`, all only with the master key,
 * and its page at `/`; everything else is 404.
 */
export function createAdminListener(options: AdminOptions): OtherListener {
  const functions = new Map([...options.functions].map(([name, fn]) => [name.toLowerCase(), fn]))
  const startedAt = Date.now()
  return (request, response, path) => {
    if (path === '/') return answerHome(response, options)
    if (!/^\/admin(?:\/|$)/i.test(path)) return refuse(response, 404)
    if (!isAllowed(request, 'admin', options.keys)) return refuse(response, 401)
    const name = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path)?.[1]
    const fn = name && functions.get(name.toLowerCase())
    const route = `${request.method} ${path.toLowerCase().replace(/\/$/, '')}`
    if (fn && request.method === 'POST') return void startFunction(fn, request, response, options)
    if (fn && request.method === 'GET') return answerJson(response, describe(fn, options))
    if (route === 'GET /admin/functions') {
      return answerJson(
        response,
        [...functions.values()].map((each) => describe(each, options)),
      )
    }
    if (route === 'GET /admin/host/status') return answerJson(response, hostStatus(startedAt))
    answerEmpty(response, route === 'POST /admin/host/ping' ? 200 : 404)
  }
}

const homePage = '<!DOCTYPE html>\n<title>Functions host</title>\n<p>Your Functions host is running.</p>\n'

function answerHome(response: ServerResponse, { isHomepageDisabled }: AdminOptions): void {
  if (isHomepageDisabled) answerEmpty(response, 204)
  else response.writeHead(200, { 'Content-Type': 'text/html' }).end(homePage)
}

async function startFunction(
  fn: RegisteredFunction,
  request: IncomingMessage,
  response: ServerResponse,
  { start }: AdminOptions,
): Promise<void> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return answerEmpty(response, 415)
  try {
    const input = parseInput(await readBody(request, maxInputBytes))
    if (input === undefined || isHttp(fn)) return answerEmpty(response, 400)
    start(fn, input)
    answerEmpty(response, 202)
  } catch (error) {
    answerEmpty(response, error instanceof BodyTooLargeError ? 413 : 400)
  }
}

function parseInput(body: Buffer): string | undefined {
  const { input = '' } = (body.length > 0 ? JSON.parse(body.toString()) : {}) as { input?: unknown }
  return typeof input === 'string' ? input : undefined
}

const isHttp = (fn: RegisteredFunction) => triggerOf(fn)?.type === 'httpTrigger'
const triggerOf = ({ metadata }: RegisteredFunction) =>
  Object.values(metadata.bindings).find(({ type }) => isTrigger(type))

function describe(fn: RegisteredFunction, { urlOf }: AdminOptions) {
  const { name, bindings } = fn.metadata
  return {
    name,
    language: 'node',
    isDisabled: false,
    href: `/admin/functions/${name}`,
    invoke_url_template: urlOf(name) ?? null,
    config: { name, bindings: Object.entries(bindings).map(([key, binding]) => ({ ...binding, name: key })) },
  }
}

const hostStatus = (startedAt: number) => ({
  id: 'embedded',
  state: 'Running',
  version: hostVersion,
  processUptime: Date.now() - startedAt,
})

function answerJson(response: ServerResponse, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  })
  response.end(body)
}
