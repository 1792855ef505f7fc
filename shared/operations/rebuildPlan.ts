import { consentOf, isEndedBy } from '../domain/disconnectMarks.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { TaggedGrant } from './taggedSecrets.ts'

/** The known facts about a tenant before a rebuild. */
export interface RebuildFacts {
  /** Its row, as far as it can be read. */
  readonly row: Tenant | undefined
  /** Its secrets in the vaults, newest first. */
  readonly grants: readonly Pick<TaggedGrant, 'vault' | 'name' | 'writtenOn'>[]
  /** When it was last disconnected, according to a mark that hasn't expired. */
  readonly disconnectedAt: Date | undefined
}

/**
 * The action for a tenant. `keep`: its row is correct. `end`: it was disconnected after everything that is left of
 * it. `prove`: one of the `grants` in the vaults becomes its grant, if a refresh proves it.
 */
export type RebuildPlan<G> =
  | { readonly plan: 'keep' | 'end' }
  | { readonly plan: 'prove'; readonly grants: readonly G[] }

/**
 * Decides the action for a tenant. A mark ends all consents and secrets up to its time. If a row's secret is missing
 * from the vaults but a newer one exists, the row was restored from before a reconnect.
 */
export function planRebuild<F extends RebuildFacts>({
  row,
  grants,
  disconnectedAt,
}: F): RebuildPlan<F['grants'][number]> {
  const own = row?.grant
  const isEnded = isEndedBy(disconnectedAt, row && consentOf(row))
  const newerThan = [disconnectedAt, own?.consentedAt].map((time) => time?.getTime() ?? 0)
  const candidates = grants.filter(({ writtenOn }) => writtenOn.getTime() > Math.max(...newerThan))
  const isGone = own?.reference.startsWith('vault:') && !grants.some((grant) => isNamed(grant, own.reference))
  const isRight = row && isIntact(row) && !isEnded && !(isGone && candidates.length > 0)
  if (isRight) return { plan: 'keep' }
  return candidates.length > 0 ? { plan: 'prove', grants: candidates } : { plan: 'end' }
}

/** Whether a row has its grant. A disconnected or unconfirmed tenant is never connected automatically. */
function isIntact({ grant, pendingGrant, status }: Tenant): boolean {
  return grant !== undefined || pendingGrant !== undefined || status === 'disconnected'
}

function isNamed({ vault, name }: RebuildFacts['grants'][number], reference: string): boolean {
  return reference.startsWith(`vault:${vault.host}/${name}/`)
}
