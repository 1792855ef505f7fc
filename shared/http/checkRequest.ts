import type * as z from 'zod'
import { type Browser, recognizeBrowser } from '../access/browser.ts'
import type { Caller } from '../access/callers.ts'
import { withChallenge } from '../access/challenge.ts'
import { missingRole } from '../access/missingRole.ts'
import type { RefusedApps } from '../access/refusedApps.ts'
import { noRights } from '../access/rights.ts'
import type { Broker } from '../broker.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { Problem } from '../problems.ts'
import type { AppRole } from '../settings/appRoles.ts'
import type { RequestLimitName } from '../settings/requestLimits.ts'
import { recordApp, recordTenant } from '../telemetry/invocation.ts'
import { parseBody, parseForm, parseParams, parseQuery } from './body.ts'
import { isTenantRoute, noFields, tenantParams } from './fields.ts'
import type { ReceivedRequest } from './receiveRequest.ts'

/** An operation's input, and its permitted callers. */
export interface RequestRules<P, Q, B> {
  /** The app role that the caller needs. Without one, anyone can call. */
  readonly role?: AppRole
  /** Path parameters other than `{tenant}`. */
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  /** Without one, any field in a body is refused by name, unless `handle` reads the body itself. */
  readonly body?: z.ZodType<B>
  /** How the body is written. Default is JSON. */
  readonly bodyFormat?: 'form'
  /** Set if a valid body may be larger than `MAX_BODY_BYTES`. */
  readonly maxBodyBytes?: number
  readonly readsBodyItself?: true
  /** Finds the caller where its credential can be in the body. Default is the bearer token in `Authorization`. */
  readonly authenticate?: Authenticate<B>
  /**
   * The limit that counts the operation's valid requests, or a function that names it by the body. Default is none.
   * Only for operations with a role.
   */
  readonly limit?: RequestLimitName | ((body: B) => RequestLimitName | undefined)
}

/** Finds a caller by its credential. @throws Problem */
export type Authenticate<B> = (
  broker: Pick<Broker, 'callers' | 'secretCallers'>,
  credentials: { readonly authorization: string | null; readonly body: B },
) => Promise<Caller>

/** A request that has passed all checks. */
export interface HandledRequest<P, Q, B> {
  readonly broker: Broker
  /** Present if the operation has a role. */
  readonly caller: Caller
  /** The caller's tenant that `{tenant}` in the path names; present if both exist. */
  readonly tenant: TenantName
  /** The browser that sent our cookies; only for operations without a role. */
  readonly browser: Browser | undefined
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly raw: ReceivedRequest
}

/** Dependencies of checking a request, and the route's template. */
export interface RequestContext {
  readonly broker: Pick<Broker, 'callers' | 'secretCallers' | 'config' | 'refusedApps' | 'requestLimiter'>
  readonly path: string
}

/**
 * Checks a request: the caller, then the path, the query, and the body, and at last the caller's limits.
 * @throws Problem for the first check that fails.
 */
export async function checkRequest<P, Q, B>(
  { broker, path }: RequestContext,
  acceptance: RequestRules<P, Q, B>,
  request: ReceivedRequest,
): Promise<Omit<HandledRequest<P, Q, B>, 'broker'>> {
  const { role, authenticate, params, query } = acceptance
  const { headers } = request
  const hasBody = readsBody(acceptance, request)
  // Only a body that can have the caller's credential is read before the caller is known.
  const early = authenticate && hasBody ? await checkBody(broker, acceptance, request) : undefined
  const credentials = { authorization: headers.get('authorization'), body: early as B }
  const caller = role ? await callerOrChallenge(broker, { role, authenticate }, credentials) : nobody
  const checked = {
    caller,
    tenant: role && isTenantRoute(path) ? tenantOf(caller, request) : noTenant,
    browser: role ? undefined : recognizeBrowser(broker.config.publicUrl, headers.get('cookie')),
    params: params ? parseParams(request, params) : (request.params as P),
    query: parseQuery(request, query ?? noFields) as Q,
    body: (early ?? (hasBody ? await checkBody(broker, acceptance, request) : undefined)) as B,
    raw: request,
  }
  takeOne(broker, acceptance, checked)
  return checked
}

/** @throws Problem `too_many_requests` */
function takeOne<B>(
  { requestLimiter }: Pick<Broker, 'requestLimiter'>,
  { limit }: Pick<RequestRules<unknown, unknown, B>, 'limit'>,
  { caller, tenant, body }: Pick<HandledRequest<unknown, unknown, B>, 'caller' | 'tenant' | 'body'>,
): void {
  const reached = typeof limit === 'function' ? limit(body) : limit
  if (reached) requestLimiter.take(reached, { app: caller.app, ...tenant })
}

async function callerOrChallenge<B>(
  broker: RequestContext['broker'],
  needs: { readonly role: AppRole; readonly authenticate: Authenticate<B> | undefined },
  credentials: Parameters<Authenticate<B>>[1],
): Promise<Caller> {
  try {
    return await callerWith(broker, needs, credentials)
  } catch (error) {
    // A route with its own way to authenticate answers in its own words.
    if (needs.authenticate) throw error
    const { authorization } = credentials
    throw withChallenge(error, { config: broker.config, role: needs.role, authorization })
  }
}

async function callerWith<B>(
  broker: RequestContext['broker'],
  { role, authenticate }: { readonly role: AppRole; readonly authenticate: Authenticate<B> | undefined },
  credentials: Parameters<Authenticate<B>>[1],
): Promise<Caller> {
  const caller = await (authenticate
    ? authenticate(broker, credentials)
    : broker.callers.authenticate(credentials.authorization))
  const { app, rights } = caller
  recordApp(app)
  const isCutOff = await isRefused(broker.refusedApps, caller, role)
  if (isCutOff) throw new Problem('caller_refused', { members: { app } })
  if (!rights.has(role)) throw missingRole(caller, role)
  return caller
}

/**
 * Whether the app is refused by its client id or by its object id, the only one that the portal shows for a
 * system-assigned identity. An operator who looks for the cause of an outage of storage must get through to `/ready`.
 */
async function isRefused(
  { isRefused: ask }: RefusedApps,
  { app, objectId }: Pick<Caller, 'app' | 'objectId'>,
  role: AppRole,
): Promise<boolean> {
  try {
    return await (objectId === undefined ? ask(app) : ask(app, objectId))
  } catch (error) {
    if (role === 'Broker.Operate') return false
    throw error
  }
}

function tenantOf({ workspace }: Caller, request: ReceivedRequest): TenantName {
  const tenant = { workspace, ...parseParams(request, tenantParams) }
  recordTenant(() => tenantKey(tenant))
  return tenant
}

/** In a method that gives a body no meaning (RFC 9110, section 9.3), the body can't be wrong, and isn't waited for. */
function readsBody<B>(
  { body, readsBodyItself }: RequestRules<unknown, unknown, B>,
  { method }: ReceivedRequest,
): boolean {
  return !readsBodyItself && (body !== undefined || !bodiless.has(method))
}

async function checkBody<B>(
  { config }: Pick<Broker, 'config'>,
  { body, bodyFormat, maxBodyBytes = 0 }: RequestRules<unknown, unknown, B>,
  request: ReceivedRequest,
): Promise<unknown> {
  const read = bodyFormat === 'form' ? parseForm : parseBody
  return read(request, body ?? noFields, Math.max(maxBodyBytes, config.maxBodyBytes))
}

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const nobody: Caller = { app: '', workspace: '', rights: noRights, token: { expiresAt: new Date(0) } }
const noTenant: TenantName = { workspace: '', tenant: '' }
