import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { randomText } from './randomText.ts'

/** The secret of one sign-in, which only a cookie of its browser holds. */
export interface BrowserBinding {
  readonly secret: string
  /** The value that the sign-in's record keeps to recognize the browser. */
  readonly hash: string
}

/** A browser, by the cookies of the sign-ins that it has begun, oldest first. */
export interface Browser {
  readonly bindings: readonly NamedBinding[]
}

interface NamedBinding extends BrowserBinding {
  /** The cookie's name. */
  readonly name: string
}

/** A cookie to set, with the attributes of `Set-Cookie`. */
export interface BindingCookie {
  readonly name: string
  readonly value: string
  /** Seconds; 0 removes the cookie. */
  readonly maxAge: number
  readonly path: '/'
  readonly httpOnly: true
  readonly sameSite: 'Lax'
  readonly secure: boolean
}

/** Options of {@link bindingCookies}. */
export interface BindingCookieOptions {
  /** The cookies that the browser has. */
  readonly browser: Browser | undefined
  readonly now: Date
  /** Seconds. */
  readonly maxAge: number
}

/** The most sign-ins of one browser at the same time: as many as one link begins. */
const maxBindings = 20

/** With the prefix `__Host-` over HTTPS, which loopback HTTP can't use. */
function baseName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-msads-sign-in' : 'msads-sign-in'
}

/** Recognizes the browser by its cookies; undefined without a well-formed one. */
export function recognizeBrowser(publicUrl: string, cookieHeader: string | null): Browser | undefined {
  // A sign-in that an earlier version began has a cookie in base64url, or without a time.
  const pattern = new RegExp(`^(${baseName(publicUrl)}(?:-[0-9a-z]{8}-[\\w-]{4})?)=([\\w-]{43})$`)
  const bindings = (cookieHeader ?? '').split(';').flatMap((cookie) => {
    const [, name, secret] = pattern.exec(cookie.trim()) ?? []
    return name && secret ? { name, ...bind(secret) } : []
  })
  // A name begins with its time.
  return bindings.length > 0 ? { bindings: bindings.sort((a, b) => (a.name < b.name ? -1 : 1)) } : undefined
}

/** Creates the secret of a new sign-in. Two sign-ins never share one. */
export function newBinding(): BrowserBinding {
  return bind(randomText(43))
}

/**
 * The cookies by which the browser is recognized during a sign-in that begins: its own, under a name of its own, so that
 * the sign-ins of two tabs both end well; and the removal of the oldest ones beyond 20.
 */
export function bindingCookies(
  publicUrl: string,
  { hash, secret }: BrowserBinding,
  { browser, now, maxAge }: BindingCookieOptions,
): BindingCookie[] {
  const secure = publicUrl.startsWith('https:')
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  // Firewalls take two dashes, which base64url can contain, for an attack.
  const mark = Buffer.from(hash, 'base64url').toString('hex').slice(0, 4)
  const name = `${baseName(publicUrl)}-${now.getTime().toString(36).padStart(8, '0')}-${mark}`
  const superfluous = (browser?.bindings ?? []).slice(0, -(maxBindings - 1))
  return [
    { name, value: secret, maxAge, ...attributes },
    ...superfluous.map((old) => ({ name: old.name, value: '', maxAge: 0, ...attributes })),
  ]
}

/** Finds the browser's secret for which a record was made; undefined if another browser has it. */
export function findBinding(browser: Browser | undefined, hash: string): BrowserBinding | undefined {
  const wanted = Buffer.from(hash)
  return browser?.bindings.find((each) => {
    const own = Buffer.from(each.hash)
    return own.length === wanted.length && timingSafeEqual(own, wanted)
  })
}

/**
 * Derives a value for this one sign-in: the PKCE verifier (43 characters, RFC 7636 section 4.1), the nonce, or the
 * 256-bit key of the record of its end. Derived when needed, so no table ever contains it.
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
