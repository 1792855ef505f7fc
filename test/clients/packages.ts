import { join } from 'node:path'
import { run } from './command.ts'
import { clientsFolder } from './folders.ts'
import { madeFrom } from './madeFrom.ts'

/** Installs the npm generators and linters at their locked versions, unless they are. They run no script of their own. */
export async function installNpmPackages(): Promise<void> {
  await madeFrom({
    folder: join(clientsFolder, 'node_modules'),
    files: [join(clientsFolder, 'package-lock.json')],
    make: () => run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: clientsFolder }),
  })
}
