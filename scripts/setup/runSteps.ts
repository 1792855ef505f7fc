import { repeatUntil } from '../azure/patience.ts'
import { explainFailure } from './explainFailure.ts'
import { type Setup, SetupError, type Step } from './setup.ts'

/** What came of one step. */
export interface StepReport {
  readonly title: string
  readonly status: 'right' | 'planned' | 'done' | 'failed'
  /** What was missing, or why the step failed. */
  readonly detail?: string
  /** The next command or action of the person, after a failure. */
  readonly next?: string
}

/** How steps are run. */
export interface RunOptions {
  /** Only looks. */
  readonly plan: boolean
  /** Called before a step changes something, which can take minutes. */
  readonly onStart: (title: string, detail: string) => void
  readonly onEnd: (report: StepReport) => void
}

/** Runs the steps one after the other, up to the first that fails. */
export async function runSteps(
  setup: Setup,
  steps: readonly Step[],
  options: RunOptions,
): Promise<StepReport[]> {
  const reports: StepReport[] = []
  for (const step of steps) {
    const report = await runStep(setup, step, options)
    reports.push(report)
    options.onEnd(report)
    if (report.status === 'failed') break
  }
  return reports
}

async function runStep(setup: Setup, step: Step, options: RunOptions): Promise<StepReport> {
  const { title } = step
  try {
    const missing = await step.look(setup)
    if (missing === undefined) return { title, status: 'right' }
    if (options.plan) return { title, status: 'planned', detail: missing }
    options.onStart(title, missing)
    await step.act?.(setup)
    const left = await lookUntilRight(setup, step)
    if (left !== undefined)
      throw new SetupError(`Azure doesn’t show it yet: ${left}`, 'Run the same command again.')
    return { title, status: 'done', detail: missing }
  } catch (error) {
    return { title, status: 'failed', ...explainFailure(error) }
  }
}

/** The directory shows a new object everywhere only after some seconds. */
function lookUntilRight(setup: Setup, step: Step): Promise<string | undefined> {
  return repeatUntil(
    { wait: setup.wait, most: 63 },
    () => step.look(setup),
    (left) => left === undefined,
  )
}
