import { isEndedBy } from '../domain/disconnectMarks.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { TaggedGrant } from './taggedSecrets.ts'

/** What is known of a tenant before it's rebuilt. */
export interface RebuildFacts {
  /** What its row says, as far as it can be read. */
  readonly row: Tenant | undefined
  /** Its secrets in the vaults, newest first. */
  readonly grants: readonly Pick<TaggedGrant, 'vault' | 'name' | 'updatedOn'>[]
  /** When it was last disconnected, by the mark that is in force. */
  readonly disconnectedAt: Date | undefined
}

/**
 * What a rebuild does with a tenant. `keep`: its row is right. `end`: it was disconnected after everything that is left of
 * it. `prove`: one of the `grants` in the vaults becomes its grant, if a refresh proves it.
 */
export type RebuildPlan<G> =
  | { readonly plan: 'keep' | 'end' }
  | { readonly plan: 'prove'; readonly grants: readonly G[] }

/**
 * Decides what a rebuild does. A mark ends the consents and secrets that are no newer. A row whose secret is gone from
 * the vaults while a newer one is there was restored from before a reconnect.
 */
export function planRebuild<F extends RebuildFacts>({
  row,
  grants,
  disconnectedAt,
}: F): RebuildPlan<F['grants'][number]> {
  const own = row?.grant
  const isEnded = isEndedBy(disconnectedAt, own)
  const newerThan = [disconnectedAt, own?.consentedAt].map((time) => time?.getTime() ?? 0)
  const candidates = grants.filter(({ updatedOn }) => updatedOn.getTime() > Math.max(...newerThan))
  const isGone = own?.reference.startsWith('vault:') && !grants.some((grant) => isNamed(grant, own.reference))
  const isRight = row && isIntact(row) && !isEnded && !(isGone && candidates.length > 0)
  if (isRight) return { plan: 'keep' }
  return candidates.length > 0 ? { plan: 'prove', grants: candidates } : { plan: 'end' }
}

/** A row that knows about a grant. A disconnected or unconfirmed tenant is never connected again. */
function isIntact({ grant, pendingGrant, status }: Tenant): boolean {
  return grant !== undefined || pendingGrant !== undefined || status === 'disconnected'
}

function isNamed({ vault, name }: RebuildFacts['grants'][number], reference: string): boolean {
  return reference.startsWith(`vault:${vault.host}/${name}/`)
}
