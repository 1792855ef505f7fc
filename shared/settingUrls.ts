import * as z from 'zod'

/** A URL of the web. Whether `http:` may stand there is asked of all settings together, in `parseConfig`. */
export function webUrl() {
  return z
    .string()
    .refine(isWebUrl, 'must be a URL that begins with https://, without credentials or fragment')
}

/** Scheme, host and port alone; what is equal is written equally. */
export function originUrl() {
  return webUrl()
    .refine((value) => {
      const url = URL.parse(value)
      return url?.pathname === '/' && url.search === ''
    }, 'must be scheme and host alone, without path or query')
    .transform((value) => URL.parse(value)?.origin ?? value)
}

/** Origin and one path segment, the tenant; e.g. `https://login.microsoftonline.com/common`. */
export function authorityUrl() {
  const hasOneSegment = (value: string) => /^\/[A-Za-z0-9.-]+\/?$/.test(URL.parse(value)?.pathname ?? '')
  return webUrl().refine(
    (value) => hasOneSegment(value) && !value.includes('?'),
    'must be an origin and one path segment, the tenant',
  )
}

/** A URL in which `{host}` stands for a service's name. */
export function hostPattern() {
  return z
    .string()
    .refine((value) => value.split('{host}').length === 2, 'must contain {host} once')
    .refine((value) => isWebUrl(value.replace('{host}', 'host')), 'must be a URL that begins with https://')
}

/** Values separated by commas, each once. */
export function listOf<T>(item: z.ZodType<T, string>) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item))
    .refine((list) => new Set(list).size === list.length, 'must name each once')
}

function isWebUrl(value: string): boolean {
  const url = /^https?:\/\//i.test(value) && !/\s/.test(value) ? URL.parse(value) : null
  return url !== null && url.username === '' && url.password === '' && !value.includes('#')
}
