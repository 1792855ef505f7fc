import { readFile } from 'node:fs/promises'
import { SetupError, type Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'
import { isPackage } from '../package.ts'

/** The package that is published: built from the clone, or the one that `--package` names. */
export const packageStep: Step<Deploy> = {
  title: 'package',
  async look({ facts, wish }) {
    if (facts.package) return undefined
    if (!wish.package) return 'built from this clone'
    facts.package = await readPackage(wish.package)
    return undefined
  },
  async act({ build, facts }) {
    facts.package = build()
  },
  show: ({ facts }) => (facts.package ? [`${Math.round(facts.package.length / 1024)} KB`] : []),
}

/** Reads a package that an option names. @throws SetupError if it isn't one. */
export async function readPackage(file: string): Promise<Buffer> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  if (isPackage(bytes)) return bytes
  throw new SetupError(
    `${file} isn’t a package: a ZIP archive with host.json and dist/broker.cjs.`,
    'Name such an archive, or leave the option out.',
  )
}
