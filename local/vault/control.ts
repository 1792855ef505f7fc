import { Hono } from 'hono'
import { z } from 'zod'
import { type VaultOperation, type VaultRequest, vaultOperations } from './operations.ts'

const faultSchema = z.strictObject({
  operation: z.enum(vaultOperations).optional(),
  name: z.string().optional(),
  kind: z.enum([
    'throttled',
    'forbiddenByRbac',
    'forbiddenByFirewall',
    'serverError',
    'hang',
    'cut',
    'cutAfterEffect',
  ]),
  times: z.int().positive().optional(),
})

/**
 * An injected fault. It affects requests for `operation` (default: any) whose secret's name starts with
 * `name` (default: any), `times` times or until it's cleared. `hang` never answers; `cut` closes the
 * connection before the operation, `cutAfterEffect` after it but before the answer.
 */
export type Fault = z.infer<typeof faultSchema>

/** A request with an accepted token; never contains a value. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly at: string
  readonly operation: VaultOperation
  readonly name: string
  /** The requested version, or the one that `set` created. */
  version?: string
  /** The token's `oid`. */
  readonly caller: string
  /** The fault that affected it, if any. */
  fault?: Fault['kind']
  /** The answer's status; absent until there is an answer, permanently if the connection was cut. */
  status?: number
}

const maxLoggedRequests = 10_000

/** The test controls of one vault: injected faults and the log of its requests. */
export class VaultControl {
  #faults: { readonly fault: Fault; timesLeft: number }[] = []
  #requests: LoggedRequest[] = []

  /** Adds a fault; earlier ones apply first. */
  addFault(fault: Fault): void {
    this.#faults.push({ fault, timesLeft: fault.times ?? Number.POSITIVE_INFINITY })
  }

  clearFaults(): void {
    this.#faults = []
  }

  /** The remaining faults. */
  faults(): readonly Fault[] {
    return this.#faults.map(({ fault }) => fault)
  }

  /** Takes the fault for this request, if any, and counts it. */
  takeFault({ operation, name }: VaultRequest): Fault['kind'] | undefined {
    const found = this.#faults.find(
      ({ fault }) => (fault.operation ?? operation) === operation && name.startsWith(fault.name ?? ''),
    )
    if (!found) return undefined
    found.timesLeft -= 1
    this.#faults = this.#faults.filter(({ timesLeft }) => timesLeft > 0)
    return found.fault.kind
  }

  /** Logs a request; the entry is completed with the answer. The newest 10,000 are kept. */
  log(request: VaultRequest, caller: string): LoggedRequest {
    const entry: LoggedRequest = { at: new Date().toISOString(), ...request, caller }
    this.#requests.push(entry)
    if (this.#requests.length > 2 * maxLoggedRequests) this.#requests = this.requests()
    return entry
  }

  /** The logged requests, oldest first. */
  requests(): LoggedRequest[] {
    return this.#requests.slice(-maxLoggedRequests)
  }

  clearRequests(): void {
    this.#requests = []
  }
}

/** The control over HTTP, without a token: `/faults` (POST, GET, DELETE) and `/requests` (GET, DELETE). */
export function createControlRoutes(control: VaultControl): Hono {
  const routes = new Hono()
  routes.post('/faults', async (context) => {
    const fault = faultSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!fault.success) return context.json({ error: z.prettifyError(fault.error) }, 400)
    control.addFault(fault.data)
    return context.body(null, 204)
  })
  routes.get('/faults', (context) => context.json(control.faults()))
  routes.delete('/faults', (context) => {
    control.clearFaults()
    return context.body(null, 204)
  })
  routes.get('/requests', (context) => context.json(control.requests()))
  routes.delete('/requests', (context) => {
    control.clearRequests()
    return context.body(null, 204)
  })
  return routes
}
