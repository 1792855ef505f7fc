import { runVerb } from './broker/runVerb.ts'
import { run } from './commandLine.ts'

/** `npm run diagnose`: the same as `npm run broker -- diagnose`. */
if (import.meta.main) await run(() => runVerb('diagnose', process.argv.slice(2)))
