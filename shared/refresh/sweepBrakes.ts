import { nameOfScope } from '../domain/holds.ts'
import { meaningOf } from '../domain/reasons.ts'
import type { RefreshOutcome } from './outcome.ts'

/** What one sweep has learned about the registrations of its tenants, by {@link nameOfScope}. */
export interface SweepBrakes {
  /** Why no tenant of a registration is refreshed now. Undefined if they are. */
  reasonToSkip(registration: string, now: Date): 'environment_on_hold' | 'circuit_open' | undefined
  /**
   * Learns about a registration from an outcome. The tenant row and the hold name it; the due row is only a hint that
   * may still name the tenant's previous registration.
   */
  learn(outcome: RefreshOutcome): void
  /** The holds that the sweep met. */
  holdsMet(): readonly string[]
}

/** Failures of one identity provider in a row that end its part of the sweep. */
const failuresThatOpenTheCircuit = 10

/** Creates the brakes of one sweep; nothing is known yet. */
export function createSweepBrakes(): SweepBrakes {
  const failuresInARow = new Map<string, number>()
  const heldUntil = new Map<string, Date>()
  const failuresOf = (registration: string) => failuresInARow.get(registration) ?? 0
  return {
    reasonToSkip(registration, now) {
      const until = heldUntil.get(registration)
      if (until && until > now) return 'environment_on_hold'
      return failuresOf(registration) >= failuresThatOpenTheCircuit ? 'circuit_open' : undefined
    },
    learn(outcome) {
      if (outcome.outcome === 'not_found') return
      if (outcome.outcome === 'passed_on' && outcome.reason === 'environment_on_hold' && outcome.hold)
        heldUntil.set(nameOfScope(outcome.hold), outcome.hold.until)
      const { environment, grant } = outcome.stored.tenant
      if (!grant) return
      const registration = nameOfScope({ environment, identityProvider: grant.identityProvider })
      failuresInARow.set(registration, isProviderFailure(outcome) ? failuresOf(registration) + 1 : 0)
    },
    holdsMet: () => [...heldUntil.keys()].sort(),
  }
}

/** The operator's problems have their own limits: the environment's hold, and each tenant's wait. */
function isProviderFailure(outcome: RefreshOutcome): boolean {
  if (outcome.outcome !== 'refused' || isStuck(outcome)) return false
  return meaningOf(outcome.refusal.reason).about === 'provider'
}

/** Whether the trouble is the tenant's own and known: it says nothing about the provider, nor about this sweep. */
export function isStuck({ stored }: Extract<RefreshOutcome, { outcome: 'refused' }>): boolean {
  return stored.tenant.trouble?.actor === 'operator'
}
