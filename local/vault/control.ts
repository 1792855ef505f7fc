import { z } from 'zod'
import { FaultList, strikeShape } from '../fault-list.ts'
import { RequestLog } from '../request-log.ts'
import { type VaultOperation, type VaultRequest, vaultOperations } from './operations.ts'

const faultSchema = z.strictObject({
  ...strikeShape,
  operation: z.enum(vaultOperations).optional(),
  name: z.string().optional(),
  kind: z.enum([
    'throttled',
    'unauthorized',
    'forbiddenByRbac',
    'forbiddenByPolicy',
    'requestDisallowedByPolicy',
    'forbiddenByAccessPolicy',
    'forbiddenByFirewall',
    'serverError',
    'slow',
    'hang',
    'cut',
    'cutAfterEffect',
  ]),
  /** `slow`: how long it takes before anything is done. Default is 5,000. */
  milliseconds: z.int().nonnegative().optional(),
})

/**
 * A fault on demand. It strikes requests of `operation` (any, when absent) whose secret's name begins with
 * `name` (any, when absent), `times` times or until it is cleared. `slow` only takes its time; `hang` never answers;
 * `cut` closes the connection before anything is done, `cutAfterEffect` when all is done but not answered.
 */
export type Fault = z.infer<typeof faultSchema>

/** How the vault behaves without any fault. */
export interface VaultSettings {
  /** How long each request takes at least. Default is 0. */
  latencyMilliseconds: number
  /** Whether nobody can purge, as the template has it. Default is true. */
  purgeProtection: boolean
  /** How long a deletion takes after it was answered. Default is 0. */
  deletionMilliseconds: number
  /** Whether a policy in Deny mode refuses secrets without an expiration date. Default is false. */
  requireExpiry: boolean
  /** Whether more is refused than the vault takes in 10 seconds. Default is false. */
  throttling: boolean
  /** Versions of secrets that it takes in 10 seconds. Default is 300 (key-vault/general/service-limits). */
  createsPerSpan: number
  /** All other operations that it takes in 10 seconds. Default is 4,000 (key-vault/general/service-limits). */
  othersPerSpan: number
}

const settingsSchema = z
  .strictObject({
    latencyMilliseconds: z.int().nonnegative(),
    purgeProtection: z.boolean(),
    deletionMilliseconds: z.int().nonnegative(),
    requireExpiry: z.boolean(),
    throttling: z.boolean(),
    createsPerSpan: z.int().positive(),
    othersPerSpan: z.int().positive(),
  })
  .partial() as z.ZodType<Partial<VaultSettings>>

/** One request with an accepted token; never a value. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly at: string
  readonly operation: VaultOperation
  readonly name: string
  /** The requested version, or the one that `set` created. */
  version?: string
  /** The token's `oid`. */
  readonly caller: string
  /** The fault that affected it, if any. */
  fault?: Fault['kind']
  /** The answer's status; absent until there is an answer, permanently if the connection was cut. */
  status?: number
}

/** What tests do to one vault and learn from it: faults on demand, settings, and the log of its requests. */
export class VaultControl {
  readonly faults = new FaultList<Fault, VaultRequest>(
    (fault, { operation, name }) =>
      (fault.operation ?? operation) === operation && name.startsWith(fault.name ?? ''),
  )
  readonly faultSchema = faultSchema
  readonly settings: VaultSettings = {
    latencyMilliseconds: 0,
    purgeProtection: true,
    deletionMilliseconds: 0,
    requireExpiry: false,
    throttling: false,
    createsPerSpan: 300,
    othersPerSpan: 4000,
  }
  readonly settingsSchema = settingsSchema
  readonly log = new RequestLog<LoggedRequest>()

  /** The logged requests, oldest first; a deletion by the SDK is two, since it reads the deleted secret. */
  requests(): LoggedRequest[] {
    return this.log.entries()
  }

  clearRequests(): void {
    this.log.clear()
  }
}
