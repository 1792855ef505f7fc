import { explainFailure } from './explainFailure.ts'
import { runSteps, type StepReport, toLine, type Waiting } from './runSteps.ts'
import type { Step } from './setup.ts'

/** What came of all steps. */
interface Shown<Context> {
  readonly reports: readonly StepReport[]
  /** What the steps worked on; undefined if one failed. */
  readonly done: Context | undefined
}

/**
 * Runs the steps of a command, and prints each as it begins and ends: to standard error if the command prints JSON.
 * @param opening what the steps work on. It needs the parameter file, which is read by the Azure CLI; that may be missing
 *   or too old, which is shown as a step that failed.
 * @throws the error of `opening` if it's none of the Azure CLI's, such as UsageError.
 */
export async function showSteps<Context extends Waiting>(
  opening: Promise<Context>,
  steps: readonly Step<Context>[],
  { json, plan }: { readonly json: boolean; readonly plan: boolean },
): Promise<Shown<Context>> {
  const print = json ? console.error : console.log
  const onEnd = (report: StepReport) => print(toLine(report))
  const onStart = (title: string, detail: string) => print(`… ${title}: ${detail}`)
  const opened = await opening.then((context) => ({ context }), toFailedStep)
  if ('status' in opened) {
    onEnd(opened)
    return { reports: [opened], done: undefined }
  }
  const reports = await runSteps(opened.context, steps, { plan, onStart, onEnd })
  const hasFailed = reports.some(({ status }) => status === 'failed')
  return { reports, done: hasFailed ? undefined : opened.context }
}

function toFailedStep(error: unknown): StepReport {
  return { title: 'parameter file', status: 'failed', ...explainFailure(error) }
}
