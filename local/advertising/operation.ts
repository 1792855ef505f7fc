import type { FaultName } from './faults.ts'
import type { JsonObject } from './json.ts'
import type { Directory, Environment, Identity } from './world.ts'

/** The hosts' first labels (customer-management-service et al., "rest" zone of each reference page). */
export const services = ['clientcenter', 'campaign', 'reporting', 'bulk', 'adinsight'] as const

/** The first label of an API host. */
export type Service = (typeof services)[number]

/** A call with valid credentials, as an operation sees it. */
export interface Call {
  readonly environment: Environment
  readonly directory: Directory
  readonly identity: Identity
  readonly body: JsonObject
  /** The most accounts in a page of a search by user. */
  readonly maxPageAccounts: number
  /** The `CustomerAccountId` header, checked; null for services that need none. */
  readonly accountId: bigint | null
  /** The URL of this environment's service, without a trailing slash. */
  readonly serviceUrl: string
}

/** An operation's answer: a body for 200, or a fault. */
export type Reply =
  | { readonly ok: true; readonly body: JsonObject }
  | {
      readonly ok: false
      readonly fault: FaultName
      /** Body shape: `AdApiFaultDetail`, or the operation's own fault. Default is the first. */
      readonly shape?: 'operation'
      /** The error's `Details`. Default is the fault's own. */
      readonly details?: string
    }

/** An operation of a service. */
export type Operation = (call: Call) => Reply

/** A successful reply. */
export function answer(body: JsonObject): Reply {
  return { ok: true, body }
}

/** A refusal, as AdApiFaultDetail. */
export function refuse(fault: FaultName): Reply {
  return { ok: false, fault }
}

/** A refusal of the input, with the service's own kind of fault. */
export function refuseInput(fault: FaultName, details?: string): Reply {
  return { ok: false, fault, shape: 'operation', ...(details !== undefined && { details }) }
}
