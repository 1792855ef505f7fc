import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { ClientMetadata } from 'oidc-provider'

/** The credentials that an application's registration trusts. */
export interface ClientCredentialsTrusted {
  /** Concurrently valid secrets; Microsoft allows two (identity-platform/supported-accounts-validation). */
  readonly clientSecrets: readonly string[]
  /** Secrets that have expired: they get AADSTS7000222, but an unknown one gets AADSTS7000215. */
  readonly expiredClientSecrets?: readonly string[]
  /** Public keys of the certificates whose client assertions are accepted. */
  readonly jwks?: { readonly keys: readonly JWK[] }
  /** Another issuer's accepted assertions, as in a federated identity credential. */
  readonly federated?: { readonly issuer: string; readonly subject: string; readonly jwksUri: string }
}

/** An application that people sign in to, such as the broker. */
export interface WebClient extends ClientCredentialsTrusted {
  readonly clientId: string
  readonly redirectUris: readonly string[]
  /** Its name on the consent page. Default is its client id. */
  readonly displayName?: string
  /** The intended environment; as at Microsoft, it has no effect. */
  readonly environment?: 'production' | 'sandbox'
}

/** An application that calls the broker with its own token (`client_credentials`). */
export interface CallingApp extends ClientCredentialsTrusted {
  readonly clientId: string
  /** The id of its service principal: `oid` and `sub` of its tokens. */
  readonly objectId: string
  /** The `roles` claim of its tokens. */
  readonly appRoles: readonly string[]
  /**
   * The client id of the API it calls, which is the `aud` of version 2 tokens. Its scope is `<audience>/.default` or
   * `api://<audience>/.default`; a version 1 token's `aud` is what the scope names.
   */
  readonly audience: string
  /** The version that the API's registration asks for (`requestedAccessTokenVersion`). Default is 2. */
  readonly accessTokenVersion?: 1 | 2
  /** Whether it's a managed identity, whose tokens are valid for 24 hours. Default is false. */
  readonly isManagedIdentity?: boolean
}

/** An application that is registered with the local sign-in. */
export type Client = WebClient | CallingApp

/** The registered applications. */
export interface ClientRegistry {
  find(clientId: string): Client | undefined
  /** Replaces a client's secrets; `false` if there is no such client. */
  rotate(clientId: string, secrets: Pick<Client, 'clientSecrets' | 'expiredClientSecrets'>): boolean
  /** The client in the provider library's form; its only secret there is {@link innerSecret}. */
  toMetadata(clientId: string): ClientMetadata | undefined
  /** The redirect URIs of every client. */
  redirectUris(): readonly string[]
  /** The secret that the front sends to the provider after it has authenticated the client; created at startup. */
  readonly innerSecret: string
}

/** Creates the registry of applications. */
export function createClientRegistry(clients: readonly Client[]): ClientRegistry {
  const byId = new Map(clients.map((client) => [client.clientId, client]))
  const innerSecret = randomBytes(32).toString('base64url')
  return {
    innerSecret,
    find: (clientId) => byId.get(clientId),
    rotate(clientId, secrets) {
      const client = byId.get(clientId)
      if (client) byId.set(clientId, { ...client, ...secrets })
      return client !== undefined
    },
    toMetadata(clientId) {
      const client = byId.get(clientId)
      return client && toMetadata(client, innerSecret)
    },
    redirectUris: () =>
      [...byId.values()].flatMap((client) => (isWebClient(client) ? client.redirectUris : [])),
  }
}

/** Whether people sign in to this client. */
export function isWebClient(client: Client): client is WebClient {
  return 'redirectUris' in client
}

function toMetadata(client: Client, innerSecret: string): ClientMetadata {
  const common = {
    client_id: client.clientId,
    client_secret: innerSecret,
    token_endpoint_auth_method: 'client_secret_post',
  } as const
  if (!isWebClient(client)) {
    return { ...common, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
  }
  return {
    ...common,
    client_name: client.displayName ?? client.clientId,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [...client.redirectUris],
  }
}
