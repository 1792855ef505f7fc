import type { OneTimeRecords } from '../domain/oneTime.ts'
import { createPatience, type Waiting } from '../domain/patience.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { GrantServices } from './connectGrant.ts'

/**
 * The same services for one piece of work that a person waits for: they repeat what storage doesn't do now. A write that
 * is repeated after a lost answer meets its own ETag or row, which `changeTenant` and `ensureTenant` recognize; a new
 * secret gets another version.
 */
export function withPatience(services: GrantServices): GrantServices {
  const patiently = createPatience(services)
  const { due, grants } = services
  return {
    ...services,
    tenants: patientTenants(services.tenants, patiently),
    due: { ...due, insert: (row) => patiently(() => due.insert(row)) },
    grants: { ...grants, write: (...write) => patiently(() => grants.write(...write)) },
  }
}

/** A tenant store that repeats what storage doesn't do now, for one piece of work. */
export function withPatientTenants<D extends Waiting & { readonly tenants: TenantStore }>(
  dependencies: D,
): D {
  return { ...dependencies, tenants: patientTenants(dependencies.tenants, createPatience(dependencies)) }
}

/** The same one-time records, issued as soon as storage allows. A record whose answer was lost is never used. */
export function withPatientRecords<D extends Waiting & { readonly records: OneTimeRecords }>(
  dependencies: D,
): D {
  const { records } = dependencies
  const patiently = createPatience(dependencies)
  return {
    ...dependencies,
    records: { ...records, issue: (...record) => patiently(() => records.issue(...record)) },
  }
}

function patientTenants(tenants: TenantStore, patiently: ReturnType<typeof createPatience>): TenantStore {
  return {
    ...tenants,
    read: (name) => patiently(() => tenants.read(name)),
    create: (...write) => patiently(() => tenants.create(...write)),
    replace: (...write) => patiently(() => tenants.replace(...write)),
  }
}
