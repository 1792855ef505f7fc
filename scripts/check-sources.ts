import { join } from 'node:path'
import { readSources } from './arrows/readSources.ts'
import { faultsOfSources } from './sourceFaults.ts'

const faults = faultsOfSources(await readSources(join(import.meta.dirname, '..'), ['functions', 'shared']))
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
