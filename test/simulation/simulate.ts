import { createTenants, scheduleActions } from './actions.ts'
import type { ProviderMode } from './models/identityProvider.ts'
import { settle } from './settle.ts'
import * as production from './useCases.ts'
import { Violation } from './violation.ts'
import { type UseCases, World } from './world.ts'

/** The result of one simulated world. */
export interface SimulationResult {
  readonly seed: number
  readonly mode: ProviderMode
  /** The rule that was broken, if one was. */
  readonly violation?: Violation
  /** Grants that a strict provider ended because no protocol could have stored their newest token. */
  readonly excused: number
  /** Calls to the token endpoint. */
  readonly calls: number
  /** Processes that were started. */
  readonly lives: number
}

/** Options of a simulation besides its seed. */
export interface SimulationOptions {
  /** The identity provider's treatment of used refresh tokens. Default is `microsoft`. */
  readonly mode?: ProviderMode
  /** Default is production's. */
  readonly useCases?: UseCases
  readonly trace?: (line: string) => void
}

/** Runs the world of one seed to its end. The same seed and mode repeat it, step by step. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const { mode = 'microsoft', useCases = production, trace } = options
  const world = new World({ seed, mode, useCases, ...(trace && { trace }) })
  const violation = await run(world)
  return { seed, mode, ...(violation && { violation }), ...world.totals() }
}

async function run(world: World): Promise<Violation | undefined> {
  try {
    await createTenants(world)
    scheduleActions(world)
    await world.drain()
    await settle(world)
    return undefined
  } catch (error) {
    if (error instanceof Violation) return error
    return new Violation(
      'unexpected_error',
      error instanceof Error ? (error.stack ?? error.name) : String(error),
    )
  }
}

/** How to replay a seed, for a failure's message. */
export function replayHint({ seed, mode, violation }: SimulationResult): string {
  const strict = mode === 'strict' ? ' --strict' : ''
  return `seed ${seed}, ${mode}: ${violation?.message}\n  npm run simulate --${strict} --replay ${seed}`
}
