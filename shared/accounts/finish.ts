import type { Log } from '../domain/logEvents.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { Problem } from '../problems.ts'
import { type DiscoverDependencies, rediscoverAccounts } from './discover.ts'

/**
 * Discovers, behind every caller, the accounts that a sign-in couldn't read or write in time.
 * @returns whether all of them are known now. Otherwise a later sweep tries again.
 * @throws if it can't be tried now: the instance is ending, the tenant is being refreshed, or its row is damaged.
 */
export async function finishAccounts(
  dependencies: DiscoverDependencies & { readonly log: Log },
  name: TenantName,
): Promise<boolean> {
  const reason = await rediscoverAccounts(dependencies, name).then(
    ({ unfinished }) => unfinished?.reason,
    (error: unknown) => {
      if (isEnding(error)) throw error
      if (error instanceof Problem || error instanceof StorageUnavailableError) return error.code
      throw error
    },
  )
  if (reason) dependencies.log('accounts.unfinished', { tenantKey: tenantKey(name), reason })
  return reason === undefined
}

function isEnding(error: unknown): boolean {
  return error instanceof Problem && error.extras.members?.reason === 'instance_ending'
}
