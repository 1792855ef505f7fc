import { compareFunctionNames } from '../local/host/route.ts'

/** A function's route. */
export interface NamedRoute {
  readonly name: string
  readonly path: string
}

/**
 * Finds the routes that lose requests to a function whose name sorts before theirs: both templates match a common path,
 * and the earlier one isn't more specific. The host gives literals no precedence (azure-webjobs-sdk-extensions
 * `WebJobsRouteBuilder.Build`).
 */
export function findShadowed<R extends NamedRoute>(
  routes: readonly R[],
): readonly { readonly shadowed: R; readonly by: R }[] {
  const ordered = [...routes].sort((a, b) => compareFunctionNames(a.name, b.name))
  return ordered.flatMap((shadowed, index) =>
    ordered
      .slice(0, index)
      .filter((by) => takes(words(by), words(shadowed)))
      .map((by) => ({ shadowed, by })),
  )
}

function words({ path }: NamedRoute): string[] {
  return path.toLowerCase().split('/')
}

const isCatchAll = (word: string | undefined) => word?.startsWith('{*') === true
const isParameter = (word: string | undefined) => word?.startsWith('{') === true

function takes(earlier: string[], later: string[]): boolean {
  const isMoreSpecial = covers(later, earlier) && !covers(earlier, later)
  return overlap(earlier, later) && !isMoreSpecial
}

/** Whether a path can match both. */
function overlap([a, ...restA]: string[], [b, ...restB]: string[]): boolean {
  if (isCatchAll(a) || isCatchAll(b)) return true
  if (a === undefined || b === undefined) return a === b
  return (isParameter(a) || isParameter(b) || a === b) && overlap(restA, restB)
}

/** Whether `general` matches every path that `special` matches. */
function covers([general, ...restGeneral]: string[], [special, ...restSpecial]: string[]): boolean {
  if (isCatchAll(general)) return true
  if (general === undefined || special === undefined) return general === special
  if (isCatchAll(special)) return false
  return (isParameter(general) || general === special) && covers(restGeneral, restSpecial)
}
