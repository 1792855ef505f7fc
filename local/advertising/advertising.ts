import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { type RunningService, serve } from '../service.ts'
import { createBulk } from './bulk/bulk.ts'
import { createCampaignManagement } from './campaigns.ts'
import { createClock } from './clock.ts'
import { type Controlled, createControl } from './control.ts'
import { customerManagement } from './customer-management.ts'
import { createDownloads } from './downloads/downloads.ts'
import { serveDownload } from './downloads/serve.ts'
import { adApiFaultDetail, apiFault, apiFaultDetail, type FaultName, faults, soapFault } from './faults.ts'
import { authenticate, type Credentials, chooseAccount, identify } from './gate.ts'
import { carryOut, createInjections, isDownloadFault } from './injections.ts'
import { createInventories } from './inventory/inventory.ts'
import { decodeJson, encodeJson, parseId } from './json.ts'
import { createManner } from './manner.ts'
import { type Operation, type Reply, type Service, services } from './operation.ts'
import { createReporting, type Makers } from './reporting.ts'
import { createRequestLog, type LoggedRequest } from './request-log.ts'
import { createTokenExpiry, fingerprint } from './token-expiry.ts'
import { createWorld, type Environment, type World } from './world.ts'

/** Options of the Microsoft Advertising stand-in. */
export interface AdvertisingOptions extends Omit<Credentials, 'expiry'> {
  /** TCP port; 0 means any free port. */
  readonly port: number
  /** Users, customers, and accounts. Default is {@link createWorld}. */
  readonly world?: World
  /** Sends 64-bit ids as bare JSON numbers. Default is false; `POST /_control/options` changes it. */
  readonly numericIds?: boolean
  /** The most accounts in a page of a search by user, even if a call asks for more. Default is what it asks for. */
  readonly maxPageAccounts?: number
}

type Bindings = { Bindings: HttpBindings }

/** A route below a service's host. */
interface Route {
  readonly service: Service
  /** `echo` streams the body back; only the stand-in has this path, the real service doesn't. */
  readonly run: Operation | 'echo'
}

interface Stand extends Controlled {
  readonly maxPageAccounts: number
  readonly credentials: Credentials
  readonly makers: Makers
  readonly routes: Readonly<Record<string, Route>>
}

/**
 * Starts Microsoft Advertising's REST API, both environments on one port: `${origin}/production/{service}` and
 * `${origin}/sandbox/{service}` replace `https://{service}.api[.sandbox].bingads.microsoft.com`; below them
 * the paths are the real ones. `${origin}/_control` injects faults and lists the calls.
 * @throws PortTakenError if the port is in use.
 */
export function startAdvertising(options: AdvertisingOptions): Promise<RunningService> {
  const { port } = options
  return serve(createAdvertising(options).fetch as (request: Request) => Promise<Response>, {
    name: 'advertising',
    port,
  })
}

/** The same API without a port: a call is `fetch(request, { incoming })` on the result. */
export function createAdvertising(options: Omit<AdvertisingOptions, 'port'>): Hono<Bindings> {
  const expiry = createTokenExpiry()
  const clock = createClock()
  const manner = createManner(options.numericIds ?? false)
  const inventories = createInventories()
  const makers: Makers = { inventories, clock, manner, downloads: createDownloads(clock) }
  const stand: Stand = {
    credentials: { ...options, expiry },
    world: options.world ?? createWorld(),
    manner,
    inventories,
    clock,
    maxPageAccounts: options.maxPageAccounts ?? Number.POSITIVE_INFINITY,
    injections: createInjections(),
    log: createRequestLog(),
    expiry,
    makers,
    routes: createRoutes(makers),
  }
  const app = new Hono<Bindings>()
  app.route('/_control', createControl(stand))
  app.all(`/:environment{production|sandbox}/:service{${services.join('|')}}/*`, (c) => handle(stand, c))
  return app
}

function createRoutes(makers: Makers): Readonly<Record<string, Route>> {
  const below = (base: string, service: Service, operations: Readonly<Record<string, Operation>>) =>
    Object.entries(operations).map(([path, run]) => [`${base}/v13${path}`, { service, run }] as const)
  return Object.fromEntries([
    ...below('/CustomerManagement', 'clientcenter', customerManagement),
    ...below('/CampaignManagement', 'campaign', createCampaignManagement(makers.inventories)),
    ...below('/Reporting', 'reporting', createReporting(makers)),
    ...below('/Bulk', 'bulk', createBulk(makers)),
    ['/Bulk/v13/_echo', { service: 'bulk', run: 'echo' } as const],
  ])
}

/** Logs the call, answers it, and adds the tracking id to every answer. */
async function handle(stand: Stand, c: Context<Bindings>): Promise<Response> {
  const entry = openEntry(c)
  stand.log.add(entry)
  const response = await respond(stand, c, entry).catch((error: unknown) => {
    console.error(`advertising: ${entry.method} ${entry.path} failed: ${String(error)}`)
    return refusal(entry, 'internalError')
  })
  if (!c.env.incoming.socket.destroyed) entry.status = response.status
  response.headers.set('TrackingId', entry.trackingId)
  return response
}

async function respond(stand: Stand, c: Context<Bindings>, entry: LoggedRequest): Promise<Response> {
  const cut = () => void c.env.incoming.socket.destroy()
  if (entry.path.startsWith('/_downloads/')) return download(stand, c, entry, cut)
  const strike = () => carryOut(stand.injections.take(entry), entry, cut)
  const struck = await strike()
  if (struck) return struck
  if (/^\/Api\/.*\.svc$/i.test(entry.path)) return answerSoap(entry)
  const route = stand.routes[entry.path]
  if (!route || route.service !== entry.service)
    return new Response('The resource cannot be found.', { status: 404 })
  if (entry.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
  const person = await authenticate(stand.credentials, entry.environment, c.req.raw.headers)
  if (!person.ok) return refusal(entry, person.fault)
  entry.user = person.value
  return (await strike()) ?? run(stand, c, entry, route, strike)
}

/** A download needs no credentials, like the real address. */
async function download(
  { injections, makers }: Stand,
  c: Context<Bindings>,
  entry: LoggedRequest,
  cut: () => void,
): Promise<Response> {
  const injection = injections.take(entry)
  const fault = injection && isDownloadFault(injection) ? injection : undefined
  const struck = fault ? undefined : await carryOut(injection, entry, cut)
  return struck ?? serveDownload(makers.downloads, new URL(c.req.url), { fault, cut, entry })
}

async function run(
  stand: Stand,
  c: Context<Bindings>,
  entry: LoggedRequest,
  route: Route,
  strike: () => Promise<Response | undefined>,
): Promise<Response> {
  const directory = stand.world[entry.environment]
  const identity = identify(directory, entry.user!)
  if (!identity.ok) return refusal(entry, identity.fault)
  const account = chooseAccount(entry.service, directory, identity.value, c.req.raw.headers)
  if (!account.ok) return refusal(entry, account.fault)
  if (route.run === 'echo') return echo(c.req.raw, entry)
  const body = decodeJson(await c.req.text())
  if (!body) return refusal(entry, 'nullRequest')
  entry.aboutCustomerId = parseId(body.CustomerId)?.toString() ?? null
  const struck = entry.aboutCustomerId === null ? undefined : await strike()
  if (struck) return struck
  const { origin } = new URL(c.req.url)
  const reply = route.run({
    environment: entry.environment,
    directory,
    identity: identity.value,
    body,
    maxPageAccounts: stand.maxPageAccounts,
    accountId: account.value,
    serviceUrl: `${origin}/${entry.environment}/${entry.service}`,
  })
  return toResponse(stand, entry, reply)
}

function toResponse(stand: Stand, entry: LoggedRequest, reply: Reply): Response {
  if (!reply.ok) return refusal(entry, reply.fault, reply)
  return json(encodeJson(reply.body, stand.manner), 200)
}

/** An operation's own fault is `ApiFault` in Customer Management and `ApiFaultDetail` elsewhere. */
function refusal(
  entry: LoggedRequest,
  name: FaultName,
  { shape, details }: { readonly shape?: 'operation'; readonly details?: string } = {},
): Response {
  const fault = details === undefined ? faults[name] : { ...faults[name], detail: details }
  const ownShape = entry.service === 'clientcenter' ? apiFault : apiFaultDetail
  const body = (shape ? ownShape : adApiFaultDetail)(fault, entry.trackingId)
  entry.code = fault.code
  return json(JSON.stringify(body), fault.status)
}

/**
 * The envelope's AuthenticationToken is never read: SOAP callers learn from 105 and the form that SOAP has been
 * retired.
 */
function answerSoap(entry: LoggedRequest): Response {
  entry.code = faults.invalidCredentials.code
  return new Response(soapFault(faults.invalidCredentials, entry.trackingId), {
    status: 500,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
  })
}

function echo(request: Request, entry: LoggedRequest): Response {
  return new Response(request.body, {
    headers: {
      'content-type': request.headers.get('content-type') ?? 'application/octet-stream',
      'x-received-headers': entry.headerNames.join(','),
    },
  })
}

function json(body: string, status: number): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
}

function openEntry(c: Context<Bindings>): LoggedRequest {
  const { headers } = c.req.raw
  const { environment, service } = c.req.param() as { environment: Environment; service: Service }
  const secret = (name: string) => (headers.has(name) ? fingerprint(headers.get(name)!) : null)
  return {
    at: new Date().toISOString(),
    environment,
    service,
    method: c.req.method,
    path: c.req.path.slice(`/${environment}/${service}`.length),
    trackingId: randomUUID(),
    customerId: headers.get('customerid'),
    customerAccountId: headers.get('customeraccountid'),
    identityProvider: headers.get('identityprovider'),
    developerToken: secret('developertoken'),
    accessToken: secret('authorization'),
    traceParent: headers.get('traceparent'),
    headerNames: [...headers.keys()],
    aboutCustomerId: null,
    user: null,
    status: null,
    code: null,
    sent: null,
  }
}
