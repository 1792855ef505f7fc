import { sandboxDeveloperToken } from '../advertising/developerTokenProofs.ts'
import type { Environment } from '../environment.ts'
import type { FoundDeveloperToken } from '../secrets/developerTokens.ts'
import type { Finding } from './diagnoseIds.ts'
import type { DeveloperTokenState } from './facts.ts'

/** Judges a developer token on its own. `other` is the other environment's, if there is one. */
export function judgeDeveloperToken(
  environment: Environment,
  found: FoundDeveloperToken,
  other?: FoundDeveloperToken,
): DeveloperTokenState {
  if (!found.ok) return found.reason === 'developer_token_missing' ? 'missing' : { malformed: found.detail }
  const token = found.value
  // Stored for both environments it is wrong in one of them only: the sandbox's calls work.
  if (token.equals(sandboxDeveloperToken)) return environment === 'sandbox' ? 'present' : 'ofOtherEnvironment'
  return other?.ok && token.equals(other.value) ? 'ofOtherEnvironment' : 'present'
}

/** Returns the fault of a developer token that can be seen without a call; undefined if there is none. */
export function findUnusableToken(state: DeveloperTokenState): Finding | undefined {
  if (state === 'present') return undefined
  if (state === 'missing') return { verdict: 'developer_token_not_set' }
  if (state === 'ofOtherEnvironment') return { verdict: 'developer_token_of_other_environment' }
  return { verdict: 'developer_token_malformed', detail: state.malformed }
}
