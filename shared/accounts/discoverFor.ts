import type { Answer, CustomerManagement } from '../advertising/client.ts'
import { type Discovery, discoverAccounts } from '../advertising/discover.ts'
import type { Environment, Registration } from '../environment.ts'
import type { DeveloperTokens, NoDeveloperToken } from '../secrets/developerTokens.ts'

/** Dependencies of requesting a user's accounts from Microsoft Advertising. */
export interface DiscoverForDependencies {
  readonly developerTokens: Pick<DeveloperTokens, 'find'>
  readonly advertising: (environment: Environment) => CustomerManagement
}

/** A user's accounts, Microsoft's fault, or the reason why the broker has no developer token for the request. */
export type DiscoveredFor = Answer<Discovery> | { readonly ok: false; readonly unarmed: NoDeveloperToken }

/** Discovers all accounts that the user of an access token can reach, with the environment's developer token. */
export async function discoverFor(
  { advertising, developerTokens }: DiscoverForDependencies,
  { environment, identityProvider }: Registration,
  accessToken: string,
): Promise<DiscoveredFor> {
  const found = await developerTokens.find(environment)
  if (!found.ok) return { ok: false, unarmed: found }
  const credentials = { accessToken, developerToken: found.value, identityProvider }
  return discoverAccounts(advertising(environment), credentials)
}
