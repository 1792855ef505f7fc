import { callerSecret, callingApps } from '../../local/callers.ts'
import { createSecretSearch, type SecretSearch } from '../canary/secretSearch.ts'
import { addWorldSecrets } from '../canary/worldSecrets.ts'
import type { World } from '../end-to-end/world.ts'
import { tenants } from './known.ts'
import { createLiveValues, type LiveValues } from './liveValues.ts'
import type { Caller } from './request.ts'

/** The two workspaces. Each has data that the other must never see. */
export type Side = 'own' | 'other'

/** What requests are sent to, and what their answers are judged by. */
export interface Ground {
  readonly search: SecretSearch
  readonly live: LiveValues
  /** Texts of each workspace's data; no request contains one. */
  readonly marks: Readonly<Record<Side, readonly string[]>>
  /** The `Authorization` header of a caller; undefined for none. */
  authorization(caller: Caller): string | undefined
  /** Connects the tenants again that requests have disconnected. */
  reconnect(): Promise<void>
  /** From then on, the access tokens and refresh tokens that are new are searched for, too. */
  learnSecrets(): Promise<void>
  /** All that the other workspace sees of a tenant that no request of its own touches. */
  hidden(): Promise<string>
}

/** Like a secret, and sent only where a secret, or nothing, belongs: it may come back from nowhere. */
export const sentSecret = 'canary-5f1e0c7d2b9a4386-sent'

const apps = { own: 'demo-app', other: 'other-app' } as const

/** A tenant, its workspace, and the person whose consent it has. */
const owned = [
  { side: 'own', tenant: tenants.steady, person: 'ada@outlook.example' },
  { side: 'own', tenant: tenants.several, person: 'grace@contoso.example' },
  { side: 'other', tenant: tenants.hidden, person: 'alan@outlook.example' },
  { side: 'other', tenant: tenants.other, person: 'alan@outlook.example' },
] as const

/** Connects the tenants of both workspaces. */
export async function openGround(world: World): Promise<Ground> {
  const search = createSecretSearch()
  search.add('a secret that a caller sent', sentSecret)
  const tokens = await callerTokens(world, search)
  const reconnect = await createReconnect(world)
  await reconnect()
  await world.session(tenants.pending)
  const marks = { own: await marksOf(world, 'own'), other: await marksOf(world, 'other') }
  const learnVends = async () => {
    for (const { side, tenant } of owned) await learnVend(world, search, side, tenant)
  }
  const accessToken = await learnVend(world, search, 'own', tenants.steady)
  if (!accessToken) throw new Error(`${tenants.steady} can't be vended.`)
  const live = await createLiveValues(world, {
    sent: sentSecret,
    refreshToken: reconnect.refreshTokenOf(tenants.steady),
    otherRefreshToken: reconnect.refreshTokenOf(tenants.other),
    callerToken: tokens.own,
    callerSecret: callerSecret(apps.own),
    clientId: callingApps[apps.own].clientId,
    returnUrl: world.returnUrl,
    issuer: world.signInOrigin,
  })
  await addWorldSecrets(world, search)
  return {
    search,
    live,
    marks,
    reconnect,
    learnSecrets: async () => {
      await learnVends()
      await addWorldSecrets(world, search)
    },
    authorization: (caller) => authorizationOf(caller, { ...tokens, accessToken }),
    hidden: () => describeHidden(world),
  }
}

/** Connects every tenant that isn't connected, with a consent that was given at the beginning. */
async function createReconnect(world: World) {
  const refreshTokens = new Map<string, string>()
  for (const { person } of owned)
    if (!refreshTokens.has(person)) refreshTokens.set(person, await consent(world, person))
  const reconnect = async () => {
    for (const { side, tenant, person } of owned) {
      const app = apps[side]
      if ((await world.call('GET', `/v1/tenants/${tenant}`, { app })).body.status === 'connected') continue
      const refreshToken = refreshTokens.get(person)
      const body = { environment: 'production', refreshToken, displayName: markOf(side, tenant) }
      const answer = await world.call('POST', `/v1/tenants/${tenant}/grants`, { app, body })
      // Another request was faster; the next turn looks again.
      if (answer.body.code === 'tenant_changed') continue
      if (answer.status !== 200) throw new Error(`${tenant}: ${JSON.stringify(answer.body)}`)
    }
  }
  const refreshTokenOf = (name: string) =>
    refreshTokens.get(owned.find(({ tenant }) => tenant === name)?.person ?? '') ?? ''
  return Object.assign(reconnect, { refreshTokenOf })
}

async function learnVend(world: World, search: SecretSearch, side: Side, tenant: string) {
  const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`, { app: apps[side] })
  if (body.accessToken) search.add(accessTokenOf(side), body.accessToken)
  return body.accessToken as string | undefined
}

/** The name under which a workspace's access tokens are searched for. */
export const accessTokenOf = (side: Side) => `an access token of ${side}`

const markOf = (side: Side, tenant: string) => `Mark of ${side}: ${tenant} 7c1d`

async function callerTokens(world: World, search: SecretSearch) {
  const { stack } = world
  const tokens = {
    own: await stack.callerToken(apps.own),
    other: await stack.callerToken(apps.other),
    operator: await stack.callerToken('demo-operator'),
  }
  for (const [name, token] of Object.entries(tokens)) search.add(`the caller’s token of ${name}`, token)
  return tokens
}

/** A person's consent, of which the refresh token is kept. */
async function consent(world: World, person: string): Promise<string> {
  const before = new Set(await world.grantSecrets())
  await world.connect(world.newTenant(), person)
  const [refreshToken] = (await world.grantSecrets()).filter((secret) => !before.has(secret))
  if (!refreshToken) throw new Error(`${person} did not connect.`)
  return refreshToken
}

/** The names of a workspace's tenants' accounts, and what its tenants are called. */
async function marksOf(world: World, side: Side): Promise<string[]> {
  const marks: string[] = []
  for (const { side: each, tenant } of owned) {
    if (each !== side) continue
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts`, { app: apps[side] })
    marks.push(markOf(side, tenant), ...(body.accounts as { name: string }[]).map(({ name }) => name))
  }
  return marks
}

async function describeHidden(world: World): Promise<string> {
  const app = apps.other
  const { tenant, displayName, status, connection } = (
    await world.call('GET', `/v1/tenants/${tenants.hidden}`, { app })
  ).body
  const { accounts } = (await world.call('GET', `/v1/tenants/${tenants.hidden}/accounts`, { app })).body
  const { events } = (await world.call('GET', `/v1/tenants/${tenants.hidden}/events`, { app })).body
  return JSON.stringify({ tenant, displayName, status, connection, accounts, events })
}

/** Every spelling of a credential that must not be taken, beside those of the three callers. */
function authorizationOf(
  caller: Caller,
  tokens: Readonly<Record<Side | 'operator' | 'accessToken', string>>,
): string | undefined {
  switch (caller) {
    case 'none':
      return undefined
    case 'garbage':
      return 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'
    case 'tampered':
      return `Bearer ${tokens.own.replace(/.{8}$/, 'AAAAAAAA')}`
    case 'basic':
      return `Basic ${Buffer.from(`${callingApps[apps.own].clientId}:${sentSecret}`).toString('base64')}`
    default:
      return `Bearer ${tokens[caller]}`
  }
}
