import type { DeveloperTokenProofs } from '../advertising/developerTokenProofs.ts'
import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import { type Clock, secondsAfter } from '../clock.ts'
import { Secret } from '../secret.ts'
import type { Prepared } from './prepare.ts'
import { freshSeconds } from './repeat.ts'

/** What knowing a call's tokens reads. */
export interface TokenDependencies {
  readonly developerTokenProofs: DeveloperTokenProofs
  readonly clock: Clock
}

/** What is known of the tokens of a passed-on call; without storage, nothing of the developer token. */
export async function tokensOf(
  { developerTokenProofs, clock }: TokenDependencies,
  { tenant, headers, refreshedAt }: Prepared,
): Promise<FaultEvidence> {
  const developerToken = developerTokenIn(headers)
  const proof = await developerTokenProofs.of(tenant.environment, developerToken).catch(() => undefined)
  const isFresh = secondsAfter(refreshedAt, freshSeconds) > clock.now()
  return { ...(proof && { developerToken: proof }), accessToken: isFresh ? 'fresh' : 'aged' }
}

/** The developer token that a prepared call carries. */
export function developerTokenIn({ DeveloperToken = '' }: Prepared['headers']): Secret {
  return new Secret(DeveloperToken)
}
