import type { Person } from '../people.ts'

/** The claims of the local sign-in's one policy (identity-platform/claims-challenge). */
export const policyClaims =
  '{"access_token":{"capolids":{"essential":true,"values":["b59db6ac-2c44-4a0e-9f2d-6a5e5b3f8e71"]}}}'

/** Whether an authorization request has the claims that the policy requires of this person. */
export function isChallenged({ hurdle }: Person, { challenge }: Readonly<Record<string, unknown>>): boolean {
  return hurdle === 'claimsChallenge' && challenge === policyClaims
}

/** Whether this person signed in without what the policy requires. @param amr authentication methods (RFC 8176). */
export function lacksClaims({ hurdle }: Person, amr: readonly string[] | undefined): boolean {
  return hurdle === 'claimsChallenge' && !amr?.includes('mfa')
}
