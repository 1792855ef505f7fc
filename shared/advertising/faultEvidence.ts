/**
 * The known state of a developer token. `proven`: Microsoft Advertising accepted it within the last day. `lapsed`: it
 * was accepted once since it was stored. `unproven`: it was never accepted, or all recent calls were refused.
 * `ofOtherEnvironment`: it's Microsoft's published sandbox token, sent to production.
 */
export type DeveloperTokenProof = 'proven' | 'lapsed' | 'unproven' | 'ofOtherEnvironment'

/**
 * Known facts about a failed answer. A member is absent if unknown, for example for a call that an app made with
 * tokens of its own.
 */
export interface FaultEvidence {
  readonly developerToken?: DeveloperTokenProof
  /**
   * `accepted`: another call with the same tokens succeeded just before. `fresh`: just issued, for this environment.
   * `aged`: for this environment, but Microsoft may have revoked it early.
   */
  readonly accessToken?: 'accepted' | 'fresh' | 'aged'
  /** Whether Microsoft Advertising has recognized the person who consented. */
  readonly isPersonKnown?: boolean
}
