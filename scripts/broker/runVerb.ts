import { systemClock } from '../../shared/clock.ts'
import { personAtTerminal } from '../askForBroker.ts'
import { parseCommand } from '../commandLine.ts'
import { brokerVerbs } from '../options.ts'
import { accounts } from './accounts.ts'
import { allowApp } from './allowApp.ts'
import { call } from './call.ts'
import { connect } from './connect.ts'
import { diagnose } from './diagnose.ts'
import { createDisconnect } from './disconnect.ts'
import { events } from './events.ts'
import { helpFor, type VerbName } from './help.ts'
import { listRefusedApps } from './listRefusedApps.ts'
import { offboard } from './offboardWorkspace.ts'
import { RefusedError, toRefusalLines } from './refusal.ts'
import { refuseApp } from './refuseApp.ts'
import { createReport } from './report.ts'
import { tenants } from './tenants.ts'
import { unservedTenants } from './unservedTenants.ts'
import { vend } from './vend.ts'
import type { Arguments, Verb } from './verb.ts'

const verbs: Readonly<Record<VerbName, Verb>> = {
  connect,
  tenants,
  accounts,
  vend,
  call,
  report: createReport({ ask: personAtTerminal(), clock: systemClock }),
  events,
  diagnose,
  disconnect: createDisconnect(personAtTerminal()),
  'refuse-app': refuseApp,
  'allow-app': allowApp,
  'refused-apps': listRefusedApps,
  'unserved-tenants': unservedTenants,
  'offboard-workspace': offboard,
}

/**
 * Runs a verb of `npm run broker` with its arguments.
 * @returns the exit status: what the verb says, or 1 if the broker refused.
 */
export async function runVerb(name: VerbName, args: string[]): Promise<number> {
  const given = parseCommand(brokerVerbs[name], args, helpFor(name)) as Arguments
  try {
    return await verbs[name](given)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    if (given.values.json)
      console.log(JSON.stringify(error.answer.body ?? { status: error.answer.status }, null, 2))
    else console.error(toRefusalLines(error.answer).join('\n'))
    return 1
  }
}
