import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { type Environment, environments } from '../environment.ts'
import type { DeveloperTokens } from '../secrets/developerTokens.ts'
import { createAddressOwnerFinder } from './addresses.ts'
import { judgeDeveloperToken } from './developerTokenState.ts'
import type { DeveloperTokenState, DiagnosisContext } from './facts.ts'
import { createKnownAccounts, type DiagnosedAccount } from './knownAccounts.ts'

/** Dependencies of a diagnosis. */
export interface DiagnosisDependencies {
  readonly config: Config
  readonly accounts: AccountStore
  readonly developerTokens: Pick<DeveloperTokens, 'find'>
  readonly clock: Clock
}

/** Gathers what a failed call is judged by. @param accounts those that matter to it. */
export async function diagnosisContext(
  dependencies: DiagnosisDependencies,
  tenant: VendedTenant,
  accounts: readonly DiagnosedAccount[],
): Promise<DiagnosisContext> {
  const { config, clock } = dependencies
  const { environment, grant, accessToken } = tenant
  return {
    environment,
    identityProvider: grant?.identityProvider ?? 'microsoft',
    ...(grant && { accountKind: grant.accountKind }),
    accounts: createKnownAccounts(accounts),
    ...(accessToken && { tokenExpiresAt: accessToken.expiresAt }),
    developerToken: await developerTokenState(dependencies, environment),
    findAddressOwner: createAddressOwnerFinder(config.environments),
    now: clock.now(),
  }
}

/** Judges the environment's developer token, compared with the other environment's, if that is configured. */
export async function developerTokenState(
  { config, developerTokens }: Pick<DiagnosisDependencies, 'config' | 'developerTokens'>,
  environment: Environment,
): Promise<DeveloperTokenState> {
  const other = environments.find((name) => name !== environment && config.environments.has(name))
  const [own, others] = await Promise.all([
    developerTokens.find(environment),
    other && developerTokens.find(other),
  ])
  return judgeDeveloperToken(environment, own, others)
}
