import { setTimeout } from 'node:timers/promises'
import { personAtTerminal } from './askForBroker.ts'
import { createAz } from './azure/az.ts'
import { openVault, parseOptions, run, UsageError } from './commandLine.ts'
import { askSecret } from './setup/askSecret.ts'
import { explainFailure } from './setup/explainFailure.ts'
import { findAnswers, type SetupOptions } from './setup/findAnswers.ts'
import { parameterFileOf, readParameters } from './setup/parameterFile.ts'
import { runSteps, type StepReport, toLine } from './setup/runSteps.ts'
import type { Setup } from './setup/setup.ts'
import { steps } from './setup/steps.ts'

/**
 * `npm run setup`: from an empty subscription to a broker that lacks only its package. Each run reads the state back from
 * Azure and makes what's missing, so it can be run again at any time.
 */
async function command(): Promise<number> {
  const { plan, json, ...options } = parseOptions('setup')
  const print = (text: string) => (json ? console.error(text) : console.log(text))
  const onEnd = (report: StepReport) => print(toLine(report))
  const onStart = (title: string, detail: string) => print(`… ${title}: ${detail}`)
  const setup = await openSetup(options).catch(toFailedStep)
  if ('status' in setup) onEnd(setup)
  const reports = 'status' in setup ? [setup] : await runSteps(setup, steps, { plan, onStart, onEnd })
  const isReady = reports.every(({ status }) => status !== 'failed')
  if (json) console.log(JSON.stringify({ ready: isReady && !plan, steps: reports }, null, 2))
  else if (isReady) console.log(`\nNext: ${nextCommand(plan, options.name)}`)
  return isReady ? 0 : 1
}

function nextCommand(plan: boolean, name: string): string {
  return plan
    ? 'the same command without --plan'
    : `commit infra/${name}.bicepparam, then npm run deploy${name === 'msads-broker' ? '' : ` -- --name ${name}`}`
}

/** A parameter file is read by the Azure CLI, which may be missing or too old. */
function toFailedStep(error: unknown): StepReport {
  if (error instanceof UsageError) throw error
  return { title: 'parameter file', status: 'failed', ...explainFailure(error) }
}

async function openSetup(options: SetupOptions): Promise<Setup> {
  const az = createAz()
  const ask = personAtTerminal()
  const parameterFile = parameterFileOf(options.name)
  const parameters = await readParameters(az, parameterFile)
  const answers = await findAnswers(options, { az, parameterFile, parameters })
  return {
    ...{ az, answers, parameters, parameterFile, facts: {} },
    askSecret: (variable, question) => askSecret(ask, variable, question),
    openVault: (url) => openVault(url, undefined),
    now: () => new Date(),
    wait: (seconds) => setTimeout(seconds * 1000),
  }
}

if (import.meta.main) await run(command)
