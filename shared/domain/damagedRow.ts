import type { Tenant, TenantName } from './tenant.ts'

/** What makes a tenant's row unreadable: the first column found to be wrong, and how. */
export interface RowDamage {
  readonly column: string
  /** In words; never the column's value. */
  readonly detail: string
}

/** A tenant whose row cannot be read as a tenant. */
export interface DamagedTenant {
  readonly damaged: RowDamage
  readonly etag: string
  /**
   * What the row still says: its sound columns, and as `secretsToDestroy` every reference that no sound grant names. A
   * connected tenant may be without a grant here. What every tenant has is replaced where it can't be read:
   * environment by `production`, status by `reauthorization_required`, creation by the row's last change.
   */
  readonly remains: Tenant
}

/** A tenant's row was needed and cannot be read. */
export class DamagedRowError extends Error {
  readonly tenant: string
  readonly damage: RowDamage

  constructor({ tenant }: TenantName, damage: RowDamage) {
    super(`The tenant’s row has a damaged column: ${damage.column} ${damage.detail}.`)
    this.name = 'DamagedRowError'
    this.tenant = tenant
    this.damage = damage
  }
}

/** Whether a row that was found is damaged. */
export function isDamaged<T extends object, D extends Pick<DamagedTenant, 'damaged'>>(row: T | D): row is D {
  return 'damaged' in row
}
