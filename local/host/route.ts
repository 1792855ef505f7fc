import { type Constraint, parseConstraint } from './routeConstraint.ts'

/** A route template made ready for matching. */
export interface Route<Target> {
  readonly template: string
  readonly methods: ReadonlySet<string>
  readonly target: Target
  readonly segments: readonly Segment[]
  readonly pattern: RegExp
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter' | 'catchAll'
      readonly name: string
      readonly constraints: readonly Constraint[]
      readonly optional: boolean
      readonly default: string | undefined
    }

/** Finds the function for a method and a path that is still percent-encoded. */
export type Match<Target> = (
  method: string,
  path: string,
) => { readonly target: Target; readonly params: Record<string, string> } | undefined

/**
 * Compiles an ASP.NET-like route template: `v1/{tenant}`, `{id:int}`, `{page?}`, `{page=1}`, `{*path}`.
 * @param methods upper-case HTTP methods; none means all.
 * @throws Error when the template is malformed or names an unknown constraint.
 */
export function compileRoute<Target>(template: string, methods: readonly string[], target: Target) {
  if (/^[/~]/.test(template)) throw new Error(`Route "${template}" cannot start with "/" or "~"`)
  const segments = template.split('/').filter(Boolean).map(parseSegment)
  const pattern = new RegExp(`^${segments.map(toPattern).join('')}/?$`, 'is')
  const route: Route<Target> = { template, methods: new Set(methods), target, segments, pattern }
  return route
}

/**
 * Orders routes and returns the matcher over them.
 * Order is the real host's (azure-webjobs-sdk-extensions `WebJobsRouteBuilder.RouteComparison`): segment by segment
 * literals before parameters, more constraints before fewer, longer before shorter; and, which it leaves open,
 * a parameter before a catch-all. A method is a constraint like any other there: a route of another method is
 * passed over, so that nothing matching means 404, never 405 (azure-functions-host issue 10098), also for HEAD
 * on a route that names only GET (issue 11625).
 */
export function createMatch<Target>(routes: readonly Route<Target>[]): Match<Target> {
  const ordered = [...routes].sort(compareRoutes)
  return (method, path) => {
    const decoded = decodePath(path)
    for (const route of ordered) {
      if (route.methods.size > 0 && !route.methods.has(method)) continue
      const params = matchRoute(route, decoded)
      if (params) return { target: route.target, params }
    }
    return undefined
  }
}

function parseSegment(text: string): Segment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text }
  const match = /^\{(\*{0,2})(\w+)((?::[^:()]+(?:\(.*?\))?)*)(\?|=[^}]*)?\}$/.exec(text)
  if (!match) throw new Error(`Route segment "${text}" is not one this host understands`)
  const [, stars, name, constraints, tail] = match
  return {
    kind: stars ? 'catchAll' : 'parameter',
    name: name!,
    constraints: (constraints?.match(/:[^:()]+(?:\(.*?\))?/g) ?? []).map((each) =>
      parseConstraint(each.slice(1)),
    ),
    optional: tail === '?',
    default: tail?.startsWith('=') ? tail.slice(1) : undefined,
  }
}

function toPattern(segment: Segment): string {
  if (segment.kind === 'literal') return `/${segment.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`
  if (segment.kind === 'catchAll') return '(?:/(.*))?'
  return segment.optional || segment.default !== undefined ? '(?:/([^/]+))?' : '/([^/]+)'
}

function matchRoute(route: Route<unknown>, path: string): Record<string, string> | undefined {
  const match = route.pattern.exec(path)
  if (!match) return undefined
  const params: Record<string, string> = {}
  let group = 0
  for (const segment of route.segments) {
    if (segment.kind === 'literal') continue
    group += 1
    const value = match[group] || segment.default
    if (value === undefined) continue
    if (!segment.constraints.every((holds) => holds(value))) return undefined
    params[segment.name] = value
  }
  return params
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path
  return path.split('/').map(decodeSegment).join('/')
}

/** Decodes all but `%2F`, and leaves malformed escapes as they are: Kestrel's rules. */
function decodeSegment(segment: string): string {
  return segment.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}

function compareRoutes(a: Route<unknown>, b: Route<unknown>): number {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index]
    if (!other) return -1
    const order = rank(segment) - rank(other) || constraintCount(other) - constraintCount(segment)
    if (order !== 0) return order
  }
  return b.segments.length - a.segments.length
}

const ranks = { literal: 0, parameter: 1, catchAll: 2 }
const rank = (segment: Segment) => ranks[segment.kind]
const constraintCount = (segment: Segment) => (segment.kind === 'literal' ? 0 : segment.constraints.length)
