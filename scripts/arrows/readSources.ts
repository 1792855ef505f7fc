import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sources } from './readImports.ts'

/** Reads every TypeScript file in the given folders. */
export async function readSources(root: string, folders: readonly string[]): Promise<Sources> {
  const sources = new Map<string, string>()
  for await (const path of glob(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  )) {
    sources.set(path.replaceAll('\\', '/'), await readFile(join(root, path), 'utf8'))
  }
  return sources
}
