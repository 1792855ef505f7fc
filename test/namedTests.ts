import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testsNamedIn } from '../scripts/namedTests.ts'
import { findPages } from '../scripts/pages.ts'
import { findPromises } from '../scripts/promises.ts'

/**
 * Reads each `file: title` that the repository's pages name, in a table or behind a promise. What stands in a file that
 * isn't a test's own, such as a list of scenes, is left out.
 */
export async function readNamedTests(root: string): Promise<string[]> {
  const pages = await Promise.all((await findPages(root)).map((path) => readFile(path, 'utf8')))
  const named = pages.flatMap((text) => [
    ...testsNamedIn(text),
    ...findPromises(text).flatMap(({ tests }) => tests),
  ])
  const isTestFile = (name: string) => existsSync(join(root, 'test', `${name.split(': ')[0]}.test.ts`))
  return [...new Set(named)].filter(isTestFile)
}
