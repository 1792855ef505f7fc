import type { HttpCookie } from './rpc.ts'

const sameSites = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const

/** Writes one cookie of an answer as the value of a `Set-Cookie` header (RFC 6265 section 4.1). */
export function toSetCookie(cookie: HttpCookie): string {
  const expires = toDate(cookie.expires?.value)
  const maxAge = cookie.maxAge?.value
  const sameSite = cookie.sameSite && cookie.sameSite !== 'none' ? sameSites[cookie.sameSite] : undefined
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    maxAge === undefined || maxAge === null ? '' : `Max-Age=${Math.trunc(maxAge)}`,
    cookie.domain?.value ? `Domain=${cookie.domain.value}` : '',
    cookie.path?.value ? `Path=${cookie.path.value}` : '',
    expires ? `Expires=${expires.toUTCString()}` : '',
    cookie.httpOnly?.value ? 'HttpOnly' : '',
    cookie.secure?.value ? 'Secure' : '',
    sameSite ? `SameSite=${sameSite}` : '',
  ]
    .filter(Boolean)
    .join('; ')
}

function toDate(value: Date | { seconds?: number } | null | undefined): Date | undefined {
  if (!value) return undefined
  return value instanceof Date ? value : new Date((value.seconds ?? 0) * 1000)
}
