import * as oauth from 'oauth4webapi'
import { createVisitor, type Visitor } from '../../../local/sign-in/visitor.ts'

/** The address of the test client's callback; nothing listens there. */
export const redirectUri = 'http://127.0.0.1:1/oauth/callback'

/** The scopes that the broker requests in production. */
export const productionScopes = 'openid profile email offline_access https://ads.microsoft.com/msads.manage'

/** The test client, and the shared password of its people. */
export const clientId = '55555555-5555-4555-8555-00000000b20d'
export const password = 'open-sesame'

/** A real client (oauth4webapi) of one authority of a local sign-in. */
export interface TestClient {
  readonly server: oauth.AuthorizationServer
  readonly verifier: string
  /** An authorization request with PKCE, nonce `nonce-1` and state `state-1`; `undefined` removes one. */
  authorizeUrl(parameters?: Record<string, string | undefined>): Promise<string>
  /** Signs in and accepts; returns the callback's parameters. */
  consent(username: string, parameters?: Record<string, string>): Promise<URL>
  /** Redeems the code of a callback. */
  redeem(callback: URL, parameters?: Record<string, string>): Promise<Response>
  refresh(refreshToken: string, parameters?: Record<string, string>): Promise<Response>
  /** The whole flow: tokens and checked ID token claims. */
  connect(username: string, parameters?: Record<string, string>): Promise<Tokens>
}

/** The result of a whole flow. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly claims: oauth.IDToken
}

/** Creates a client from the server's metadata; `issuer` is the issuer in its ID tokens. */
export function createTestClient(
  server: oauth.AuthorizationServer,
  scope: string,
  visitor: Visitor = createVisitor(),
): TestClient {
  const verifier = oauth.generateRandomCodeVerifier()
  const post = (parameters: Record<string, string>) =>
    fetch(server.token_endpoint ?? '', {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, client_secret: 'secret-1', ...parameters }),
    })
  const client: TestClient = {
    server,
    verifier,
    async authorizeUrl(parameters = {}) {
      const url = new URL(server.authorization_endpoint ?? '')
      const wanted = {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state: 'state-1',
        nonce: 'nonce-1',
        code_challenge_method: 'S256',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        ...parameters,
      }
      for (const [name, value] of Object.entries(wanted)) if (value) url.searchParams.set(name, value)
      return url.href
    },
    async consent(username, parameters) {
      const authorizeUrl = await client.authorizeUrl(parameters)
      const { url } = await visitor.signIn({ authorizeUrl, username, password, stopAt: redirectUri })
      return new URL(url)
    },
    redeem: (callback, parameters) =>
      post({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...parameters,
      }),
    refresh: (refresh_token, parameters) =>
      post({ grant_type: 'refresh_token', refresh_token, ...parameters }),
    async connect(username, parameters) {
      const registered = { client_id: clientId }
      const callback = await client.consent(username, parameters)
      const checked = oauth.validateAuthResponse(server, registered, callback, 'state-1')
      const answer = await oauth.authorizationCodeGrantRequest(
        server,
        registered,
        oauth.ClientSecretPost('secret-1'),
        checked,
        redirectUri,
        verifier,
        { [oauth.allowInsecureRequests]: true },
      )
      const tokens = await oauth.processAuthorizationCodeResponse(server, registered, answer, {
        expectedNonce: 'nonce-1',
        requireIdToken: true,
      })
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      if (!claims) throw new Error('There is no ID token.')
      return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '', claims }
    },
  }
  return client
}
