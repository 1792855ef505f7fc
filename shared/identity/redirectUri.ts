import type { Config } from '../config.ts'
import type { IdentityProvider } from '../environment.ts'

/**
 * The redirect URI that a provider's registration needs. Google has its own, so an answer shows by its address which
 * provider it came from (RFC 9700, section 4.4.2.2).
 * @param provider default is Microsoft.
 */
export function redirectUriOf(
  { redirectUri }: Pick<Config, 'redirectUri'>,
  provider?: IdentityProvider,
): string {
  return provider === 'google' ? `${redirectUri}/google` : redirectUri
}
