import { randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { people } from '../../local/people.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { prepareProcess } from '../../scripts/commandLine.ts'
import { type Broker, createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { Secret } from '../../shared/secret.ts'
import { connectGrant } from '../../shared/tenants/connectGrant.ts'

/** A local stack with a broker in this process: the target of an operator's commands. */
export interface OperatorWorld {
  readonly stack: Stack
  readonly broker: Broker
  /** The log of {@link OperatorWorld.broker} and of every further broker. */
  readonly lines: string[]
  /** A broker like in another process: with an empty memory and, optionally, other settings. */
  createBroker(settings?: Readonly<Record<string, string>>): Broker
  /** Connects a tenant of workspace `agency` through a real sign-in. Default broker is one with an empty memory. */
  connect(tenant: string, username: string, broker?: Broker): Promise<TenantName>
  read(name: TenantName): Promise<Tenant>
  /** Whether the stored grant still refreshes, by a forced refresh. */
  refreshes(name: TenantName, broker?: Broker): Promise<boolean>
}

/** Starts the stack on free ports; `stack.stop()` ends it. */
export async function openOperatorWorld(): Promise<OperatorWorld> {
  const stack = await startStack({ ports: 'free' })
  const lines: string[] = []
  await prepareProcess(stack.settings())
  const create = (settings = {}) =>
    createBroker(parseConfig({ ...stack.settings(), ...settings }), (line) => lines.push(line))
  const broker = create()
  return {
    stack,
    broker,
    lines,
    createBroker: create,
    connect: (tenant, username, by = create()) => connect(by, tenant, username),
    async read(name) {
      const stored = await broker.tenants.read(name)
      if (!stored) throw new Error(`There is no tenant ${name.tenant}.`)
      return stored.tenant
    },
    async refreshes(name, by = create()) {
      const stored = await by.tenants.read(name)
      const seen = stored?.tenant.accessToken?.refreshedAt ?? new Date()
      return (await by.refresher.refresh(name, { for: 'replacement', seen })).outcome === 'refreshed'
    },
  }
}

async function connect(broker: Broker, tenant: string, username: string): Promise<TenantName> {
  const name = { workspace: 'agency', tenant }
  const row = broker.signInTable({ environment: 'production', identityProvider: 'microsoft' })
  const password = people.find((person) => person.username === username)?.password
  if (!row || !password) throw new Error(`${username} cannot sign in here.`)
  const [codeVerifier, nonce] = [oauth.generateRandomCodeVerifier(), randomBytes(8).toString('hex')]
  const { redirectUri } = broker.config
  const query = new URLSearchParams({
    client_id: row.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: row.scopes.join(' '),
    state: 'state',
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  const authorizeUrl = `${row.authorizeUrl}?${query}`
  const { url } = await createVisitor().signIn({ authorizeUrl, username, password, stopAt: redirectUri })
  const code = new URL(url).searchParams.get('code') ?? ''
  const requestedAt = new Date()
  const tokens = await broker.tokenEndpoints.redeem({ row, code, codeVerifier, redirectUri })
  if (!tokens.ok) throw new Error(`The code was refused: ${tokens.refusal.reason}`)
  const user = await broker.idTokens.check(row, tokens.idToken, nonce)
  if ('fault' in user) throw new Error(user.fault)
  const at = new Date()
  await broker.tenants.create({ ...name, environment: 'production', status: 'pending', createdAt: at }, [])
  await connectGrant(broker.grantServices, name, {
    environment: 'production',
    grant: {
      ...user,
      identityProvider: 'microsoft',
      scopes: row.scopes,
      consentedAt: at,
      advertisingUserId: '',
    },
    refreshToken: tokens.refreshToken ?? new Secret(''),
    accessToken: tokens.accessToken,
    expiresInSeconds: tokens.expiresInSeconds,
    requestedAt,
    accountsGeneration: 'first',
  })
  return name
}
