import type { TenantName } from '../../../shared/domain/tenant.ts'

/** The tenant of a number. */
export function nameOf(number: number): TenantName {
  return { workspace: 'bench', tenant: `t${number}` }
}

/** The number of a tenant that {@link nameOf} has named. */
export function numberOf({ tenant }: TenantName): number {
  return Number(tenant.slice(1))
}
