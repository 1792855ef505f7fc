import { z } from 'zod'

const faultKinds = [
  'revoked',
  'expired',
  'mfaRequired',
  'consentRequired',
  'invalidGrantPassing',
  'conditionalAccess',
  'userDisabled',
  'invalidClient',
  'expiredClientSecret',
  'loopDetected',
  'temporarilyUnavailable',
  'unknownError',
  'serviceNotEnabled',
  'adminConsent',
  'noAccountChoice',
  'throttled',
  'throttledWithoutRetryAfter',
  'serverError',
  'hang',
  'cut',
  'cutAfterEffect',
  'noRefreshToken',
  'narrowScope',
  'scopeInOtherWords',
  'shortLived',
] as const

/** The name of a fault; its form on the wire depends on the identity provider. */
export type FaultKind = (typeof faultKinds)[number]

/** The body of `POST /_control/faults`. */
export const faultSchema = z.strictObject({
  endpoint: z.enum(['authorize', 'token', 'keys']),
  kind: z.enum(faultKinds),
  /**
   * It affects only calls with this tenant path, grant type, user, client, or refresh token family (as in the request
   * log).
   */
  tenantPath: z.string().optional(),
  grantType: z.string().optional(),
  username: z.string().optional(),
  clientId: z.string().optional(),
  family: z.string().optional(),
  /** The number of affected calls. Default is 1. */
  times: z.int().positive().default(1),
  /** `shortLived`: the access token's lifetime in seconds. Default is 5. */
  expiresIn: z.int().positive().default(5),
  /** `scopeInOtherWords`: the `scope` of the answer. Default is none. */
  scope: z.string().optional(),
  /** `throttled`: the `Retry-After` header, in seconds. Default is 1. */
  retryAfter: z.int().nonnegative().default(1),
  /** `serverError`: the HTTP status. Default is 500. */
  status: z.int().min(500).max(599).default(500),
})

/** An injected fault, and the calls that it affects. */
export type Fault = z.infer<typeof faultSchema>

/** The properties of a call by which faults select it. */
export interface FaultTarget {
  readonly endpoint: Fault['endpoint']
  readonly tenantPath?: string | undefined
  readonly grantType?: string | undefined
  readonly username?: string | undefined
  readonly clientId?: string | undefined
  readonly family?: string | undefined
}

/** The pending faults. */
export interface FaultPlan {
  add(fault: Fault): void
  /** Takes the first fault that matches the call, if any, and counts it. */
  take(target: FaultTarget): Fault | undefined
  clear(): void
}

/** Creates an empty plan. */
export function createFaultPlan(): FaultPlan {
  let waiting: { readonly fault: Fault; left: number }[] = []
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times }),
    take(target) {
      const entry = waiting.find(({ fault }) => fits(fault, target))
      if (!entry) return undefined
      entry.left -= 1
      if (entry.left === 0) waiting = waiting.filter((other) => other !== entry)
      return entry.fault
    },
    clear() {
      waiting = []
    },
  }
}

function fits(fault: Fault, target: FaultTarget): boolean {
  const chosenBy = ['endpoint', 'tenantPath', 'grantType', 'username', 'clientId', 'family'] as const
  return chosenBy.every((name) => fault[name] === undefined || fault[name] === target[name])
}
