import { type Config, type EnvironmentConfig, providersOf } from '../config.ts'
import type { EnvironmentHold, EnvironmentStates, HoldScope } from '../domain/holds.ts'
import type { IdentityProvider } from '../environment.ts'

type HoldConfig = Pick<Config, 'environments' | 'microsoftPersonalTenant'>

/** Reads the current holds of all configured registrations, and of their kinds of grants. */
export async function readHolds(
  config: HoldConfig,
  states: Pick<EnvironmentStates, 'read'>,
): Promise<EnvironmentHold[]> {
  const reads = [...config.environments.values()]
    .flatMap((settings) => scopesOf(config, settings))
    .map((scope) => states.read(scope))
  return (await Promise.all(reads)).filter((hold) => hold !== undefined)
}

function scopesOf(config: HoldConfig, settings: EnvironmentConfig): HoldScope[] {
  const { environment } = settings
  return providersOf(settings).flatMap((identityProvider) => [
    { environment, identityProvider },
    ...kindsOf(config, settings, identityProvider).map((kind) => ({ environment, identityProvider, kind })),
  ])
}

/** A personal account is refreshed at its own authority, or where sign-ins usually start. */
function kindsOf(
  { microsoftPersonalTenant }: HoldConfig,
  { microsoft }: EnvironmentConfig,
  identityProvider: IdentityProvider,
): string[] {
  if (identityProvider === 'google') return ['google']
  const authorities = new Set([microsoftPersonalTenant, microsoft.authority.tenant])
  return ['work', ...[...authorities].map((authority) => `personal:${authority}`)]
}
