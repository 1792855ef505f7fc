/**
 * What is known of a developer token. `proven`: Microsoft Advertising took it within the last day. `lapsed`: it took it
 * once since it was stored. `unproven`: it has never taken it, or has refused everybody lately. `ofOtherEnvironment`:
 * it is Microsoft's published sandbox token, sent to production.
 */
export type DeveloperTokenProof = 'proven' | 'lapsed' | 'unproven' | 'ofOtherEnvironment'

/**
 * What is known beside a failed answer. Each member is absent where nobody knows, as with a call that an app made with
 * tokens of its own choice.
 */
export interface FaultEvidence {
  readonly developerToken?: DeveloperTokenProof
  /**
   * `accepted`: another call with the same tokens succeeded just before. `fresh`: just issued, for this environment.
   * `aged`: of this environment, but Microsoft may have ended it early.
   */
  readonly accessToken?: 'accepted' | 'fresh' | 'aged'
  /** Whether Microsoft Advertising has known the person who consented. */
  readonly isPersonKnown?: boolean
}
