import { allowApp } from './broker/allowApp.ts'
import { listRefusedApps } from './broker/listRefusedApps.ts'
import { offboard } from './broker/offboardWorkspace.ts'
import { refuseApp } from './broker/refuseApp.ts'
import { unservedTenants } from './broker/unservedTenants.ts'
import type { Verb } from './broker/verb.ts'
import { parseCommand, run, UsageError } from './commandLine.ts'
import { brokerVerbs } from './options.ts'

const verbs: Readonly<Record<keyof typeof brokerVerbs, Verb>> = {
  'refuse-app': refuseApp,
  'allow-app': allowApp,
  'refused-apps': listRefusedApps,
  'unserved-tenants': unservedTenants,
  'offboard-workspace': offboard,
}

/** `npm run broker -- <verb> …`: what an operator does to a running broker, one file for each verb. */
async function command(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2)
  if (!isVerb(name)) throw new UsageError(`Pass one of: ${Object.keys(verbs).join(', ')}.`)
  return verbs[name](parseCommand(brokerVerbs[name], args))
}

function isVerb(name: string): name is keyof typeof verbs {
  return Object.hasOwn(verbs, name)
}

if (import.meta.main) await run(command)
