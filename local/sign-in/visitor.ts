/** A page, or the address at which a visit stopped. */
export interface Visit {
  /** The page's address, or, if `stopped`, the address that wasn't requested. */
  readonly url: string
  /** HTTP status; the redirect's if `stopped`. */
  readonly status: number
  /** The page's text; empty if `stopped`. */
  readonly body: string
  /** Whether the visit ended before an address that starts with `stopAt`. */
  readonly stopped: boolean
}

/** Options of a visit. */
export interface VisitOptions {
  /** The visit ends before the first redirect to an address with this prefix, for example a client's redirect URI. */
  readonly stopAt?: string
}

/** A sign-in, as a person would do it. */
export interface SignInOptions extends VisitOptions {
  /** The authorization request, or any address that redirects to one. */
  readonly authorizeUrl: string
  readonly username: string
  readonly password: string
  /** The button to click on the consent page. Default is `accept`. */
  readonly decision?: 'accept' | 'decline'
  /** The second factor to enter. Default is `000000`. */
  readonly code?: string
}

/**
 * A browser without JavaScript: it has a cookie jar, follows redirects and pages that continue automatically, and posts
 * forms.
 */
export interface Visitor {
  visit(url: string, options?: VisitOptions): Promise<Visit>
  /** Posts the page's first form with its hidden fields and the given ones. */
  submit(page: Visit, fields: Record<string, string>, options?: VisitOptions): Promise<Visit>
  /**
   * Signs in and decides on the consent page; leaves a page that asks for an administrator's approval. Ends at the first page that isn't part of the sign-in (or at
   * `stopAt`), or on a page of the sign-in that shows an error.
   */
  signIn(options: SignInOptions): Promise<Visit>
}

interface Cookie {
  readonly origin: string
  readonly name: string
  readonly value: string
  readonly path: string
}

/** The most redirects in one visit: the same as in browsers. */
const maxRedirects = 20

/** Creates a visitor with an empty cookie jar. Cookies are kept by host and port, and by path. */
export function createVisitor(): Visitor {
  const jar: Cookie[] = []
  const visitor: Visitor = {
    visit: (url, options = {}) => follow(jar, url, { method: 'GET' }, options),
    submit: (page, fields, options = {}) => {
      const form = parseForm(page)
      const body = new URLSearchParams({ ...form.hidden, ...fields })
      return follow(jar, form.action, { method: 'POST', body }, options)
    },
    async signIn({ authorizeUrl, username, password, decision = 'accept', code = '000000', ...options }) {
      let page = await visitor.visit(authorizeUrl, options)
      for (let step = 0; step < 5; step += 1) {
        const fields = toFields(page, { username, password, decision, code })
        if (!fields) return page
        page = await visitor.submit(page, fields, options)
      }
      return page
    },
  }
  return visitor
}

type Typed = Required<Pick<SignInOptions, 'username' | 'password' | 'decision' | 'code'>>

function toFields({ body, stopped }: Visit, typed: Typed): Record<string, string> | undefined {
  if (stopped || body.includes('id="error"')) return undefined
  if (body.includes('id="continue"')) return {}
  if (body.includes('id="password"')) return { username: typed.username, password: typed.password }
  if (body.includes('id="verify"')) return { code: typed.code }
  if (body.includes('id="another"')) return { account: 'another' }
  if (body.includes('id="back"')) return { decision: 'back' }
  if (body.includes('id="accept"') && body.includes('id="decline"')) return { decision: typed.decision }
  return undefined
}

async function follow(
  jar: Cookie[],
  url: string,
  request: RequestInit,
  options: VisitOptions,
): Promise<Visit> {
  let next = { url, request }
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await fetch(next.url, {
      ...next.request,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: toCookieHeader(jar, next.url) },
    })
    keepCookies(jar, next.url, response)
    const { body, location } = await read(response)
    if (!location) return { url: next.url, status: response.status, body, stopped: false }
    const target = new URL(location, next.url).href
    if (options.stopAt && target.startsWith(options.stopAt)) {
      return { url: target, status: response.status, body: '', stopped: true }
    }
    const keepsMethod = response.status === 307 || response.status === 308
    next = { url: target, request: keepsMethod ? next.request : { method: 'GET' } }
  }
  throw new Error(`More than ${maxRedirects} redirects, the last to ${next.url}.`)
}

/** The page's text, and its automatic target: of a redirect, or of a page that continues immediately. */
async function read(response: Response): Promise<{ body: string; location?: string | undefined }> {
  const isRedirect = response.status >= 300 && response.status <= 399
  const body = await response.text()
  const tag = /<meta http-equiv="refresh"[^>]*>/i.exec(body)?.[0] ?? ''
  const onward = /^0;\s*url=(.+)$/i.exec(attributeOf(tag, 'content') ?? '')?.[1]
  return { body, location: (isRedirect && response.headers.get('location')) || onward }
}

function toCookieHeader(jar: readonly Cookie[], url: string): string {
  const { origin, pathname } = new URL(url)
  return jar
    .filter((cookie) => cookie.origin === origin && isWithinPath(pathname, cookie.path))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

/** Path matching of RFC 6265 section 5.1.4. */
function isWithinPath(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function keepCookies(jar: Cookie[], url: string, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const { cookie, isGone } = parseSetCookie(url, line)
    const same = jar.findIndex(
      ({ origin, name, path }) => origin === cookie.origin && name === cookie.name && path === cookie.path,
    )
    if (same >= 0) jar.splice(same, 1)
    if (!isGone) jar.push(cookie)
  }
}

function parseSetCookie(url: string, line: string): { cookie: Cookie; isGone: boolean } {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const attribute = (name: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const split = pair.indexOf('=')
  const { origin, pathname } = new URL(url)
  const path = attribute('path') ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/')
  const maxAge = attribute('max-age')
  const expires = attribute('expires')
  const isGone =
    maxAge !== undefined ? Number(maxAge) <= 0 : expires !== undefined && Date.parse(expires) <= Date.now()
  return { cookie: { origin, name: pair.slice(0, split), value: pair.slice(split + 1), path }, isGone }
}

function parseForm({ url, body }: Visit): { action: string; hidden: Record<string, string> } {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(body)
  if (!form) throw new Error(`There is no form at ${url}.`)
  const inputs = [...(form[2] ?? '').matchAll(/<input\b[^>]*>/gi)].map(([tag]) => tag)
  const hidden = inputs.filter((tag) => attributeOf(tag, 'type') === 'hidden')
  return {
    action: new URL(attributeOf(form[1] ?? '', 'action') ?? url, url).href,
    hidden: Object.fromEntries(
      hidden.map((tag) => [attributeOf(tag, 'name') ?? '', attributeOf(tag, 'value') ?? '']),
    ),
  }
}

function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1]
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
