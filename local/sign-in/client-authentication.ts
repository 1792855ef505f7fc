import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Client, ClientRegistry } from './clients.ts'
import type { RefusalAnswer } from './refusals.ts'

/** The result of authenticating a client. */
export type ClientAuthentication =
  | { readonly kind: 'authenticated'; readonly client: Client }
  | ({ readonly kind: 'refused' } & RefusalAnswer)

/** `client_assertion_type` of a JWT (RFC 7523 section 2.2). */
const jwtAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The audience of a federated credential's assertion (workload-identity-federation). */
const tokenExchangeAudience = 'api://AzureADTokenExchange'

/**
 * Authenticates a client by secret (body or Basic), by an assertion signed with its certificate, or by another
 * issuer's assertion that a federated credential names. `audiences` are the token endpoint's addresses.
 */
export async function authenticateClient(
  clients: ClientRegistry,
  params: URLSearchParams,
  authorization: string | undefined,
  audiences: readonly string[],
): Promise<ClientAuthentication> {
  const basic = parseBasic(authorization)
  const client = clients.find(basic?.clientId ?? params.get('client_id') ?? '')
  if (!client) return refuse(700016)
  const assertion = params.get('client_assertion')
  if (assertion) {
    if (params.get('client_assertion_type') !== jwtAssertionType) return refuse(900144)
    return authenticateByAssertion(client, assertion, audiences)
  }
  return authenticateBySecret(client, basic?.clientSecret ?? params.get('client_secret'))
}

const refuse = (code: RefusalAnswer['code']): ClientAuthentication => ({ kind: 'refused', code })

function authenticateBySecret(client: Client, secret: string | null): ClientAuthentication {
  if (!secret) return refuse(7000218)
  if (client.clientSecrets.includes(secret)) return { kind: 'authenticated', client }
  return refuse(client.expiredClientSecrets?.includes(secret) ? 7000222 : 7000215)
}

async function authenticateByAssertion(client: Client, assertion: string, audiences: readonly string[]) {
  const trust = toTrust(client, assertion, audiences)
  if (!trust) return refuse(70021)
  const { keys, refusal, ...claims } = trust
  return jwtVerify(assertion, keys, claims).then(
    (): ClientAuthentication => ({ kind: 'authenticated', client }),
    () => refuse(refusal),
  )
}

interface Trust {
  readonly keys: JWTVerifyGetKey
  readonly issuer: string
  readonly subject: string
  readonly audience: string[]
  readonly refusal: RefusalAnswer['code']
}

function toTrust(client: Client, assertion: string, audiences: readonly string[]): Trust | undefined {
  const issuer = readIssuer(assertion)
  const { jwks, federated, clientId } = client
  if (jwks && issuer === clientId) {
    const keys = createLocalJWKSet({ keys: [...jwks.keys] })
    return { keys, issuer, subject: clientId, audience: [...audiences], refusal: 700027 }
  }
  if (federated && issuer === federated.issuer) {
    const keys = createRemoteJWKSet(new URL(federated.jwksUri))
    return { keys, issuer, subject: federated.subject, audience: [tokenExchangeAudience], refusal: 70021 }
  }
  return undefined
}

function readIssuer(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).iss
  } catch {
    return undefined
  }
}

function parseBasic(authorization: string | undefined) {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1]
  if (!encoded) return undefined
  const [clientId = '', clientSecret = ''] = Buffer.from(encoded, 'base64').toString().split(':')
  return { clientId: decodeForm(clientId), clientSecret: decodeForm(clientSecret) }
}

/** Undoes the form encoding that Basic authentication requires (RFC 6749 section 2.3.1). */
const decodeForm = (text: string) => new URLSearchParams(`x=${text}`).get('x') ?? ''
