import { join } from 'node:path'

/** The repository. */
export const root = join(import.meta.dirname, '../..')
/** The generators' and linters' packages and settings. */
export const clientsFolder = import.meta.dirname
/** The programs, each beside the code that its generator makes. */
export const programsFolder = join(clientsFolder, 'programs')
/** The contract that clients are generated from. */
export const contractFile = join(root, 'docs/openapi.json')
/** What is built. */
export const builtFolder = join(root, '.local/clients')
