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
   * What the row still says, enough to show and to disconnect it: name, status and dates, and as leftovers every
   * reference that was found. What cannot be read is replaced: environment by `production`, status by
   * `reauthorization_required`, creation by the row's last change.
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
