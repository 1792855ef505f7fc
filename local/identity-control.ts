import { z } from 'zod'
import { FaultList, strikeShape } from './fault-list.ts'
import { RequestLog } from './request-log.ts'

const faultSchema = z.strictObject({
  ...strikeShape,
  kind: z.enum(['serverError', 'badRequest', 'throttled', 'slow', 'hang', 'cut']),
  /** Only requests for a token of this resource. */
  resource: z.string().optional(),
  /** Only requests of this process: the last part of its `IDENTITY_ENDPOINT`'s path, see {@link IdentityRequest}. */
  instance: z.string().optional(),
  /** `slow`: how long it takes. Default is 6,000. */
  milliseconds: z.int().nonnegative().optional(),
})

/**
 * A fault on demand: 500, the 400 of an identity that is not there, 429, a slow answer, none at all, or a connection
 * that is cut. One sick process of two is a fault with the `instance` that this process names.
 */
export type IdentityFault = z.infer<typeof faultSchema>

/** One request for a token. */
export interface IdentityRequest {
  readonly resource: string
  /** Who asks: what follows `/msi/token/` in the process's `IDENTITY_ENDPOINT`; empty where nothing does. */
  readonly instance: string
}

/** One request, as it is logged. */
export interface LoggedIdentityRequest extends IdentityRequest {
  /** ISO 8601. */
  readonly at: string
  /** Which fault struck, if one did. */
  fault?: IdentityFault['kind']
  /** The answer's status; absent while there is no answer. */
  status?: number
}

/** How the endpoint behaves without any fault. */
export interface IdentitySettings {
  /** How long each token takes at least. Default is 0. */
  latencyMilliseconds: number
}

/** What tests do to the identity endpoint and learn from it. */
export class IdentityControl {
  readonly faults = new FaultList<IdentityFault, IdentityRequest>(
    (fault, { resource, instance }) =>
      (fault.resource ?? resource) === resource && (fault.instance ?? instance) === instance,
  )
  readonly faultSchema = faultSchema
  readonly settings: IdentitySettings = { latencyMilliseconds: 0 }
  readonly settingsSchema = z
    .strictObject({ latencyMilliseconds: z.int().nonnegative() })
    .partial() as z.ZodType<Partial<IdentitySettings>>
  readonly log = new RequestLog<LoggedIdentityRequest>()
}
