import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** A program and the arguments that go before all others. */
export interface Program {
  readonly file: string
  readonly first: readonly string[]
}

/**
 * The Azure CLI. On Windows, `az` is a batch file, which Node runs only through a shell, where arguments could be read as
 * commands. So the Python program beside it is run, as the batch file does (azure-cli, build_scripts/windows/scripts/az.cmd).
 * @param path default is the environment's `PATH`.
 * @returns undefined if Windows has none on its path; elsewhere, the system looks for it.
 */
export function findAz(
  platform: NodeJS.Platform = process.platform,
  path = process.env.PATH ?? '',
): Program | undefined {
  if (platform !== 'win32') return { file: 'az', first: [] }
  const folder = path.split(delimiter).find((each) => existsSync(join(each, 'az.cmd')))
  return folder ? { file: join(dirname(folder), 'python.exe'), first: ['-IBm', 'azure.cli'] } : undefined
}
