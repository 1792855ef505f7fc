import { join } from 'node:path'
import { run } from './command.ts'
import { clientsFolder, contractFile, root } from './folders.ts'

const tool = (name: string) => join(clientsFolder, 'node_modules/.bin', name)
const settings = (name: string) => join(clientsFolder, name)

/** The linters of OpenAPI documents, by name, with their recommended rules; a warning fails too. */
export const linters = {
  Redocly: [tool('redocly'), 'lint', '--config', settings('redocly.yaml'), contractFile],
  Spectral: [tool('spectral'), 'lint', '-r', settings('spectral.yaml'), '-F', 'warn', contractFile],
} as const

/** Neither of them calls its maker. */
const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

/** Runs a linter on the contract. @throws Error with what it found. */
export async function lint(command: readonly string[]): Promise<void> {
  await run(command, { cwd: root, env: quiet })
}
