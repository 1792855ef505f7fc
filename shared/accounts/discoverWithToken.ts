import type { CallResult, CustomerManagement } from '../advertising/client.ts'
import { type Discovery, discoverAccounts } from '../advertising/discover.ts'
import type { Environment, Registration } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { DeveloperTokens, NoDeveloperToken } from '../secrets/developerTokens.ts'

/** What asking Microsoft Advertising for a user's accounts needs. */
export interface DiscoverWithTokenDependencies {
  readonly developerTokens: Pick<DeveloperTokens, 'find'>
  readonly advertising: (environment: Environment) => CustomerManagement
}

/** What a user reaches, Microsoft's fault, or why the broker has no developer token to ask with. */
export type DiscoveryResult =
  | CallResult<Discovery>
  | { readonly ok: false; readonly noDeveloperToken: NoDeveloperToken }

/** Discovers all that the user of an access token reaches, with the environment's developer token. */
export async function discoverWithToken(
  { advertising, developerTokens }: DiscoverWithTokenDependencies,
  { environment, identityProvider }: Registration,
  accessToken: Secret,
): Promise<DiscoveryResult> {
  const found = await developerTokens.find(environment)
  if (!found.ok) return { ok: false, noDeveloperToken: found }
  const credentials = { accessToken, developerToken: found.value, identityProvider }
  return discoverAccounts(advertising(environment), credentials)
}
