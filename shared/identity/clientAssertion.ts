import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type ClientAuth, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi'
import type { Secret } from '../secret.ts'

/** There is no usable credential; `reason` is a stable word that an environment's hold names. */
export class ClientCredentialError extends Error {
  readonly reason: 'client_certificate_missing' | 'client_certificate_unusable' | 'client_secret_malformed'

  constructor(reason: ClientCredentialError['reason'], detail: string) {
    super(detail)
    this.name = 'ClientCredentialError'
    this.reason = reason
  }
}

/**
 * Authenticates with an assertion that the registration's certificate signs (`private_key_jwt`): PS256, with the
 * `x5t#S256` header, as Entra requires (identity-platform/certificate-credentials). `aud` is exactly the endpoint that
 * is called: for personal accounts, an assertion for `common` has been refused
 * (Azure-Samples/active-directory-aspnetcore-webapp-openidconnect-v2#213).
 * @param pem private key and certificate, as Key Vault stores a certificate with content type PEM.
 * @throws ClientCredentialError if the text contains no RSA key with its certificate.
 */
export function createCertificateAuth(pem: Secret): ClientAuth {
  const { key, thumbprint } = parsePem(pem.expose())
  const signer = key.toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign'])
  return (server, client, body, headers) => {
    const authenticate = PrivateKeyJwt(signer, {
      [modifyAssertion](header, payload) {
        Object.assign(header, { typ: 'JWT', 'x5t#S256': thumbprint })
        payload.aud = server.token_endpoint
      },
    })
    return authenticate(server, client, body, headers)
  }
}

/**
 * Authenticates with a token of the managed identity that a federated credential of the registration names: no secret
 * is needed (workload-identity-federation-config-app-trust-managed-identity).
 */
export function createFederatedAuth(assertion: Secret): ClientAuth {
  return (_server, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', assertion.expose())
  }
}

/** The audience that a federated credential requires in the managed identity's token. */
export const tokenExchangeAudience = 'api://AzureADTokenExchange'

function parsePem(pem: string): { key: KeyObject; thumbprint: string } {
  const block = (label: string) =>
    new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem)?.[0] ?? ''
  try {
    const key = createPrivateKey(block('(?:RSA )?PRIVATE KEY'))
    const certificate = new X509Certificate(block('CERTIFICATE'))
    if (key.asymmetricKeyType !== 'rsa') throw unusable('Entra accepts only RSA keys')
    if (!certificate.checkPrivateKey(key)) throw unusable('the key doesn’t match the certificate')
    const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString(
      'base64url',
    )
    return { key, thumbprint }
  } catch (error) {
    // The parser's own message is left out: it may quote the text that it can't parse.
    throw error instanceof ClientCredentialError
      ? error
      : unusable('it isn’t a PEM with a key and a certificate')
  }
}

function unusable(why: string): ClientCredentialError {
  return new ClientCredentialError(
    'client_certificate_unusable',
    `The client certificate is unusable: ${why}.`,
  )
}
