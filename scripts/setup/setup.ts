import type { Vault } from '../../shared/domain/vault.ts'
import type { Environment } from '../../shared/environment.ts'
import type { Secret } from '../../shared/secret.ts'
import type { Az } from '../azure/az.ts'
import type { Outputs } from '../azure/deployments.ts'
import type { Parameters } from './parameterFile.ts'

/** What the person wants. */
export interface Answers {
  /** The broker's name, which is part of every resource's name. */
  readonly name: string
  readonly resourceGroup: string
  readonly location: string
  readonly environments: readonly Environment[]
  /** Client IDs of the apps that may call the broker. */
  readonly apps: readonly string[]
  readonly returnUrls: readonly string[]
  readonly alertEmails: readonly string[]
}

/** What the steps learn from Azure; each step needs those before it. */
export interface Facts {
  /** The directory. */
  tenantId?: string
  /** Client ID of the registration that advertisers consent to. */
  signInClientId?: string
  /** Client ID of the broker's API. */
  apiClientId?: string
  /** Object ID of the API's service principal. */
  apiPrincipalId?: string
  /** Whether the region has availability zones. */
  hasZones?: boolean
  /** The template's outputs, after the first deployment. */
  outputs?: Outputs
}

/** What every step can use. */
export interface Setup {
  readonly az: Az
  readonly answers: Answers
  readonly facts: Facts
  /** The values in the parameter file; undefined until there's one. */
  readonly parameters?: Parameters | undefined
  /** The parameter file, for example `infra/msads-broker.bicepparam`. */
  readonly parameterFile: string
  readonly openVault: (url: string) => Promise<Vault>
  /**
   * A secret from the environment variable of that name, or typed without echo.
   * @throws SetupError if there's neither a variable nor a terminal.
   */
  readonly askSecret: (variable: string, question: string) => Promise<Secret>
  readonly now: () => Date
  readonly wait: (seconds: number) => Promise<void>
}

/** One thing that a broker on Azure needs. The context is what all steps of a command share. */
export interface Step<Context = Setup> {
  readonly title: string
  /** What's missing, in a few words; undefined if it's right. Changes nothing. */
  look(context: Context): Promise<string | undefined>
  /** Makes it right. Absent if only a person can. */
  act?(context: Context): Promise<void>
  /** Lines to show below the step, once it's right. */
  show?(context: Context): readonly string[]
}

/** The setup can't go on; says why, and what to do. */
export class SetupError extends Error {
  /** The next command or action of the person. */
  readonly next: string

  constructor(message: string, next: string) {
    super(message)
    this.next = next
  }
}
