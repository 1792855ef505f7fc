import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { Allowance } from '../allowance.ts'
import { createControlRoutes } from '../control-routes.ts'
import { passTime } from '../latency.ts'
import { createServer, type ListenOptions, listen, type RunningService } from '../service.ts'
import { type LoggedTableRequest, TableControl, type TableFault } from './control.ts'
import { Deletions } from './deletions.ts'
import { parseTableRequest, type TableRequest } from './operations.ts'
import { toEmptyPage, toUpstreamTarget } from './paging.ts'
import { type RefusalName, refusalNames, type TableAnswer, toRefusal } from './refusals.ts'
import { createForwarder, type Forwarder, type Upstream } from './upstream.ts'

/** How the front is to stand before the tables. */
export interface TableFrontOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number
  readonly upstream: Upstream
  /** PEM key and certificate; plain HTTP without them. */
  readonly tls?: NonNullable<ListenOptions['tls']>
  /** Milliseconds. Default is the machine's clock. */
  readonly now?: () => number
}

/** A listening front. */
export interface RunningTableFront extends RunningService {
  /** Faults, settings, and the log of requests; over HTTP they are under `/_control`. */
  readonly control: TableControl
}

interface Front {
  readonly control: TableControl
  readonly forwarder: Forwarder
  readonly deletions: Deletions
  readonly allowance: Allowance
  /** Milliseconds. */
  readonly now: () => number
}

/** One request on its way. */
interface Asked {
  readonly incoming: IncomingMessage
  readonly body: Buffer
  readonly request: TableRequest
  readonly entry: LoggedTableRequest
}

/**
 * Starts a front before Azurite's tables that can behave as Azure Table Storage does where Azurite is kinder.
 * Requests pass unchanged: a shared key signs the path, and a bearer token signs nothing.
 * @throws PortTakenError when the port is in use.
 */
export async function startTableFront(options: TableFrontOptions): Promise<RunningTableFront> {
  const { now = Date.now, upstream } = options
  const control = new TableControl()
  const forwarder = createForwarder(upstream)
  const deletions = new Deletions(now)
  const front = { control, forwarder, deletions, allowance: new Allowance(1000, now), now }
  const answerControl = getRequestListener(new Hono().route('/_control', createControlRoutes(control)).fetch)
  const server = createServer({ name: 'tables', ...options }, (incoming, answer) => {
    if (incoming.url?.startsWith('/_control/')) return void answerControl(incoming, answer)
    // While Azurite is down, callers see a cut connection, not an answer that the service never gives.
    serveTables(front, incoming, answer).catch(() => answer.destroy())
  })
  const service = await listen(server, { name: 'tables', ...options })
  return { ...service, control, stop: () => service.stop().finally(() => forwarder.close()) }
}

async function serveTables(front: Front, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = Buffer.concat(await incoming.toArray())
  const request = parseTableRequest(incoming.method ?? '', incoming.url ?? '', body.toString())
  const entry: LoggedTableRequest = { at: new Date().toISOString(), ...request }
  front.control.log.add(entry, `${request.operation} ${request.table}`.trim())
  const given = await answerTo(front, { incoming, body, request, entry })
  if (!given) {
    answer.destroy()
    return
  }
  entry.status = given.status
  answer.writeHead(given.status, { ...given.headers, date: dateOf(front) })
  answer.end(given.body)
}

/** The service's own time, which every answer tells (RFC 9110, section 6.6.1). */
const dateOf = ({ control, now }: Front) =>
  new Date(now() + control.settings.clockAheadSeconds * 1000).toUTCString()

/** The answer; none when the connection is to be cut. */
async function answerTo(front: Front, asked: Asked): Promise<TableAnswer | undefined> {
  const { control, deletions } = front
  const { request, entry } = asked
  const fault = control.faults.take(request)
  if (fault) entry.fault = fault.kind
  const { latencyMilliseconds, beingDeletedSeconds } = control.settings
  await passTime(latencyMilliseconds + millisecondsOf(fault))
  if (fault && isRefusal(fault.kind)) return toRefusal(fault.kind, request, fault.index)
  if (deletions.refuses(request, beingDeletedSeconds)) return toRefusal('tableBeingDeleted', request)
  if (isThrottled(front, request)) {
    entry.fault = 'throttled'
    return toRefusal('serverBusy', request)
  }
  return fault ? answerWith(fault, front, asked) : pass(front, asked)
}

async function answerWith(fault: TableFault, front: Front, asked: Asked): Promise<TableAnswer | undefined> {
  switch (fault.kind) {
    case 'emptyPage':
      return toEmptyPage(asked.incoming.url ?? '')
    case 'shortPage':
      return pass(front, asked, fault.rows)
    case 'hang':
      await new Promise((resolve) => asked.incoming.socket.once('close', resolve))
      return undefined
    case 'cut':
      return undefined
    case 'cutAfterEffect':
      await pass(front, asked)
      return undefined
    default:
      return pass(front, asked)
  }
}

/** Lets Azurite do it. @param rows how many entities a list has at most. */
async function pass(front: Front, { incoming, body, request }: Asked, rows?: number): Promise<TableAnswer> {
  const path = toUpstreamTarget(incoming.url ?? '', rows)
  const { method = '', headers } = incoming
  const answer = await front.forwarder.forward({ method, path, headers, body })
  front.deletions.note(request, answer.status)
  if (request.operation === 'list' && front.control.settings.throttling) chargeList(front, request, answer)
  return answer
}

const isRefusal = (kind: TableFault['kind']): kind is RefusalName =>
  (refusalNames as readonly string[]).includes(kind)

const millisecondsOf = (fault: TableFault | undefined) =>
  fault?.milliseconds ?? (fault?.kind === 'slow' ? 5000 : 0)

const keyOf = ({ table, partition = '' }: TableRequest) => `${table}/${partition}`

/** A list counts once it is known how much it found: until then it only finds the partition busy, or not. */
function isThrottled({ control, allowance }: Front, request: TableRequest): boolean {
  const { throttling, entitiesPerSecond } = control.settings
  const isCounted = request.entities > 0 || request.operation === 'list'
  if (!throttling || !isCounted || request.partition === undefined) return false
  return !allowance.take(keyOf(request), request.entities, entitiesPerSecond)
}

function chargeList({ allowance }: Front, request: TableRequest, { status, body }: TableAnswer): void {
  if (status === 200) allowance.charge(keyOf(request), JSON.parse(body.toString()).value.length)
}
