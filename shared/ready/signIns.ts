import * as z from 'zod'
import { type Config, providersOf } from '../config.ts'
import { environments, identityProviders } from '../environment.ts'
import { redirectUriOf } from '../identity/redirectUri.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import type { ReadinessCheck } from './checks.ts'
import { fetchJson } from './fetchJson.ts'

/** The public part of a sign-in table row: the parameters that a browser takes to the provider. */
export const signInView = z
  .object({
    environment: z.enum(environments),
    identityProvider: z.enum(identityProviders),
    clientId: z.string(),
    authorizeUrl: z.string(),
    scopes: z.array(z.string()),
    redirectUri: z.string(),
  })
  .meta({ id: 'SignInRegistration', description: 'A registration with which advertisers sign in.' })

/** A {@link signInView}'s value. */
export type SignInView = z.infer<typeof signInView>

/** Every row of the sign-in table that is configured. */
export function signInRows({ environments: served }: Config, table: SignInTable): SignInRow[] {
  return [...served.values()].flatMap((settings) =>
    providersOf(settings).flatMap(
      (identityProvider) => table({ environment: settings.environment, identityProvider }) ?? [],
    ),
  )
}

/** Shows a row to the operator. */
export function toSignInView(config: Config, row: SignInRow): SignInView {
  const { environment, identityProvider, clientId, authorizeUrl, scopes } = row
  const redirectUri = redirectUriOf(config, identityProvider)
  return { environment, identityProvider, clientId, authorizeUrl, scopes: [...scopes], redirectUri }
}

/** The sign-in table consists of settings and constants; the provider's own metadata must match. */
export async function checkSignIn(row: SignInRow): Promise<ReadinessCheck> {
  const name = `sign-in table: ${row.environment} ${row.identityProvider}`
  const url = metadataUrl(row)
  const { status, body } = await fetchJson(url)
  const resolution = `Compare the settings with: curl ${url}`
  if (status !== 200) return { name, ok: false, detail: `metadata: ${status || 'no answer'}`, resolution }
  const metadata = (body ?? {}) as Record<string, unknown>
  const expected = {
    authorization_endpoint: row.authorizeUrl,
    token_endpoint: row.tokenUrl(row.signInTenant),
    jwks_uri: row.jwksUrl,
  }
  const wrong = Object.entries(expected).filter(([member, value]) => metadata[member] !== value)
  if (wrong.length === 0) return { name, ok: true, detail: 'agrees with the provider’s metadata' }
  return { name, ok: false, detail: `${wrong.map(([member]) => member).join(', ')} differ`, resolution }
}

/** Where a provider describes itself (openid-connect-discovery-1_0, section 4). */
export function metadataUrl(row: SignInRow): string {
  if (row.identityProvider === 'google') return `${row.issuer('')}/.well-known/openid-configuration`
  return row.jwksUrl.replace('/discovery/v2.0/keys', '/v2.0/.well-known/openid-configuration')
}
