import type { CallResult, CustomerManagement } from '../advertising/client.ts'
import { type Discovery, discoverAccounts } from '../advertising/discover.ts'
import type { Clock } from '../clock.ts'
import type { Environment, Registration } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { DeveloperTokens, NoDeveloperToken } from '../secrets/developerTokens.ts'

/** Dependencies of requesting a user's accounts from Microsoft Advertising. */
export interface DiscoverWithTokenDependencies {
  readonly developerTokens: Pick<DeveloperTokens, 'find'>
  readonly advertising: (environment: Environment) => CustomerManagement
  readonly clock: Clock
}

/** A user's accounts, Microsoft's fault, or the reason why the broker has no developer token for the request. */
export type DiscoveryResult =
  | CallResult<Discovery>
  | { readonly ok: false; readonly noDeveloperToken: NoDeveloperToken }

/**
 * Discovers all accounts that the user of an access token can reach, with the environment's developer token.
 * @param expectedAccountIds accounts known before, which are looked up before they count as vanished.
 */
export async function discoverWithToken(
  { advertising, clock, developerTokens }: DiscoverWithTokenDependencies,
  { environment, identityProvider }: Registration,
  accessToken: Secret,
  expectedAccountIds: readonly string[] = [],
): Promise<DiscoveryResult> {
  const found = await developerTokens.find(environment)
  if (!found.ok) return { ok: false, noDeveloperToken: found }
  const credentials = { accessToken, developerToken: found.value, identityProvider }
  return discoverAccounts(advertising(environment), credentials, {
    clock,
    expectedAccountIds,
    // "Do not use more than one thread" (guides/sandbox.md).
    ...(environment === 'sandbox' && { callsAtOnce: 1 }),
  })
}
