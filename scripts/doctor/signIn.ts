import { type Config, providersOf } from '../../shared/config.ts'
import { createSignInTable, type SignInRow } from '../../shared/identity/signInTable.ts'
import { checkClock, type Diagnosed, look, toObject } from './finding.ts'

/** Everything about where advertisers sign in that can be seen from outside and without a person. */
export async function checkSignIns(config: Config): Promise<Diagnosed[]> {
  const table = createSignInTable(config)
  const rows = [...config.environments.values()].flatMap((settings) =>
    providersOf(settings).flatMap((provider) => table(settings.environment, provider) ?? []),
  )
  const checks = await Promise.all(
    rows.map(async (row) => [await checkMetadata(row), await checkRegistration(config, row)]),
  )
  const [first] = rows
  const clock = first ? [checkClock('clock against the identity provider', await look(first.jwksUrl))] : []
  return [...checks.flat(), ...clock]
}

const nameOf = (row: SignInRow) => `${row.environment} ${row.identityProvider}`

function metadataUrl(row: SignInRow): string {
  if (row.identityProvider === 'google') return `${row.issuer('')}/.well-known/openid-configuration`
  return row.jwksUrl.replace('/discovery/v2.0/keys', '/v2.0/.well-known/openid-configuration')
}

/** The sign-in table is settings and constants; the provider's own metadata must say the same. */
async function checkMetadata(row: SignInRow): Promise<Diagnosed> {
  const name = `sign-in table: ${nameOf(row)}`
  const url = metadataUrl(row)
  const seen = await look(url)
  const mend = `Compare the settings with: curl ${url}`
  if (seen.status !== 200)
    return { name, ok: false, detail: `metadata: status ${seen.status || 'none'}`, mend }
  const metadata = toObject(seen.text)
  const expected = {
    authorization_endpoint: row.authorizeUrl,
    token_endpoint: row.tokenUrl(row.signInTenant),
    jwks_uri: row.jwksUrl,
  }
  const wrong = Object.entries(expected).filter(([member, value]) => metadata[member] !== value)
  if (wrong.length === 0) return { name, ok: true, detail: 'agrees with the provider’s metadata' }
  return { name, ok: false, detail: `${wrong.map(([member]) => member).join(', ')} differ`, mend }
}

/**
 * Whether the redirect URI is registered: a silent request without a session comes back to a registered redirect URI
 * with `login_required`, and ends on an error page otherwise. Whether it is registered under Web cannot be seen so:
 * that shows when a code is redeemed (AADSTS700025).
 */
async function checkRegistration(config: Config, row: SignInRow): Promise<Diagnosed> {
  const name = `redirect URI registered: ${nameOf(row)}`
  const query = new URLSearchParams({
    client_id: row.clientId,
    response_type: 'code',
    redirect_uri: config.redirectUri,
    scope: row.scopes.join(' '),
    state: 'doctor',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    prompt: 'none',
  })
  const seen = await look(`${row.authorizeUrl}?${query}`)
  const location = seen.headers.get('location') ?? ''
  if (location.startsWith(`${config.redirectUri}?`)) {
    return { name, ok: true, detail: 'registered; the platform (Web) shows at the first sign-in' }
  }
  return { name, ...explainRefusal(config, row, `${decodeSafely(location)} ${seen.text}`, seen.status) }
}

function explainRefusal(
  config: Config,
  row: SignInRow,
  answer: string,
  status: number,
): Omit<Diagnosed, 'name'> {
  const google = row.identityProvider === 'google'
  const register = google
    ? `Add ${config.redirectUri} to the OAuth client’s authorised redirect URIs in Google’s console.`
    : `az ad app update --id ${row.clientId} --web-redirect-uris ${config.redirectUri}`
  if (/AADSTS50011|redirect_uri_mismatch|redirect_uri/.test(answer))
    return { ok: false, detail: 'not registered', mend: register }
  if (/AADSTS700016|invalid_client|AADSTS90002/.test(answer)) {
    const setting = `${row.environment.toUpperCase()}_${google ? 'GOOGLE' : 'MICROSOFT'}_CLIENT_ID`
    return { ok: false, detail: 'no such registration', mend: `Correct the setting ${setting}.` }
  }
  const detail = `cannot be told from here: status ${status || 'none'}`
  return { ok: null, detail }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
