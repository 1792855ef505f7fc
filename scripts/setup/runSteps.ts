import { repeatUntil } from '../azure/patience.ts'
import { explainFailure } from './explainFailure.ts'
import { SetupError, type Step } from './setup.ts'

/** What came of one step. */
export interface StepReport {
  readonly title: string
  readonly status: 'right' | 'planned' | 'done' | 'failed'
  /** What was missing, or why the step failed. */
  readonly detail?: string
  /** The next command or action of the person, after a failure. */
  readonly next?: string
  /** What the step has found, once it's right. */
  readonly lines?: readonly string[]
}

/** What steps share, besides what their command needs. */
export interface Waiting {
  readonly wait: (seconds: number) => Promise<void>
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
export async function runSteps<Context extends Waiting>(
  context: Context,
  steps: readonly Step<Context>[],
  options: RunOptions,
): Promise<StepReport[]> {
  const reports: StepReport[] = []
  for (const step of steps) {
    const report = await runStep(context, step, options)
    reports.push(report)
    options.onEnd(report)
    if (report.status === 'failed') break
  }
  return reports
}

async function runStep<Context extends Waiting>(
  context: Context,
  step: Step<Context>,
  options: RunOptions,
): Promise<StepReport> {
  const { title } = step
  const linesOf = () => {
    const lines = step.show?.(context) ?? []
    return lines.length > 0 ? { lines } : {}
  }
  try {
    const missing = await step.look(context)
    if (missing === undefined) return { title, status: 'right', ...linesOf() }
    if (options.plan) return { title, status: 'planned', detail: missing }
    options.onStart(title, missing)
    await step.act?.(context)
    const left = await lookUntilRight(context, step)
    if (left !== undefined)
      throw new SetupError(`Azure doesn’t show it yet: ${left}`, 'Run the same command again.')
    return { title, status: 'done', detail: missing, ...linesOf() }
  } catch (error) {
    return { title, status: 'failed', ...explainFailure(error) }
  }
}

/** The directory shows a new object everywhere only after some seconds. */
function lookUntilRight<Context extends Waiting>(
  context: Context,
  step: Step<Context>,
): Promise<string | undefined> {
  return repeatUntil(
    { wait: context.wait, most: 63 },
    () => step.look(context),
    (left) => left === undefined,
  )
}

const signs = { right: '✓', planned: '+', done: '✓', failed: '✗' } as const

/** A report for people: a mark, the step, what was found, and what to do. */
export function toLine({ title, status, detail, next, lines = [] }: StepReport): string {
  const what = status === 'right' ? title : `${title}: ${detail}`
  return [`${signs[status]} ${what}`, ...lines.map((line) => `    ${line}`), next && `  → ${next}`]
    .filter(Boolean)
    .join('\n')
}
