import type { ProblemCode } from '../problems.ts'

/** Problems that obtaining an access token can cause, for every route that needs one. */
export const tokenProblems = [
  'tenant_not_found',
  'tenant_not_connected',
  'confirmation_required',
  'reauthorization_required',
  'admin_consent_required',
  'environment_on_hold',
  'registration_refused',
  'unexpected_upstream_answer',
  'identity_provider_unavailable',
  'storage_unavailable',
] as const satisfies readonly ProblemCode[]

/** One of {@link tokenProblems}. */
export type TokenProblemCode = (typeof tokenProblems)[number]

/** Problems that a vend can cause: there may be no token, or no account to use it with. */
export const vendProblems = [
  ...tokenProblems,
  'developer_token_unusable',
  'account_not_found',
  'account_not_chosen',
] as const satisfies readonly ProblemCode[]
