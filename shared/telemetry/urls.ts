/**
 * A URL as telemetry may hold it: no query (`code`, `state`, `session`, signatures), no user, no fragment, no name of
 * a vault's secret, and a table entity's keys left out, which are many and say nothing to a reader.
 */
export function scrubUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${scrubPath(pathname)}`
}

function scrubPath(pathname: string): string {
  return pathname
    .replace(/\/(secrets|deletedsecrets)\/[^/]+(\/(?!recover$|backup$|versions$)[^/]+)?/, '/$1/{secret}')
    .replace(/\([^/]*\)?$/, '({keys})')
}
