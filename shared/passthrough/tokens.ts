import type { DeveloperTokenProofs } from '../advertising/developerTokenProofs.ts'
import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import { type Clock, secondsAfter } from '../clock.ts'
import type { Prepared } from './prepare.ts'
import { freshSeconds } from './repeat.ts'

/** Dependencies of describing a call's tokens. */
export interface TokenDependencies {
  readonly developerTokenProofs: DeveloperTokenProofs
  readonly clock: Clock
}

/** The known facts about the tokens of a passed-through call; without storage, none about the developer token. */
export async function tokensOf(
  { developerTokenProofs, clock }: TokenDependencies,
  { tenant, headers, refreshedAt }: Prepared,
): Promise<FaultEvidence> {
  const { DeveloperToken: developerToken = '' } = headers
  const proof = await developerTokenProofs.of(tenant.environment, developerToken).catch(() => undefined)
  const isFresh = secondsAfter(refreshedAt, freshSeconds) > clock.now()
  return { ...(proof && { developerToken: proof }), accessToken: isFresh ? 'fresh' : 'aged' }
}
