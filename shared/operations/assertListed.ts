import type { Tables } from '../storage/clients.ts'
import { compareListing } from './listing.ts'
import { createNamed, type Named, toList } from './named.ts'

/** The listing and the tenants' rows differ, so a command that destroys something has done nothing. */
export class ListingDiffersError extends Error {
  /** Tenants that the listing lacks, as `workspace/tenant`. */
  readonly unlisted: Named
  /** Rows of the listing without a tenant's row, by the tenant's id. */
  readonly strangers: Named

  constructor(unlisted: Named, strangers: Named) {
    const found = [
      unlisted.count > 0 && `Missing in TenantsByWorkspace: ${toList(unlisted)}.`,
      strangers.count > 0 && `Listed without a row in Tenants: ${toList(strangers)}.`,
    ]
    super(
      [
        'The list of tenants and their rows differ, so nothing was changed.',
        ...found.filter(Boolean),
        'If a table was restored or failed over, bring back its missing rows first (docs/runbooks/rebuild-tables.md). Then run npm run rebuild-tables, which makes the list match the rows, and run this command again.',
      ].join('\n'),
    )
    this.name = 'ListingDiffersError'
    this.unlisted = unlisted
    this.strangers = strangers
  }
}

/**
 * Asserts that the listing and the tenants' rows name the same tenants, before a command destroys anything on the
 * strength of the rows that it has seen.
 * @returns the number of tenants. @throws ListingDiffersError
 */
export async function assertListed(tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>): Promise<number> {
  const [unlisted, strangers] = [createNamed(), createNamed()]
  const tenants = await compareListing(tables, {
    onUnlisted: ({ workspace, tenant }) => unlisted.add(`${workspace}/${tenant}`),
    onStranger: ({ tenant }) => strangers.add(tenant),
  })
  if (unlisted.count > 0 || strangers.count > 0) throw new ListingDiffersError(unlisted, strangers)
  return tenants
}
