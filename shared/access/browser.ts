import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A browser, recognized by a secret that only its cookie holds. */
export interface BrowserBinding {
  readonly secret: string
  /** The value that the sign-in's record keeps to recognize the browser. */
  readonly hash: string
}

/** Signing in may take a while: a second factor, a new password. */
const cookieSeconds = 3600

/** The cookie's name: with the prefix `__Host-` over HTTPS, which loopback HTTP can't use. */
export function cookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-msads-sign-in' : 'msads-sign-in'
}

/** Recognizes the browser by its cookie; undefined without a well-formed one. */
export function recognizeBrowser(publicUrl: string, cookieHeader: string | null): BrowserBinding | undefined {
  const prefix = `${cookieName(publicUrl)}=`
  const cookies = (cookieHeader ?? '').split(';').map((cookie) => cookie.trim())
  const secret = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length)
  return secret && /^[\w-]{43}$/.test(secret) ? bind(secret) : undefined
}

/** Creates a binding for a browser without one. */
export function newBrowser(): BrowserBinding {
  return bind(randomBytes(32).toString('base64url'))
}

/** The `Set-Cookie` value by which the browser is recognized during the sign-in. */
export function bindingCookie(publicUrl: string, { secret }: BrowserBinding): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${cookieName(publicUrl)}=${secret}; Path=/; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Lax${secure}`
}

/** Whether a record was made for this browser. */
export function isSameBrowser(browser: BrowserBinding | undefined, hash: string): boolean {
  if (!browser) return false
  const [a, b] = [Buffer.from(browser.hash), Buffer.from(hash)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Derives a value for this browser and this one sign-in: the PKCE verifier (43 characters, RFC 7636 section 4.1),
 * the nonce, or the 256-bit key of the record of its callback's end. Derived when needed, so no table ever
 * contains it.
 */
export function deriveBrowserSecret(
  { secret }: BrowserBinding,
  purpose: 'pkce' | 'nonce' | 'callback',
  state: string,
): string {
  return createHmac('sha256', secret).update(`${purpose}:${state}`).digest('base64url')
}

/** SHA-256, base64url: the PKCE challenge of a verifier, or the stored form of a one-time code. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function bind(secret: string): BrowserBinding {
  return { secret, hash: sha256(secret) }
}
