import type { SignInView } from '../../shared/ready/signIns.ts'
import { type AzureNames, setSetting } from './broker.ts'
import type { Diagnosed } from './finding.ts'
import { checkClock, look } from './look.ts'
import { addRedirectUri, moveToWeb, type ReadRegistration, type Registration } from './registration.ts'

/** All checks of the sign-in that are possible from outside and without a person. */
export async function checkSignIns(
  signIns: readonly SignInView[],
  readRegistration: ReadRegistration,
  names: AzureNames,
): Promise<Diagnosed[]> {
  const checks = await Promise.all(signIns.map((signIn) => checkOne(signIn, readRegistration, names)))
  const [first] = signIns
  const clock = first
    ? [checkClock('clock against the identity provider', await look(first.authorizeUrl))]
    : []
  return [...checks.flat(), ...clock]
}

async function checkOne(
  signIn: SignInView,
  readRegistration: ReadRegistration,
  names: AzureNames,
): Promise<Diagnosed[]> {
  if (signIn.identityProvider === 'google') return [await checkRegistered(signIn, '', names)]
  const registration = await readRegistration(signIn)
  return [await checkRegistered(signIn, registration, names), checkPlatform(signIn, registration)]
}

const nameOf = ({ environment, identityProvider }: SignInView) => `${environment} ${identityProvider}`

/**
 * Whether the redirect URI is registered: a silent request without a session returns to a registered redirect URI
 * with `login_required`, and otherwise ends on an error page. This doesn't show the URI's platform.
 */
async function checkRegistered(
  signIn: SignInView,
  registration: Registration | string,
  names: AzureNames,
): Promise<Diagnosed> {
  const name = `redirect URI registered: ${nameOf(signIn)}`
  const query = new URLSearchParams({
    client_id: signIn.clientId,
    response_type: 'code',
    redirect_uri: signIn.redirectUri,
    scope: signIn.scopes.join(' '),
    state: 'doctor',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    prompt: 'none',
  })
  const seen = await look(`${signIn.authorizeUrl}?${query}`)
  const location = seen.headers.get('location') ?? ''
  if (location.startsWith(`${signIn.redirectUri}?`)) return { name, ok: true, detail: 'registered' }
  const answer = `${decodeSafely(location)} ${googleErrorIn(location)} ${seen.text}`
  return { name, ...explainRefusal(signIn, registration, names, answer) }
}

/**
 * Providers' answers for an unregistered redirect URI; Microsoft's personal accounts answer in words. Never just the
 * name `redirect_uri`: error pages repeat the request, and it's one of its parameters.
 */
const redirectUriRefused = /AADSTS50011|redirect_uri_mismatch|parameter \S*redirect_uri\S* is not valid/
/** Providers' answers for an unknown client. */
const clientRefused = /AADSTS700016|invalid_client|deleted_client|AADSTS90002/

function explainRefusal(
  signIn: SignInView,
  registration: Registration | string,
  names: AzureNames,
  answer: string,
): Omit<Diagnosed, 'name'> {
  const { environment, identityProvider, redirectUri } = signIn
  const google = identityProvider === 'google'
  // The client first: an unknown one can't get a redirect URI.
  if (clientRefused.test(answer)) {
    const setting = `${environment.toUpperCase()}_${google ? 'GOOGLE' : 'MICROSOFT'}_CLIENT_ID`
    return {
      ok: false,
      detail: 'no such registration',
      resolution: setSetting(names, setting, '<client id>'),
    }
  }
  if (redirectUriRefused.test(answer)) {
    const resolution = google
      ? `Add ${redirectUri} to the OAuth client at https://console.cloud.google.com/apis/credentials (Google has no command for it)`
      : addRedirectUri(signIn, registration)
    return { ok: false, detail: 'not registered', resolution }
  }
  return { ok: null, detail: 'unknown: the provider didn’t say' }
}

/**
 * Under *Single-page application*, grants expire after 24 hours; under *Mobile and desktop*, the client's credential is
 * refused (AADSTS700025). Only Graph or the first sign-in shows the platform.
 */
function checkPlatform(signIn: SignInView, registration: Registration | string): Diagnosed {
  const name = `redirect URI under Web: ${nameOf(signIn)}`
  if (typeof registration === 'string') return { name, ok: null, detail: `not checked: ${registration}` }
  const { redirectUri } = signIn
  const wrong = (['spa', 'publicClient'] as const).filter((platform) =>
    registration[platform].includes(redirectUri),
  )
  if (wrong.length > 0) {
    return {
      name,
      ok: false,
      detail: `registered under ${wrong.join(', ')}`,
      resolution: moveToWeb(signIn, registration),
    }
  }
  if (registration.web.includes(redirectUri)) return { name, ok: true, detail: 'registered under Web' }
  return { name, ok: false, detail: 'not registered', resolution: addRedirectUri(signIn, registration) }
}

/** Google redirects to its error page and names the error only in `authError`, a Base64-encoded message. */
function googleErrorIn(location: string): string {
  const [, authError = ''] = /[?&]authError=([^&]*)/.exec(location) ?? []
  return Buffer.from(decodeSafely(authError), 'base64').toString()
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
