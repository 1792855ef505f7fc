import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createControlRoutes } from './control-routes.ts'
import { IdentityControl } from './identity-control.ts'
import { answerOrFail, type IdentityRefusal, refuse } from './identity-faults.ts'
import { type RunningService, serve } from './service.ts'

/**
 * Key Vault's token audience, exactly, without a trailing slash
 * (key-vault/general/authentication-requests-and-responses).
 */
export const vaultAudience = 'https://vault.azure.net'

/** Storage's token audience. */
export const storageAudience = 'https://storage.azure.com'

/** The audience of an assertion that a federated credential accepts instead of a client secret. */
export const tokenExchangeAudience = 'api://AzureADTokenExchange'

/** Application Insights' token audience, for ingestion without a key (azure-monitor/app/azure-ad-authentication). */
export const monitorAudience = 'https://monitor.azure.com'

const audiences = [vaultAudience, storageAudience, tokenExchangeAudience, monitorAudience]

/** Options of the local identity endpoint. */
export interface IdentityEndpointOptions {
  /** TCP port; 0 means any free port. */
  readonly port: number
  /** The required `X-IDENTITY-HEADER`: the setting `IDENTITY_HEADER`. */
  readonly header: string
  /** The managed identity's object id: `sub` and `oid` of its tokens. Default is a fixed one. */
  readonly principalId?: string
  /**
   * The managed identity's client id: `appid` of its tokens, and the only `client_id` answered. Default is a fixed one.
   */
  readonly clientId?: string
  /** The directory's id, `tid`. Default is a fixed one. */
  readonly tenantId?: string
  /** `iss` of tokens for the vault and for token exchange. Default is the endpoint's own origin. */
  readonly issuer?: string
  /** Lifetime of tokens. Default is 86,400 seconds, like managed identities' tokens. */
  readonly lifetimeSeconds?: number
}

/** A listening identity endpoint. */
export interface RunningIdentityEndpoint extends RunningService {
  /** The setting `IDENTITY_ENDPOINT`; a process that adds `/name` to it can be struck by faults of its own. */
  readonly endpoint: string
  /** Faults, settings, and the log of requests; over HTTP they are under `/_control`. */
  readonly control: IdentityControl
  /** `iss` of the tokens it gives. */
  readonly issuer: string
  /** What a federated credential names, so that a registration accepts the identity's tokens. */
  readonly federated: { readonly issuer: string; readonly subject: string; readonly jwksUri: string }
}

type TokenSigner = (audience: string, issuer: string) => Promise<{ token: string; expiresAt: number }>

/**
 * Starts App Service's managed identity endpoint (`GET /msi/token`), so that the credential for Azure
 * works here. Tokens are RS256 with a key created at startup; `/.well-known/openid-configuration` and
 * `/discovery/keys` let anyone verify them.
 * @throws PortTakenError if the port is in use.
 */
export async function startIdentityEndpoint(
  options: IdentityEndpointOptions,
): Promise<RunningIdentityEndpoint> {
  const identity = {
    principalId: '22222222-2222-4222-8222-00000000b20e',
    clientId: '33333333-3333-4333-8333-00000000b20e',
    tenantId: '44444444-4444-4444-8444-00000000b20e',
    lifetimeSeconds: 86_400,
    ...options,
  }
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = randomUUID()
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  const sign = createSigner(identity, kid, privateKey)
  const issuerFor = (origin: string) => options.issuer ?? origin

  const control = new IdentityControl()
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.route('/_control', createControlRoutes(control))
  app.on('GET', ['/msi/token', '/msi/token/:instance'], (context) =>
    answerOrFail(context, control, () =>
      answerToken(context, identity, sign, issuerFor(originOf(context.req.raw))),
    ),
  )
  app.get('/discovery/keys', (context) => context.json({ keys: [jwk] }))
  app.get('/.well-known/openid-configuration', (context) => {
    const origin = originOf(context.req.raw)
    return context.json({ issuer: issuerFor(origin), jwks_uri: `${origin}/discovery/keys` })
  })
  const service = await serve(app.fetch, { name: 'identity endpoint', port: options.port })
  const { origin } = service
  const issuer = issuerFor(origin)
  const federated = { issuer, subject: identity.principalId, jwksUri: `${origin}/discovery/keys` }
  return { ...service, endpoint: `${origin}/msi/token`, issuer, federated, control }
}

type Identity = IdentityEndpointOptions & {
  readonly principalId: string
  readonly clientId: string
  readonly tenantId: string
  readonly lifetimeSeconds: number
}

function createSigner(identity: Identity, kid: string, privateKey: CryptoKey): TokenSigner {
  return async (audience, issuer) => {
    const issuedAt = Math.floor(Date.now() / 1000)
    const expiresAt = issuedAt + identity.lifetimeSeconds
    const token = await new SignJWT({
      appid: identity.clientId,
      appidacr: '2',
      idtyp: 'app',
      oid: identity.principalId,
      tid: identity.tenantId,
      ver: '1.0',
    })
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      // Azurite's OAuth mode accepts only tokens of the directory's v1 issuer.
      .setIssuer(audience.startsWith(storageAudience) ? v1Issuer(identity.tenantId) : issuer)
      .setSubject(identity.principalId)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey)
    return { token, expiresAt }
  }
}

const v1Issuer = (tenantId: string) => `https://sts.windows.net/${tenantId}/`

const originOf = (request: Request) => new URL(request.url).origin

async function answerToken(context: Context, identity: Identity, sign: TokenSigner, issuer: string) {
  const refusal = toRefusal(context, identity)
  if (refusal) return refuse(context, refusal)
  const resource = context.req.query('resource') ?? ''
  const { token, expiresAt } = await sign(resource, issuer)
  return context.json({
    access_token: token,
    client_id: identity.clientId,
    expires_on: String(expiresAt),
    resource,
    token_type: 'Bearer',
  })
}

function toRefusal({ req }: Context, identity: Identity): IdentityRefusal | undefined {
  if (!isSameText(req.header('X-IDENTITY-HEADER') ?? '', identity.header)) {
    return { statusCode: 401, message: 'X-IDENTITY-HEADER is missing or wrong.' }
  }
  if (req.query('api-version') !== '2019-08-01') {
    return { statusCode: 400, message: 'The api-version must be 2019-08-01.' }
  }
  const wanted = req.query('client_id') ?? identity.clientId
  const wantedPrincipal = req.query('principal_id') ?? req.query('object_id') ?? identity.principalId
  if (wanted !== identity.clientId || wantedPrincipal !== identity.principalId) {
    return { statusCode: 400, message: 'Unable to load the proper Managed Identity.' }
  }
  if (!audiences.includes((req.query('resource') ?? '').replace(/\/$/, ''))) {
    return { statusCode: 400, message: 'The resource is missing or unknown.' }
  }
  return undefined
}

function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
