import type { Tenant, TenantName } from './tenant.ts'

/** The damage to a tenant's row: the first invalid column, and its fault. */
export interface RowDamage {
  readonly column: string
  /** In words; never the column's value. */
  readonly detail: string
}

/** A tenant whose row can't be read. */
export interface DamagedTenant {
  readonly damaged: RowDamage
  readonly etag: string
  /**
   * The readable part of the row: its valid columns, and as `secretsToDestroy` every reference that no valid grant
   * names. A connected tenant may lack a grant here. Required members are replaced if they can't be read:
   * environment by `production`, status by `reauthorization_required`, creation time by the row's last change.
   */
  readonly remains: Tenant
}

/** A required tenant row can't be read. */
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

/** Whether a row is damaged. */
export function isDamaged<T extends object, D extends Pick<DamagedTenant, 'damaged'>>(row: T | D): row is D {
  return 'damaged' in row
}
