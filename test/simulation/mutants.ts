import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { Change, Mutation } from './mutation.ts'
import type { UseCases } from './world.ts'

const root = join(import.meta.dirname, '../..')
/** Inside `node_modules`, so that the bundle finds its external packages. */
const cache = join(root, 'node_modules/.cache/simulation')

/**
 * Builds the production code with one deliberate breakage, and loads it. Production code isn't aware of it.
 * @throws if the breakage's pattern isn't in its file exactly once.
 */
export async function loadMutant(mutation: Mutation): Promise<UseCases> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'useCases.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
    plugins: [breaking(mutation)],
  })
  await mkdir(cache, { recursive: true })
  const file = join(cache, `${mutation.name.replaceAll(/\W+/g, '-')}-${process.pid}.mjs`)
  await writeFile(file, outputFiles[0]?.text ?? '')
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href)
  } finally {
    await rm(file)
  }
}

function breaking({ name, also = [], ...first }: Mutation): Plugin {
  const changes: readonly Change[] = [first, ...also]
  return {
    name: 'breakage',
    setup({ onLoad, onEnd }) {
      const applied = new Set<Change>()
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const meant = changes.filter(({ file }) => path === join(root, file))
        if (meant.length === 0) return undefined
        let contents = await readFile(path, 'utf8')
        for (const change of meant) {
          contents = changed(contents, name, change)
          applied.add(change)
        }
        return { contents, loader: 'ts' }
      })
      onEnd(() => {
        const missing = changes.find((change) => !applied.has(change))
        if (missing) throw new Error(`${name}: ${missing.file} is not part of the simulated code`)
      })
    },
  }
}

function changed(contents: string, name: string, { file, find, replace }: Change): string {
  const parts = contents.split(find)
  if (parts.length !== 2)
    throw new Error(`${name}: its pattern is ${parts.length - 1} times in ${file}, not once`)
  return parts.join(replace)
}
