import type { CallResult, CustomerManagement } from '../advertising/client.ts'
import { type Discovery, type DiscoveryOptions, discoverAccounts } from '../advertising/discover.ts'
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

/** The options of a discovery that its caller knows. */
export type DiscoveryRequest = Pick<DiscoveryOptions, 'expectedAccountIds' | 'limitSeconds' | 'signal'>

/** Discovers all accounts that the user of an access token can reach, with the environment's developer token. */
export async function discoverWithToken(
  { advertising, clock, developerTokens }: DiscoverWithTokenDependencies,
  { environment, identityProvider }: Registration,
  accessToken: Secret,
  request: DiscoveryRequest = {},
): Promise<DiscoveryResult> {
  const found = await developerTokens.find(environment)
  if (!found.ok) return { ok: false, noDeveloperToken: found }
  const credentials = { accessToken, developerToken: found.value, identityProvider }
  return discoverAccounts(advertising(environment), credentials, {
    clock,
    ...request,
    // "Do not use more than one thread" (guides/sandbox.md).
    ...(environment === 'sandbox' && { callsAtOnce: 1 }),
  })
}
