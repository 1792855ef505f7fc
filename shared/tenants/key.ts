import { createHash } from 'node:crypto'
import type { TenantName } from './tenant.ts'

/**
 * The tenant's partition key: 160 bits of SHA-256 over workspace and tenant id, in hexadecimal.
 * Hashed because both may hold characters that Table Storage forbids in keys, and so that partitions spread.
 */
export function tenantKey(name: TenantName): string {
  return createHash('sha256')
    .update(JSON.stringify([name.workspace, name.tenant]))
    .digest('hex')
    .slice(0, 40)
}
