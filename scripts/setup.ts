import { setTimeout } from 'node:timers/promises'
import { personAtTerminal } from './askForBroker.ts'
import { createAz } from './azure/az.ts'
import { openVault, parseOptions, run } from './commandLine.ts'
import { askSecret } from './setup/askSecret.ts'
import { findAnswers, type SetupOptions } from './setup/findAnswers.ts'
import { parameterFileOf, readParameters } from './setup/parameterFile.ts'
import type { Setup } from './setup/setup.ts'
import { showSteps } from './setup/showSteps.ts'
import { steps } from './setup/steps.ts'

/**
 * `npm run setup`: from an empty subscription to a broker that lacks only its package. Each run reads the state back from
 * Azure and makes what's missing, so it can be run again at any time.
 */
async function command(): Promise<number> {
  const { plan, json, ...options } = parseOptions('setup')
  const { done, reports } = await showSteps(openSetup(options), steps, { json, plan })
  if (json) console.log(JSON.stringify({ ready: done !== undefined && !plan, steps: reports }, null, 2))
  else if (done) console.log(`\nNext: ${nextCommand(plan, options.name)}`)
  return done ? 0 : 1
}

function nextCommand(plan: boolean, name: string): string {
  return plan
    ? 'the same command without --plan'
    : `commit infra/${name}.bicepparam, then npm run deploy${name === 'msads-broker' ? '' : ` -- --name ${name}`}`
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
