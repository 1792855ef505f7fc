import { errorPage } from './pages.ts'
import type { ProviderAnswer } from './provider.ts'
import { isRefusalCode, type RefusalAnswer, toRedirectRefusal } from './refusals.ts'

/** Microsoft's codes for the provider library's own authorization errors. */
const codeOfError: Readonly<Record<string, RefusalAnswer['code']>> = {
  access_denied: 65004,
  login_required: 50058,
  consent_required: 65001,
  interaction_required: 16000,
  invalid_scope: 70011,
}

/** What an application gets if the owner of a personal account declines: no number, no subcode. */
export const personDeclined = {
  error: 'access_denied',
  error_description: 'The user has denied access to the scope requested by the client application.',
} as const

/**
 * Converts a redirect with an authorization error to Microsoft's form: AADSTS code in the description, no `iss`.
 * @returns `undefined` if the answer isn't such a redirect.
 */
export function answerRedirect({ status, headers }: ProviderAnswer): Response | undefined {
  const location = URL.parse(headers.get('location') ?? '')
  const error = location?.searchParams.get('error')
  if (!location || !error) return undefined
  const description = location.searchParams.get('error_description') ?? ''
  location.searchParams.delete('iss')
  if (description !== personDeclined.error_description) {
    const refusal = toRedirectRefusal(toAnswer(error, description))
    for (const [name, value] of Object.entries(refusal)) location.searchParams.set(name, value)
  }
  const changed = new Headers(headers)
  changed.set('location', location.href)
  return new Response(null, { status, headers: changed })
}

function toAnswer(error: string, description: string): RefusalAnswer {
  const named = Number(/^AADSTS(\d+)$/.exec(error)?.[1])
  if (isRefusalCode(named)) return { code: named }
  if (/PKCE|code_challenge/.test(description)) return { code: 9002325 }
  const code = codeOfError[error]
  return code ? { code } : { code: 90023, text: `${error}: ${description}` }
}

/** The page for an authorization request whose error can't be sent to its redirect URI. */
export function toErrorPage(error: string, description = ''): string {
  const title = 'Sorry, but we’re having trouble signing you in'
  const code = error === 'invalid_redirect_uri' ? 50011 : error === 'invalid_client' ? 700016 : 90023
  const refusal = toRedirectRefusal({ code, ...(code === 90023 && { text: `${error}: ${description}` }) })
  return String(errorPage({ title, text: refusal.error_description }))
}
