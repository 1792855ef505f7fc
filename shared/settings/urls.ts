import * as z from 'zod'

/** The schemas of URLs; each decides whether it allows `http:`. */
export type UrlSchemas = ReturnType<typeof createUrlSchemas>

/**
 * Creates the schemas of URLs. All must be `https:`.
 * @param options.allowsInsecureLoopback whether `http:` is allowed if the host is this machine.
 */
export function createUrlSchemas({ allowsInsecureLoopback }: { readonly allowsInsecureLoopback: boolean }) {
  const web = z.string().superRefine((value, context) => {
    const fault = faultOfUrl(value, allowsInsecureLoopback)
    if (fault) context.addIssue(fault)
  })
  return {
    /** A web URL. */
    web,
    /** Only scheme, host, and port, in a canonical form. */
    origin: web
      .refine(isOrigin, 'must be only scheme and host, without path or query')
      .transform((value) => URL.parse(value)?.origin ?? value),
    /** A URL with `{host}` in place of a service's name. */
    hostPattern: z
      .string()
      .refine((value) => value.split('{host}').length === 2, 'must contain {host} once')
      .superRefine((value, context) => {
        const fault = faultOfUrl(value.replace('{host}', 'host'), allowsInsecureLoopback)
        if (fault) context.addIssue(fault)
      }),
  }
}

/** Whether a URL names this machine itself (RFC 8252, section 7.3). */
export function isLoopbackUrl(url: string): boolean {
  const host = URL.parse(url.replace('{host}', 'host'))?.hostname ?? ''
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function faultOfUrl(value: string, allowsInsecureLoopback: boolean): string | undefined {
  const url = /^https?:\/\//i.test(value) && !/\s/.test(value) ? URL.parse(value) : null
  if (url?.username !== '' || url.password !== '' || value.includes('#'))
    return 'must be a URL that starts with https://, without credentials or a fragment'
  if (url.hostname.includes('*')) return 'has a wildcard for a host'
  if (url.protocol === 'https:' || (allowsInsecureLoopback && isLoopbackUrl(value))) return undefined
  return 'must be https (http only for loopback hosts, with ALLOW_INSECURE_LOOPBACK)'
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url?.pathname === '/' && url.search === ''
}
