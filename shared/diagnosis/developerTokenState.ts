import { sandboxDeveloperToken } from '../advertising/developerTokenProofs.ts'
import type { Environment } from '../environment.ts'
import type { DeveloperTokenState } from './facts.ts'

/** Judges a developer token on its own. `other` is the other environment's, if there is one. */
export function judgeDeveloperToken(
  environment: Environment,
  token: string | undefined,
  other?: string,
): DeveloperTokenState {
  if (!token) return 'missing'
  // Stored for both environments it is wrong in one of them only: the sandbox's calls work.
  if (token === sandboxDeveloperToken) return environment === 'sandbox' ? 'present' : 'ofOtherEnvironment'
  return token === other ? 'ofOtherEnvironment' : 'present'
}
