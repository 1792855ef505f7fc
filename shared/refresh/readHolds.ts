import { type Config, providersOf } from '../config.ts'
import type { EnvironmentHold, EnvironmentStates } from '../domain/holds.ts'

/** Reads the current holds of all configured registrations. */
export async function readHolds(
  { environments }: Pick<Config, 'environments'>,
  states: Pick<EnvironmentStates, 'read'>,
): Promise<EnvironmentHold[]> {
  const reads = [...environments.values()].flatMap((settings) =>
    providersOf(settings).map((identityProvider) =>
      states.read({ environment: settings.environment, identityProvider }),
    ),
  )
  return (await Promise.all(reads)).filter((hold) => hold !== undefined)
}
