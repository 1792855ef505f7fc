import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TableClient } from '@azure/data-tables'
import { SecretClient } from '@azure/keyvault-secrets'
import { type BrokerOptions, type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { type CallingAppName, callingApps } from '../../local/callers.ts'
import { vaultAudience } from '../../local/identity-endpoint.ts'
import { findFreePort } from '../../local/ports.ts'
import { hostMasterKey, identityHeader, storageConnection, webClients } from '../../local/settings.ts'
import type { LoggedRequest } from '../../local/sign-in/request-log.ts'
import { createVisitor, type Visit } from '../../local/sign-in/visitor.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { createContractCheck } from './contractCheck.ts'

/** One or more broker processes on their own local stack. */
export type World = Awaited<ReturnType<typeof openWorld>>

/** Options of a world. */
export interface WorldOptions {
  /** The number of broker processes. Default is one. */
  readonly brokers?: number
  /** Settings in addition to or instead of the stack's. */
  readonly settings?: Record<string, string>
  /** Whether storage outlives a restart of Azurite. Default is false. */
  readonly persistent?: boolean
  /** Whether the broker's own vault is empty. Default is false. */
  readonly emptyVault?: boolean
  /** Whether used refresh tokens are revoked. Default is false. */
  readonly strict?: boolean
  /**
   * Whether the test itself opens something in front of the brokers, at the world's `origin`. Default is false: the origin
   * is the first broker's own.
   */
  readonly behindFront?: boolean
  /** Whether some brokers are of another release, whose contract is another one. Default is false. */
  readonly otherReleases?: boolean
}

/** The result of a call to the broker. */
export interface Called {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

interface CallOptions {
  readonly app?: CallingAppName
  /** A bearer token instead of the app's own; empty sends none. */
  readonly token?: string
  readonly body?: unknown
  /** A raw body, with its type. */
  readonly raw?: string
  readonly type?: string
  /** The broker process. Default is the one behind the world's `origin`. */
  readonly broker?: number
  readonly headers?: Record<string, string>
}

interface AdvertisingRequest {
  readonly environment: string
  readonly developerToken?: string
  readonly traceParent?: string | null
}

interface SessionOptions {
  readonly environment?: 'production' | 'sandbox'
  readonly identityProvider?: 'microsoft' | 'google'
  readonly signInWith?: 'personal' | 'work' | 'google'
  readonly confirm?: boolean
  readonly allowDifferentUser?: boolean
  readonly accountChoice?: 'page' | 'app'
  readonly loginHint?: string
  readonly displayName?: string
  /** Seconds. */
  readonly expiresIn?: number
}

/** Tests run the timer themselves: a scheduled run would do their sweep's work, or replace its report. */
const newYear = '0 0 0 1 1 *'

/** Tests ask faster than apps do. */
const unlimited = { app: 1_000_000, workspace: 1_000_000, tenant: 1_000_000 }
const withoutLimits = JSON.stringify({
  connectSessionsPerMinute: unlimited,
  tenantsPerHour: unlimited,
  grantsPerMinute: unlimited,
  discoveriesPerMinute: unlimited,
  probesPerMinute: unlimited,
  accountChoicesPerHour: unlimited,
  advertisingCallsPerMinute: unlimited,
  downloadsPerMinute: unlimited,
})

/** Opens a world; `close` it. */
export async function openWorld(options: WorldOptions = {}) {
  const folder = options.persistent ? await mkdtemp(join(tmpdir(), 'broker-world-')) : undefined
  const stack = await startStack({
    ports: 'free',
    ...(folder && { folder }),
    strict: options.strict ?? false,
    emptyVault: options.emptyVault ?? false,
  })
  const settings = {
    ...{ ROW_CACHE_SECONDS: '30', REFRESH_SCHEDULE: newYear, REQUEST_LIMITS: withoutLimits },
    ...options.settings,
  }
  const first = options.behindFront ? await findFreePort() : stack.ports.broker
  const brokers = await Promise.all(
    Array.from({ length: options.brokers ?? 1 }, async (_, index) =>
      openBroker(stack, index === 0 ? first : await findFreePort(), { settings }),
    ),
  )
  const origin = `http://127.0.0.1:${stack.ports.broker}`
  const originOf = (index?: number) => (index === undefined ? origin : brokers[index]?.origin)
  const call = await createCall(stack, originOf, options.otherReleases ?? false)
  const control = createControls(stack)
  let made = 0
  let taken = 0
  const unanswered = () =>
    brokers.flatMap(({ lines }) => lines.filter((line) => line.includes(' left unanswered: ')))
  const newTenant = () => `tenant-${process.pid}-${++made}`

  const session = async (tenant: string, options: SessionOptions = {}) => {
    const body = { environment: 'production', returnUrl: stack.returnUrl, ...options }
    const answer = await call('POST', `/v1/tenants/${tenant}/connect-sessions`, { body })
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body as { id: string; connectUrl: string; expiresAt: string }
  }
  const finish = (connectUrl: string, username: string, decision: 'accept' | 'decline' = 'accept') =>
    createVisitor().signIn({
      authorizeUrl: connectUrl,
      username,
      password: 'open-sesame',
      decision,
      stopAt: stack.returnUrl,
    })
  const connect = async (tenant: string, username: string, options: SessionOptions = {}): Promise<Visit> =>
    finish((await session(tenant, options)).connectUrl, username)
  /** Connects and confirms, like an app that uses confirmation. */
  const connectConfirmed = async (tenant: string, username: string, options: SessionOptions = {}) => {
    const { id, connectUrl } = await session(tenant, options)
    const { searchParams } = new URL((await finish(connectUrl, username)).url)
    const body = { code: searchParams.get('confirmation_code') }
    return call('POST', `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`, { body })
  }
  const connected = async (
    username = 'ada@outlook.example',
    environment: 'production' | 'sandbox' = 'production',
  ) => {
    const tenant = newTenant()
    const visit = await connect(tenant, username, { environment })
    if (!visit.stopped) throw new Error(`${username} did not connect: ${visit.url} ${visit.body}`)
    return tenant
  }
  /** A connected tenant whose access token is too short-lived to be vended; clears the sign-in's log. */
  const connectedStale = async (username?: string, accessTokenSeconds = 30) => {
    await control.signIn.settings({ accessTokenSeconds })
    const tenant = await connected(username)
    await control.signIn.settings({ accessTokenSeconds: 3600 })
    await control.signIn.forget()
    return tenant
  }
  /** Signs in step by step, up to the callback, which isn't requested yet. */
  const stopAtCallback = async (tenant: string, username: string) =>
    stopAtCallbackOf((await session(tenant)).connectUrl, username)
  /** The same, with a given link. */
  const stopAtCallbackOf = async (connectUrl: string, username: string) => {
    const first = await fetch(connectUrl, { redirect: 'manual' })
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const authorizeUrl = first.headers.get('location') ?? ''
    const stopAt = `${origin}/oauth/callback`
    const visit = await createVisitor().signIn({ authorizeUrl, username, password: 'open-sesame', stopAt })
    return { callbackUrl: visit.url, cookie }
  }
  const runTimer = async (name: string) => {
    const body = JSON.stringify({ input: '' })
    const headers = { 'content-type': 'application/json', 'x-functions-key': hostMasterKey }
    const answer = await fetch(`${brokers[0]?.origin}/admin/functions/${name}`, {
      method: 'POST',
      headers,
      body,
    })
    if (answer.status !== 202) throw new Error(`The host answered ${answer.status}.`)
  }

  return {
    stack,
    brokers,
    settings,
    origin,
    signInOrigin: stack.parts.signIn.origin,
    returnUrl: stack.returnUrl,
    ...control,
    call,
    newTenant,
    session,
    finish,
    connect,
    connectConfirmed,
    connected,
    connectedStale,
    stopAtCallback,
    stopAtCallbackOf,
    runTimer,
    tableClient: (name: string) =>
      TableClient.fromConnectionString(storageConnection(stack.ports), name, {
        allowInsecureConnection: true,
      }),
    grantSecrets: (of?: string) => readGrantSecrets(stack, of),
    vaultSecrets: () => readVaultSecrets(stack),
    /** Changes one of the broker's own secrets; an omitted value stays. */
    setSecret: async (name: string, { value, expiresOn }: { value?: string; expiresOn?: Date }) => {
      const [main] = await openVaults(stack)
      const kept = value ?? (await main?.getSecret(name))?.value ?? ''
      await main?.setSecret(name, kept, expiresOn ? { expiresOn } : {})
    },
    /** Starts one more broker process on the stack; `app` is the folder of a different app for its host. */
    addBroker: async (more: Record<string, string> = {}, app?: string) => {
      const own = { settings: { ...settings, ...more }, ...(app && { app }) }
      const added = await openBroker(stack, await findFreePort(), own)
      brokers.push(added)
      return added
    },
    /** Starts the first broker process again, after it has ended. Default is with the host's order on SIGTERM. */
    restart: async (hooks = true) => {
      brokers[0] = await openBroker(stack, first, { settings, hooks })
    },
    /** The hosts' reports of callers that Azure would leave without an answer, since the last call. */
    takeUnanswered: () => {
      const lines = unanswered().slice(taken)
      taken += lines.length
      return lines
    },
    /** Fails if a caller was left without an answer, unless a test has taken that report. */
    async close() {
      await Promise.all(brokers.map((each) => each.stop()))
      await stack.stop()
      if (folder) await rm(folder, { recursive: true, force: true })
      const left = unanswered().slice(taken)
      if (left.length > 0) throw new Error(`On Azure, a caller would wait for minutes:\n${left.join('\n')}`)
    },
  }
}

/** Clients of both vaults, as the managed identity. */
async function openVaults(stack: Stack): Promise<SecretClient[]> {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: vaultAudience })
  const answer = await fetch(`${stack.parts.identityEndpoint.service.endpoint}?${query}`, {
    headers: { 'X-IDENTITY-HEADER': identityHeader },
  })
  const { access_token: token, expires_on } = (await answer.json()) as {
    access_token: string
    expires_on: string
  }
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Number(expires_on) * 1000 }) }
  const ca = await readFile(stack.settings().NODE_EXTRA_CA_CERTS ?? '', 'utf8')
  const options = { disableChallengeResourceVerification: true, tlsOptions: { ca } }
  const parts = [stack.parts.vault, stack.parts.grantVault]
  return parts.map(({ origin }) => new SecretClient(origin, credential, options))
}

/** Every secret in a vault, by name. */
async function readVaultSecrets(stack: Stack): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  for (const client of await openVaults(stack)) {
    for await (const { name } of client.listPropertiesOfSecrets())
      values.set(name, (await client.getSecret(name)).value ?? '')
  }
  return values
}

/** Every refresh token in a vault, or only those of a tenant. A copy that is removed at this moment isn't one. */
async function readGrantSecrets(stack: Stack, tenant?: string): Promise<string[]> {
  const values: string[] = []
  for (const client of await openVaults(stack)) {
    for await (const { name, tags } of client.listPropertiesOfSecrets()) {
      if (!name.startsWith('grant-') || (tenant && tags?.tenant !== tenant)) continue
      const secret = await client.getSecret(name).catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error
        return undefined
      })
      if (secret) values.push(secret.value ?? '')
    }
  }
  return values
}

async function openBroker(
  stack: Stack,
  port: number,
  { settings, ...more }: Pick<BrokerOptions, 'app' | 'hooks' | 'settings'>,
): Promise<RunningBroker & { readonly lines: string[] }> {
  const lines: string[] = []
  const running = await startBroker({
    stack,
    port,
    host: 'embedded',
    ...(settings && { settings }),
    ...more,
    onLine: (line) => lines.push(line),
  })
  return { ...running, lines }
}

async function createCall(
  stack: Stack,
  originOf: (broker?: number) => string | undefined,
  otherReleases: boolean,
) {
  // Requested before any test shortens the lifetime of the sign-in's tokens.
  const apps = Object.keys(callingApps) as CallingAppName[]
  const tokens = new Map(
    await Promise.all(apps.map(async (app) => [app, await stack.callerToken(app)] as const)),
  )
  const checkContract = otherReleases ? undefined : await createContractCheck()
  return async (method: string, path: string, options: CallOptions = {}): Promise<Called> => {
    const token = options.token ?? tokens.get(options.app ?? 'demo-app') ?? ''
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': options.type ?? 'application/json' }),
      ...options.headers,
    }
    const origin = originOf(options.broker)
    const answer = await fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body }) })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.match(/[/+]json/) != null
    const { status, headers: answered } = answer
    const called = { status, headers: answered, body: isJson && text ? JSON.parse(text) : text }
    checkContract?.(method, path, called)
    return called
  }
}

function createControls(stack: Stack) {
  const at = (origin: string) => async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${origin}/_control/${path}`, {
      method,
      ...(body !== undefined && { headers, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }
  const signIn = at(stack.parts.signIn.origin)
  const advertising = at(stack.parts.advertising.origin)
  const secretOf = (environment: 'production' | 'sandbox') =>
    `local-value-of-${environment}-microsoft-client-secret`
  const setSecrets = (environment: 'production' | 'sandbox', clientSecrets: readonly string[]) =>
    signIn('POST', `clients/${webClients[environment].microsoft}`, { clientSecrets })
  const refreshCalls = async () => {
    const entries = (await signIn('GET', 'requests')) as LoggedRequest[]
    return entries.filter(({ endpoint, grantType }) => endpoint === 'token' && grantType === 'refresh_token')
  }
  return {
    refreshCalls,
    signIn: {
      fault: (fault: object) => signIn('POST', 'faults', fault),
      clear: () => signIn('DELETE', 'faults'),
      forget: () => signIn('DELETE', 'requests'),
      requests: () => signIn('GET', 'requests') as Promise<LoggedRequest[]>,
      settings: (settings: object) => signIn('POST', 'settings', settings),
      /** From then on, everyone is asked for consent again. */
      forgetConsents: () => signIn('DELETE', 'consents'),
      revoke: (username: string) => signIn('POST', 'revoke', { username }),
      clientSecrets: setSecrets,
      restoreClientSecrets: (environment: 'production' | 'sandbox') =>
        setSecrets(environment, [secretOf(environment)]),
    },
    advertising: {
      control: advertising,
      fault: (fault: object) => advertising('POST', 'faults', fault),
      clear: () => advertising('DELETE', 'faults'),
      forget: () => advertising('DELETE', 'requests'),
      requests: async () =>
        ((await advertising('GET', 'requests')) as { requests: AdvertisingRequest[] }).requests,
    },
  }
}
