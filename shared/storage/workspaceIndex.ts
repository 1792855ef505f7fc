import { createHash } from 'node:crypto'
import type { TableEntity } from '@azure/data-tables'
import { LRUCache } from 'lru-cache'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'

const buckets = 16

/**
 * One entry of a workspace's list, without a hint (`listingHint.ts`): writing it clears the one that is there. The
 * tenant's own row is authoritative.
 */
export function workspaceIndexEntity(name: TenantName): TableEntity {
  const key = tenantKey(name)
  const bucket = (Number.parseInt(key.slice(0, 2), 16) % buckets).toString(16)
  const partitionKey = `${workspaceHash(name.workspace)}:${bucket}`
  return { partitionKey, rowKey: key, tenant: name.tenant, summary: '' }
}

/** The half-open range of partition keys that contain a workspace's list. */
export function workspacePartitions(workspace: string): { readonly first: string; readonly last: string } {
  const hash = workspaceHash(workspace)
  return { first: `${hash}:`, last: `${hash};` }
}

function workspaceHash(workspace: string): string {
  const known = remembered.get(workspace)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(workspace).digest('hex').slice(0, 32)
  remembered.set(workspace, hash)
  return hash
}

/** The audit asks for the same workspaces in every sweep. */
const remembered = new LRUCache<string, string>({ max: 1000 })
