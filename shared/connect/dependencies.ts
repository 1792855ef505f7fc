import type { DiscoverWithTokenDependencies } from '../accounts/discoverWithToken.ts'
import type { Clock, Randomness } from '../clock.ts'
import type { Config } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { IdTokenChecker } from '../identity/idToken.ts'
import type { SignInTable } from '../identity/signInTable.ts'
import type { TokenEndpoints } from '../identity/tokenEndpoint.ts'
import type { GrantServices } from '../tenants/connectGrant.ts'
import type { UnfinishedCommits } from '../unfinishedCommits.ts'
import type { ReportDependencies } from './reportSignIn.ts'

/** Dependencies of finishing a sign-in. */
export interface CallbackDependencies extends ReportDependencies, DiscoverWithTokenDependencies {
  readonly config: Config
  readonly signInTable: SignInTable
  readonly records: OneTimeRecords
  readonly tokenEndpoints: TokenEndpoints
  readonly idTokens: IdTokenChecker
  readonly accounts: AccountStore
  readonly grantServices: GrantServices
  readonly unfinishedCommits: UnfinishedCommits
  readonly clock: Clock
  readonly randomness: Randomness
  /** When the browser must be answered. Default is no limit: the caller doesn't wait. */
  readonly answerBy?: Date
}
