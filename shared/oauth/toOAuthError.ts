import { type Problem, problems } from '../problems.ts'

/** The body of a refused token request (RFC 6749, section 5.2), with the problem behind it. */
export interface OAuthError {
  readonly error: string
  readonly error_description: string
  readonly code: string
  readonly actor: string
  readonly requestId: string
}

/**
 * The status of a refused token request. RFC 6749 has 400 for all refusals except 401; a client repeats a request after
 * 5xx only.
 */
export function oauthStatusOf(status: number): number {
  return status >= 500 || status === 401 || status === 405 ? status : 400
}

/**
 * Describes a problem in OAuth's words. A tenant that doesn't exist, or that an advertiser must connect again, is
 * `invalid_grant`: what tools know from a refresh token that has died.
 */
export function toOAuthError({ code, extras }: Problem, requestId: string): OAuthError {
  const { actor, status, title } = problems[code]
  const { reason } = (extras.members ?? {}) as { readonly reason?: string }
  return {
    error: code === 'invalid_request' && reason ? reason : errorOf(status),
    error_description: toPrintable(extras.detail ?? title),
    code,
    actor: extras.actor ?? actor,
    requestId,
  }
}

/** RFC 6749, sections 4.1.2.1 and 5.2. */
function errorOf(status: number): string {
  if (status === 401) return 'invalid_client'
  if (status === 403) return 'unauthorized_client'
  if (status === 404 || status === 409) return 'invalid_grant'
  if (status === 503) return 'temporarily_unavailable'
  return status >= 500 ? 'server_error' : 'invalid_request'
}

/** The characters that a description can have: printable ASCII except `"` and `\` (RFC 6749, section 5.2). */
function toPrintable(text: string): string {
  return text
    .replaceAll(/[’"]/g, "'")
    .replaceAll('…', '...')
    .replaceAll('–', '-')
    .replaceAll('\\', '/')
    .replaceAll(/[^\x20-\x7e]/g, '?')
}
