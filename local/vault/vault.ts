import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { Allowance } from '../allowance.ts'
import { createControlRoutes } from '../control-routes.ts'
import { passTime } from '../latency.ts'
import { type ListenOptions, type RunningService, serve } from '../service.ts'
import type { TokenVerifier } from '../token-verifier.ts'
import { authenticate, createRememberingVerifier } from './access.ts'
import { type Fault, type LoggedRequest, VaultControl } from './control.ts'
import { type Journal, openJournal } from './journal.ts'
import { parseVaultRequest, type VaultRequest } from './operations.ts'
import { perform } from './perform.ts'
import * as refusals from './refusals.ts'
import { assertAllowance, isRefusal, toRefusal } from './refuse.ts'
import { Secrets } from './secrets.ts'

/** Options of a local vault. */
export interface VaultOptions {
  /** TCP port; 0 means any free port. */
  readonly port: number
  /** PEM key and certificate: the SDK supports only HTTPS. */
  readonly tls: NonNullable<ListenOptions['tls']>
  /** Verifies tokens; see `createTokenVerifier`. */
  readonly verifyToken: TokenVerifier
  /** The file for the content, unencrypted. Default is memory only. */
  readonly dataFile?: string
  /** Its name in messages. Default is `key vault`. */
  readonly name?: string
  /** Host name in `origin`. Default is `localhost`. */
  readonly host?: string
  /** The authority in the challenge. Default is Entra's public host without a tenant. */
  readonly authority?: string
  /** Default is the machine's clock. */
  readonly now?: () => Date
}

/** A listening vault. */
export interface RunningVault extends RunningService {
  /** Faults, settings, and the request log; over HTTP they are under `/_control`. */
  readonly control: VaultControl
}

type VaultContext = Context<{ Bindings: HttpBindings }>

interface Vault {
  readonly secrets: Secrets
  readonly control: VaultControl
  readonly verifyToken: TokenVerifier
  readonly allowance: Allowance
}

/** The span in which a vault counts (key-vault/general/service-limits). */
const spanMilliseconds = 10_000

/**
 * Starts a Key Vault of secrets for the unmodified `SecretClient`; each call starts another vault.
 * @throws PortTakenError if the port is in use.
 */
export async function startVault(options: VaultOptions): Promise<RunningVault> {
  const { dataFile, now = () => new Date() } = options
  let journal: Journal | undefined
  const control = new VaultControl()
  const secrets = new Secrets({
    now,
    record: (event) => journal?.append(event),
    deletionMilliseconds: () => control.settings.deletionMilliseconds,
  })
  const verifyToken = createRememberingVerifier(options.verifyToken)
  const vault = {
    secrets,
    control,
    verifyToken,
    allowance: new Allowance(spanMilliseconds, () => now().getTime()),
  }
  const service = await serve(createApp(vault, options.authority).fetch, {
    name: 'key vault',
    host: 'localhost',
    ...options,
  })
  // Only after the port is ours: if a second process compacted the file, the first one would lose it.
  if (dataFile !== undefined) journal = restore(dataFile, secrets)
  return { ...service, control, stop: () => service.stop().finally(() => journal?.close()) }
}

function createApp(vault: Vault, authority?: string): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.route('/_control', createControlRoutes(vault.control))
  app.all('*', (context) => answer(vault, context))
  app.onError((error, context) => answerError(error, context, authority))
  return app
}

function restore(dataFile: string, secrets: Secrets): Journal {
  const journal = openJournal(dataFile)
  for (const event of journal.replay()) secrets.apply(event)
  journal.compact(secrets.toEvents())
  return journal
}

async function answer(vault: Vault, context: VaultContext): Promise<Response> {
  const caller = await authenticate(context.req.header('authorization'), vault.verifyToken)
  const request = parseVaultRequest(context.req.method, new URL(context.req.url).pathname)
  const entry: LoggedRequest = { at: new Date().toISOString(), ...request, caller }
  vault.control.log.add(entry, request.operation)
  const fault = vault.control.faults.take(request)
  if (fault) entry.fault = fault.kind
  try {
    return await answerTo(vault, context, { request, entry, fault })
  } catch (error) {
    entry.status = error instanceof refusals.VaultRefusal ? error.status : 500
    throw error
  }
}

interface Asked {
  readonly request: VaultRequest
  readonly entry: LoggedRequest
  readonly fault: Fault | undefined
}

async function answerTo(
  vault: Vault,
  context: VaultContext,
  { request, entry, fault }: Asked,
): Promise<Response> {
  const url = new URL(context.req.url)
  const text = await context.req.text()
  const { settings } = vault.control
  assertApiVersion(url)
  const slowMilliseconds = fault?.kind === 'slow' ? (fault.milliseconds ?? 5000) : 0
  await passTime(settings.latencyMilliseconds + slowMilliseconds)
  if (fault?.kind === 'hang' || fault?.kind === 'cut') return endWithoutAnswer(context, fault.kind)
  if (fault && isRefusal(fault.kind)) throw toRefusal(fault.kind, request, entry.caller)
  assertAllowance(vault.allowance, settings, request)
  const { status, body, version } = perform({ secrets: vault.secrets, settings }, request, url, text)
  if (version) entry.version = version
  if (fault?.kind === 'cutAfterEffect') return endWithoutAnswer(context, 'cut')
  entry.status = status
  return status === 204 ? context.body(null, 204, commonHeaders()) : context.json(body, 200, commonHeaders())
}

function assertApiVersion(url: URL): void {
  if (!url.searchParams.get('api-version')) throw refusals.badParameter('api-version must be specified')
}

async function endWithoutAnswer(context: VaultContext, manner: 'hang' | 'cut'): Promise<Response> {
  const { socket } = context.env.incoming
  if (manner === 'cut') socket.destroy()
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  return RESPONSE_ALREADY_SENT
}

function answerError(error: Error, context: Context, authority?: string): Response {
  const refusal = error instanceof refusals.VaultRefusal ? error : refusals.serverError()
  const challenge = refusal.status === 401 ? { 'WWW-Authenticate': toChallenge(authority) } : {}
  const { retryAfterSeconds } = refusal
  const later = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
  return context.json(refusal.toBody(), refusal.status, { ...commonHeaders(), ...challenge, ...later })
}

function toChallenge(authority = 'https://login.microsoftonline.com'): string {
  return `Bearer authorization="${authority}", resource="https://vault.azure.net"`
}

const commonHeaders = () => ({ 'Cache-Control': 'no-cache', 'x-ms-request-id': randomUUID() })
