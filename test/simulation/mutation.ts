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
  /** What has to be changed with it, where one part of the code makes good for another. */
  readonly also?: readonly Change[]
  /** The identity provider under which it shows. Default is `microsoft`. */
  readonly mode?: ProviderMode
  /** The rules any of which it must break. */
  readonly breaks: readonly Rule[]
  /** Where it shows: a world of its own for each seed. Default is the simulator's. */
  readonly by?: Scenario
}

/** Runs one small world. Returns how a rule was broken, if one was. */
export type Scenario = (seed: number, useCases: UseCases) => Promise<Violation | undefined>
