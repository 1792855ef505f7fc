import { advertiserSteps } from './advertiser.ts'
import { agencySteps } from './agency.ts'
import type { Demo } from './demo.ts'
import { knowledgeSteps } from './knowledge.ts'
import { refreshSteps } from './refresh.ts'
import { traceSteps } from './trace.ts'

/** What a step did, each in one sentence. */
export interface StepOutcome {
  readonly happened: string
  readonly proves: string
}

/** One step of the main job. To add one is to add an entry to a list; a step that throws has failed. */
export interface Step {
  /** For machines, e.g. `vend`. */
  readonly name: string
  /** For people, e.g. `The app asks for a token`. */
  readonly title: string
  run(demo: Demo): Promise<StepOutcome>
}

/** The main job, in order. */
export const steps: readonly Step[] = [
  ...advertiserSteps,
  ...refreshSteps,
  ...agencySteps,
  ...knowledgeSteps,
  ...traceSteps,
]
