import type { Clock, Randomness } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import type { DueIndex } from '../domain/due.ts'
import type { GrantStore } from '../domain/grants.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { Sealer } from '../domain/sealer.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { TokenEndpoint } from '../domain/tokenEndpoint.ts'
import type { UnfinishedCommits } from '../unfinishedCommits.ts'

/** Dependencies of refreshing. The simulator supplies models with the same interfaces. */
export interface RefreshDependencies {
  readonly tenants: TenantStore
  readonly accounts: Pick<AccountStore, 'removeAll' | 'removeOthers'>
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly marks: DisconnectMarks
  readonly environments: EnvironmentStates
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly tokenEndpoint: TokenEndpoint
  readonly sealer: Sealer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly config: RefreshConfig
  readonly unfinishedCommits: UnfinishedCommits
  /** How long a vend waits for another process's refresh. */
  readonly vendWaitSeconds: number
}
