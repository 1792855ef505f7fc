import type { ProviderMode } from './models/identityProvider.ts'
import type { Rule, Violation } from './violation.ts'
import type { UseCases } from './world.ts'

/** A change of one file's text. */
export interface Change {
  /** The file, from the repository's root. */
  readonly file: string
  /** Must be in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** One deliberate breakage of the protocol, as a change of the production code's text. */
export interface Mutation extends Change {
  readonly name: string
  /** Further changes, if another part of the code would compensate for this one. */
  readonly also?: readonly Change[]
  /** The identity provider under which it shows. Default is `microsoft`. */
  readonly mode?: ProviderMode
  /** The rules of which it must break at least one. */
  readonly breaks: readonly Rule[]
  /** The scenario that shows it, with one world per seed. Default is the simulator's. */
  readonly by?: Scenario
}

/** Runs one small world. Returns the violation of a rule, if any. */
export type Scenario = (seed: number, useCases: UseCases) => Promise<Violation | undefined>
