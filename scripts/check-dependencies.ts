import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildBundle } from './bundle.ts'
import { faultsOfDependencies } from './dependencyFaults.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const faults = faultsOfDependencies({
  locked: JSON.parse(read('package-lock.json')).packages,
  direct: Object.keys(JSON.parse(read('package.json')).dependencies),
  page: read('docs/decisions/0015-dependencies.md'),
  bundled: buildBundle(root).packages,
})
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
