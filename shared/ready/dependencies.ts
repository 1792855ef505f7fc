import type { TokenCredential } from '@azure/identity'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { SweepReports } from '../domain/sweepReports.ts'
import type { ListableVault } from '../domain/vault.ts'
import type { SignInTable } from '../identity/signInTable.ts'
import type { SecretHealth } from '../secrets/secretHealth.ts'
import type { Tables } from '../storage/clients.ts'
import type { ClockHealth } from '../storage/storageClock.ts'

/** Dependencies of the readiness checks. */
export interface ReadyDependencies {
  readonly config: Config
  readonly clock: Clock & ClockHealth
  readonly credential: TokenCredential
  readonly tables: Tables
  readonly vaults: { readonly main: ListableVault; readonly grants: readonly ListableVault[] }
  readonly secretHealth: SecretHealth
  readonly notes: BrokerNotes
  readonly environments: EnvironmentStates
  readonly sweeps: SweepReports
  readonly signInTable: SignInTable
}
