import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { figuresOf } from './arrows/figures.ts'
import { readHouse } from './arrows/floors.ts'
import { faultsOfArrows } from './arrows/judge.ts'
import { readSources } from './arrows/readSources.ts'

const root = join(import.meta.dirname, '..')
const sources = await readSources(root, ['shared', 'functions'])
const faults = faultsOfArrows(sources, readHouse(await readFile(join(root, 'docs/architecture.md'), 'utf8')))
for (const fault of faults) console.error(fault)
console.log(`${sources.size} files, ${faults.length} faults against docs/architecture.md`)
if (process.argv.includes('--figures')) console.log(figuresOf(sources).join('\n'))
if (faults.length > 0) process.exitCode = 1
