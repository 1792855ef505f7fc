import type { DeveloperTokenProofs } from '../advertising/developerTokenProofs.ts'
import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import { addSeconds, type Clock } from '../clock.ts'
import { Secret } from '../secret.ts'
import { freshSeconds } from './decideRepeat.ts'
import type { PreparedCall } from './prepareCall.ts'

/** Dependencies of describing a call's tokens. */
export interface TokenEvidenceDependencies {
  readonly developerTokenProofs: DeveloperTokenProofs
  readonly clock: Clock
}

/** The known facts about the tokens of a passed-through call; without storage, none about the developer token. */
export async function findTokenEvidence(
  { developerTokenProofs, clock }: TokenEvidenceDependencies,
  { tenant, headers, refreshedAt }: PreparedCall,
): Promise<FaultEvidence> {
  const developerToken = developerTokenIn(headers)
  const proof = await developerTokenProofs.of(tenant.environment, developerToken).catch(() => undefined)
  const isFresh = addSeconds(refreshedAt, freshSeconds) > clock.now()
  return { ...(proof && { developerToken: proof }), accessToken: isFresh ? 'fresh' : 'aged' }
}

/** The developer token that a prepared call carries. */
export function developerTokenIn({ DeveloperToken = '' }: PreparedCall['headers']): Secret {
  return new Secret(DeveloperToken)
}
