import { readFile } from 'node:fs/promises'
import * as oauth from 'oauth4webapi'
import {
  ClientCredentialError,
  createCertificateAuth,
  createFederatedAuth,
} from '../../shared/identity/clientAssertion.ts'
import { Secret } from '../../shared/secret.ts'
import { isLoopbackUrl } from '../../shared/settings/urls.ts'
import { UsageError } from '../commandLine.ts'
import type { Authority } from './authority.ts'
import type { Login } from './findLogin.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Entra's sign-in in each cloud (identity-platform/authentication-national-cloud). */
const entraHosts: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
])

/**
 * An app's own token (client credentials, RFC 6749 section 4.4), with the first of its secret, certificate, or federated
 * token that the environment has.
 * @throws UsageError if the authority refuses, or if it isn't one that may see the credential ({@link tokenAuthority}).
 */
export async function requestAppToken(authority: Authority, environment: Environment): Promise<Login> {
  const base = tokenAuthority(authority, environment)
  const server = { issuer: base, token_endpoint: await readTokenEndpoint(base) }
  const client = { client_id: environment.AZURE_CLIENT_ID ?? '' }
  const asked = authority.scope ? { scope: authority.scope } : { audience: authority.audience ?? '' }
  const requestedAt = Date.now()
  try {
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      await authenticationOf(environment),
      asked,
      { [oauth.allowInsecureRequests]: isLoopbackUrl(base) },
    )
    const granted = await oauth.processClientCredentialsResponse(server, client, answer)
    const expiresAt = new Date(requestedAt + (granted.expires_in ?? 0) * 1000)
    return { token: granted.access_token, expiresAt }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${base} gave ${client.client_id} no token: ${reasonOf(error)}`)
  }
}

/**
 * The authority that gets the credential: `AZURE_AUTHORITY_HOST` if it's set, otherwise the broker's issuer, but only if
 * that is Entra's or on this machine. A wrong broker address must not lead to an authority that takes a secret.
 */
function tokenAuthority({ directory, issuer }: Authority, environment: Environment): string {
  const { AZURE_AUTHORITY_HOST: host, AZURE_TENANT_ID: tenant = directory } = environment
  if (host) return tenant ? entraAuthority(host, tenant) : host.replace(/\/$/, '')
  const { hostname, protocol } = new URL(issuer)
  // Issues version 1 tokens; the endpoint is the same.
  if (hostname === 'sts.windows.net') return entraAuthority('https://login.microsoftonline.com', tenant ?? '')
  if (isLoopbackUrl(issuer) || (protocol === 'https:' && entraHosts.has(hostname))) return issuer
  throw new UsageError(
    `The broker’s issuer is ${issuer}, which isn’t Entra’s. If the client secret belongs there, set AZURE_AUTHORITY_HOST=${issuer}`,
  )
}

/** `adfs` has no version in its path (`@azure/msal-common`, `Authority`). */
function entraAuthority(host: string, tenant: string): string {
  return `${host.replace(/\/$/, '')}/${tenant}${tenant === 'adfs' ? '' : '/v2.0'}`
}

async function readTokenEndpoint(authority: string): Promise<string> {
  const answer = await fetch(`${authority}/.well-known/openid-configuration`).catch(() => undefined)
  const body = await answer?.json().catch(() => undefined)
  const { token_endpoint: endpoint } = (body ?? {}) as { token_endpoint?: unknown }
  if (typeof endpoint === 'string' && new URL(endpoint).origin === new URL(authority).origin) return endpoint
  throw new UsageError(
    `${authority} has no token endpoint of its own. Check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID.`,
  )
}

async function authenticationOf(environment: Environment): Promise<oauth.ClientAuth> {
  const { AZURE_CLIENT_CERTIFICATE_PATH: certificate, AZURE_CLIENT_SECRET: secret } = environment
  if (secret) return oauth.ClientSecretPost(secret)
  if (certificate)
    return createCertificateAuth(await readSecret(certificate, 'AZURE_CLIENT_CERTIFICATE_PATH'))
  const { AZURE_FEDERATED_TOKEN_FILE: file = '' } = environment
  return createFederatedAuth(await readSecret(file, 'AZURE_FEDERATED_TOKEN_FILE'))
}

async function readSecret(file: string, variable: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.trim()) return new Secret(text.trim())
  throw new UsageError(`Can’t read the file in ${variable}: ${file}.`)
}

function reasonOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError)
    return `${error.error}: ${error.error_description?.split(/[\r\n]/)[0] ?? ''}`
  if (error instanceof ClientCredentialError) return error.message
  return error instanceof Error ? error.message : String(error)
}
