import { type Constraint, parseConstraint } from './routeConstraint.ts'

/** A compiled route template. */
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

/** Finds the function for a method and a path, decoded like in `decodePath`. */
export type Match<Target> = (
  method: string,
  path: string,
) => { readonly target: Target; readonly params: RouteValues } | undefined

/** Values of a route's parameters; null if an optional one or a catch-all has none. */
export type RouteValues = Readonly<Record<string, string | null>>

/**
 * Compiles an ASP.NET-like route template: `v1/{tenant}`, `{id:int}`, `{page?}`, `{page=1}`, `{*path}`.
 * @param methods upper-case HTTP methods; none means all.
 * @throws Error if the template is malformed or names an unknown constraint.
 */
export function compileRoute<Target>(template: string, methods: readonly string[], target: Target) {
  if (/^[/~]/.test(template)) throw new Error(`Route "${template}" cannot start with "/" or "~"`)
  const segments = template.split('/').filter(Boolean).map(parseSegment)
  const pattern = new RegExp(`^${segments.map(toPattern).join('')}/?$`, 'is')
  const route: Route<Target> = { template, methods: new Set(methods), target, segments, pattern }
  return route
}

/**
 * Orders functions like the host before it adds their routes: by name, ordinally and ignoring case
 * (azure-functions-host `FunctionMetadataManager.cs`, `StringComparer.OrdinalIgnoreCase` compares upper case).
 */
export function compareFunctionNames(a: string, b: string): number {
  const [first, second] = [a.toUpperCase(), b.toUpperCase()]
  if (first === second) return 0
  return first < second ? -1 : 1
}

/**
 * Returns the matcher for routes, which are tried in the given order; the first match wins.
 * No template takes precedence over another (azure-webjobs-sdk-extensions `WebJobsRouteBuilder.Build`): a catch-all
 * that comes first hides every literal behind it. A method is a constraint like any other: a route of another method
 * is skipped, so no match means 404, never 405 (azure-functions-host issue 10098), also for HEAD
 * on a route that names only GET (issue 11625).
 */
export function createMatch<Target>(routes: readonly Route<Target>[]): Match<Target> {
  return (method, path) => {
    for (const route of routes) {
      if (route.methods.size > 0 && !route.methods.has(method)) continue
      const params = matchRoute(route, path)
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
  // An empty segment matches nothing, not even the start of a catch-all (ASP.NET Core `RoutePatternMatcher`).
  if (segment.kind === 'catchAll') return '(?:/(?!/)(.*))?'
  return segment.optional || segment.default !== undefined ? '(?:/([^/]+))?' : '/([^/]+)'
}

function matchRoute(route: Route<unknown>, path: string): RouteValues | undefined {
  const match = route.pattern.exec(path)
  if (!match) return undefined
  const params: Record<string, string | null> = {}
  let group = 0
  for (const segment of route.segments) {
    if (segment.kind === 'literal') continue
    group += 1
    const value = match[group] || segment.default || null
    params[segment.name] = value
    if (value === null) continue
    if (!segment.constraints.every((holds) => holds(value))) return undefined
  }
  return params
}
