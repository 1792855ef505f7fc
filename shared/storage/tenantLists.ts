import { odata } from '@azure/data-tables'
import pMap from 'p-map'
import { isDamaged } from '../domain/damagedRow.ts'
import type { SummaryPage, TenantPage } from '../domain/directory.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { summaryOf } from '../domain/tenantSummary.ts'
import type { Tables } from './clients.ts'
import { firstPage, type Page } from './firstPage.ts'
import { readHint } from './listingHint.ts'
import { workspacePartitions } from './workspaceIndex.ts'

/**
 * Rows of a list that are read at the same time. Twice as many make a list of thousands at most 1.5 times as fast, and
 * keep other requests of the process waiting twice as long.
 */
const rowsAtOnce = 32

/** Which page of whose tenants. */
export interface ListRequest {
  readonly workspace: string
  readonly limit: number
  readonly continuation: string | undefined
}

interface ListDependencies {
  readonly index: Tables['TenantsByWorkspace']
  readonly inspect: TenantStore['inspect']
}

/** One page of a workspace's tenants, each read from its own row. */
export async function listTenants(
  { index, inspect }: ListDependencies,
  request: ListRequest,
): Promise<TenantPage | 'continuation_unknown'> {
  const page = await readListing(index, request)
  if (page === 'continuation_unknown') return page
  const names = page.map((row) => nameOf(row, request))
  const found = await pMap(names, inspect, { concurrency: rowsAtOnce })
  const tenants = found.flatMap((row) => (row ? [isDamaged(row) ? row : row.tenant] : []))
  return { tenants, ...nextOf(page) }
}

/** One page of a workspace's tenants from the listing's hints. Only a tenant without one is read from its own row. */
export async function listSummaries(
  { index, inspect }: ListDependencies,
  request: ListRequest,
): Promise<SummaryPage | 'continuation_unknown'> {
  const page = await readListing(index, request)
  if (page === 'continuation_unknown') return page
  const summarize = async (row: Page[number]) => {
    const name = nameOf(row, request)
    const hint = readHint(name, row.summary)
    if (hint) return [hint]
    const read = await inspect(name)
    return read ? [isDamaged(read) ? read : summaryOf(read.tenant)] : []
  }
  const tenants = await pMap(page, summarize, { concurrency: rowsAtOnce })
  return { tenants: tenants.flat(), ...nextOf(page) }
}

function readListing(index: ListDependencies['index'], { workspace, limit, continuation }: ListRequest) {
  const { first, last } = workspacePartitions(workspace)
  const filter = odata`PartitionKey ge ${first} and PartitionKey lt ${last}`
  return firstPage(index, filter, limit, continuation)
}

function nameOf(row: Page[number], { workspace }: ListRequest): TenantName {
  return { workspace, tenant: String(row.tenant) }
}

function nextOf({ continuationToken: continuation }: Page) {
  return { ...(continuation && { continuation }) }
}
