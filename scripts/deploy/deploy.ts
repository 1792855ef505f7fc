import type { Az } from '../azure/az.ts'
import type { Deployment, Outputs, Target } from '../azure/deployments.ts'
import type { DoctorReport } from '../doctor/finding.ts'
import type { FoundToken } from '../login/azureCli.ts'
import type { Parameters } from '../setup/parameterFile.ts'
import type { Loss } from './loss.ts'

/** What a person wants deployed. */
export interface Wish extends Target {
  /** The parameters' new values; what the file leaves out is the template's default. */
  readonly parameters: Parameters
  /** Names of losses that are accepted. */
  readonly accepted: ReadonlySet<string>
  /** A package that was built before. Default is to build one. */
  readonly package?: string | undefined
  /** A package to roll back to, where the one that runs can't be read. */
  readonly rollbackTo?: string | undefined
}

/** What the steps learn; each needs those before it. */
export interface DeployFacts {
  tenantId?: string
  /** The last deployment of this broker; undefined before the first one. */
  last?: Deployment | undefined
  /** Its outputs, then those of this one. */
  outputs?: Outputs | undefined
  acceptedLosses: Loss[]
  /** Fingerprint of the template and the new values. */
  fingerprint?: string
  /** What Azure says it would change, in a line each. */
  changes?: readonly string[]
  package?: Buffer
  token?: string
  /** How the broker was; undefined if it didn't run. */
  before?: DoctorReport | undefined
  after?: DoctorReport
  /** The package to roll back to; `none` before the first one, or if that's accepted. */
  kept?: Buffer | 'none'
  /** Whether this run changed something that takes minutes to work, such as roles. */
  isProvisioned?: boolean
  isPublished?: boolean
}

/** What every step of `npm run deploy` can use. */
export interface Deploy {
  readonly az: Az
  readonly wish: Wish
  readonly facts: DeployFacts
  /** Where the package to roll back to is kept until the new one is examined. */
  readonly folder: string
  readonly build: () => Buffer
  /** A token with `Broker.Operate`, or why there is none. */
  readonly findToken: () => Promise<FoundToken | undefined>
  readonly examine: (url: string, token: string) => Promise<DoctorReport>
  readonly wait: (seconds: number) => Promise<void>
}
