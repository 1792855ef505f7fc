import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { TenantName } from './tenant.ts'

/**
 * The tenant's partition key: 160 bits of SHA-256 over workspace and tenant id, in hexadecimal.
 * Hashed because both may contain characters that Table Storage forbids in keys, and to spread the partitions.
 */
export function tenantKey({ workspace, tenant }: TenantName): string {
  const text = JSON.stringify([workspace, tenant])
  const known = remembered.get(text)
  if (known !== undefined) return known
  const key = createHash('sha256').update(text).digest('hex').slice(0, 40)
  remembered.set(text, key)
  return key
}

/** A request computes the same key several times. */
const remembered = new LRUCache<string, string>({ max: 5000 })
