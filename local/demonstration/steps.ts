import { advertiserSteps } from './advertiser.ts'
import { agencySteps } from './agency.ts'
import type { Demo } from './demo.ts'
import { knowledgeSteps } from './knowledge.ts'
import { refreshSteps } from './refresh.ts'
import { reportSteps } from './report.ts'
import { traceSteps } from './trace.ts'

/** The results of a step, one sentence each. */
export interface StepOutcome {
  readonly happened: string
  readonly proves: string
}

/** A step of the demonstration. To add one, add an entry to a list. A step that throws has failed. */
export interface Step {
  /** For programs, for example `vend`. */
  readonly name: string
  /** For people, for example `The app asks for a token`. */
  readonly title: string
  run(demo: Demo): Promise<StepOutcome>
}

/** The steps of the demonstration, in order. */
export const steps: readonly Step[] = [
  ...advertiserSteps,
  ...refreshSteps,
  ...agencySteps,
  ...knowledgeSteps,
  ...reportSteps,
  ...traceSteps,
]
