import type { Allowance } from '../allowance.ts'
import type { Fault, VaultSettings } from './control.ts'
import type { VaultRequest } from './operations.ts'
import * as refusals from './refusals.ts'

/** A fault that is answered with a refusal. */
type RefusingKind = Exclude<Fault['kind'], 'slow' | 'hang' | 'cut' | 'cutAfterEffect'>

/** Whether a fault is answered with a refusal. */
export function isRefusal(kind: Fault['kind']): kind is RefusingKind {
  return kind !== 'slow' && kind !== 'hang' && kind !== 'cut' && kind !== 'cutAfterEffect'
}

/** The refusal that a fault asks for. */
export function toRefusal(
  kind: RefusingKind,
  { operation }: VaultRequest,
  caller: string,
): refusals.VaultRefusal {
  switch (kind) {
    case 'throttled':
      return refusals.throttled()
    case 'unauthorized':
      return refusals.unauthorized('AKV10032: Invalid issuer.')
    case 'forbiddenByRbac':
      return refusals.forbiddenByRbac(caller, `${operation}Secret`)
    case 'forbiddenByPolicy':
      return refusals.forbiddenByPolicy()
    case 'requestDisallowedByPolicy':
      return refusals.requestDisallowedByPolicy()
    case 'forbiddenByAccessPolicy':
      return refusals.forbiddenByAccessPolicy(caller, operation)
    case 'forbiddenByFirewall':
      return refusals.forbiddenByFirewall()
    case 'serverError':
      return refusals.serverError()
  }
}

/**
 * Counts the request; what is refused does not count (key-vault/general/overview-throttling).
 * @throws VaultRefusal 429 with `Retry-After` when the vault has been asked for more than it takes.
 */
export function assertAllowance(
  allowance: Allowance,
  { throttling, createsPerSpan, othersPerSpan }: VaultSettings,
  { operation }: VaultRequest,
): void {
  if (!throttling) return
  const isCreate = operation === 'set'
  if (allowance.take(isCreate ? 'creates' : 'others', 1, isCreate ? createsPerSpan : othersPerSpan)) return
  throw refusals.throttled(allowance.secondsLeft())
}
