import { secondsUntil } from '../clock.ts'
import { type HoldScope, kindOfGrant } from '../domain/holds.ts'
import type { Leased } from '../domain/tenant.ts'
import { isLost, type RefusalVerdict } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { registrationOf } from './holds.ts'
import { stepOutsideLease } from './leaseTime.ts'
import type { ProvenKinds } from './provenKinds.ts'

/**
 * Ends a grant that only a new sign-in can bring back ({@link isLost}): the status says so, and no call is made until
 * then. Not while its registration is on hold, because such a refusal says nothing about the tenant. If the note can't
 * be read, a later try decides.
 */
export async function endIfLost(
  { clock, config, provenKinds }: RefreshDependencies & { readonly provenKinds: ProvenKinds },
  leased: Leased,
  verdict: RefusalVerdict,
): Promise<RefusalVerdict> {
  if (verdict.verdict !== 'retry' || verdict.trouble.actor !== 'operator') return verdict
  const { trouble } = verdict
  const { stuckSince } = trouble
  const now = clock.now()
  const { identityProvider } = leased.grant
  const { stuckAfterSeconds } = config
  if (!stuckSince || secondsUntil(now, stuckSince) < stuckAfterSeconds) return verdict
  const provenAt = await stepOutsideLease(clock, 'reading what is proven', () =>
    provenKinds.lastProvenAt(kindScopeOf(leased)),
  ).catch(() => undefined)
  return isLost(trouble, { identityProvider, stuckAfterSeconds, provenAt }, now)
    ? { verdict: 'dead', reason: trouble.reason }
    : verdict
}

/** The registration and kind of a tenant's grant: grants of one kind can be refused together. */
export function kindScopeOf(leased: Pick<Leased, 'tenant' | 'grant'>): HoldScope {
  return { ...registrationOf(leased), kind: kindOfGrant(leased.grant) }
}
