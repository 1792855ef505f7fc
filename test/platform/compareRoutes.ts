import { rawCall } from './rawCall.ts'
import type { Comparison } from './report.ts'
import { type RouteCase, routeCases } from './routeCases.ts'
import type { PlatformWorld } from './world.ts'

/** The function that a request reached. */
interface Landing {
  readonly status: number
  readonly function: string | null
  readonly values: unknown
}

const atOnce = 16

/**
 * Sends each case to the package's router and to the local host's, with the same functions behind both, and compares
 * status, function, and route values; it must also be the function that the contract means.
 */
export async function compareRoutes(
  { functions, real, local }: PlatformWorld,
  part: Comparison,
): Promise<void> {
  const cases = routeCases(functions)
  const waiting = cases.values()
  const compare = async () => {
    for (const each of waiting) await compareOne(each, real.router, local.router, part)
  }
  await Promise.all(Array.from({ length: atOnce }, compare))
}

async function compareOne(each: RouteCase, real: number, local: number, part: Comparison): Promise<void> {
  const { method, target, meant, nodeRefuses } = each
  const name = `${method} ${target.length > 200 ? `${target.slice(0, 200)}…` : target}`
  const [platform, ours] = await Promise.all([land(real, method, target), land(local, method, target)])
  if (nodeRefuses) part.known(name, ours.function === null, nodeRefuses)
  else part.same(name, platform, ours)
  if (meant !== undefined) part.same(`${name} is meant for`, platform.function, meant)
}

async function land(port: number, method: string, target: string): Promise<Landing> {
  const { outcome, status, headers } = await rawCall(port, `${method} ${target}`)
  if (outcome !== 'answered') return { status: -1, function: outcome, values: null }
  const values = JSON.parse(decodeURIComponent(headers['x-values'] ?? 'null'))
  return { status, function: headers['x-function'] ?? null, values: sorted(values) }
}

/** An empty value isn't binding data (`ScriptInvocationContextExtensions.ShouldSkipBindingData`). */
const sorted = (values: object | null) =>
  values &&
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
