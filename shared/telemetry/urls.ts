/**
 * A URL that telemetry may contain: no query (`code`, `state`, `session`, signatures), no user, no fragment, no name of
 * a vault's secret, and no keys of a table entity, which are many and tell a reader nothing.
 */
export function scrubUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${scrubPath(pathname)}`
}

function scrubPath(pathname: string): string {
  return pathname
    .replace(/\/(secrets|deletedsecrets)\/[^/]+(\/(?!recover$|backup$|versions$)[^/]+)?/, '/$1/{secret}')
    .replace(/(\/[^/(]*)\([^/]*$/, '$1({keys})')
}
