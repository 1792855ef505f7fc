import { marksOfGeneration } from './account.ts'
import type { Tenant } from './tenant.ts'

/** The time after which a sweep finishes the accounts of a sign-in, if its own process hasn't. */
export const finishAccountsAfterSeconds = 300

/** Whether accounts of a connected tenant aren't written yet, or its last discovery ended early. */
export function areAccountsUnfinished({ accountsGeneration, accountsOutstanding, status }: Tenant): boolean {
  if (status !== 'connected') return false
  return accountsOutstanding === true || marksOfGeneration(accountsGeneration).readSoFar !== undefined
}
