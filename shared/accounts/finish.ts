import type { Log } from '../domain/logEvents.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { Problem } from '../problems.ts'
import { type DiscoverDependencies, rediscoverAccounts } from './discover.ts'

/**
 * Discovers, behind every caller, the accounts that a sign-in couldn't read or write in time.
 * @returns whether all of them are known now. Otherwise a later sweep tries again.
 */
export async function finishAccounts(
  dependencies: DiscoverDependencies & { readonly log: Log },
  name: TenantName,
): Promise<boolean> {
  const reason = await rediscoverAccounts(dependencies, name).then(
    ({ unfinished }) => unfinished?.reason,
    (error: unknown) => {
      if (error instanceof Problem || error instanceof StorageUnavailableError) return error.code
      throw error
    },
  )
  if (reason) dependencies.log('accounts.unfinished', { tenantKey: tenantKey(name), reason })
  return reason === undefined
}
