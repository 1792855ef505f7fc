import { helpForAll, isVerb } from './broker/help.ts'
import { runVerb } from './broker/runVerb.ts'
import { run, UsageError } from './commandLine.ts'

/** `npm run broker -- <verb> …`: what a person does to a running broker, one file for each verb. */
async function command(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2)
  if (name === '--help') {
    console.log(helpForAll())
    return 0
  }
  if (!isVerb(name)) throw new UsageError(helpForAll())
  return runVerb(name, args)
}

if (import.meta.main) await run(command)
