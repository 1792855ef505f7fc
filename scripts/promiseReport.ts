import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultOfTest, findPromises, type Promised } from './promises.ts'

/** How many promises each page may have without a test. A number here may only fall. */
type Budget = Readonly<Record<string, number>>

/** The promises of all pages. */
export interface PromiseReport {
  readonly count: number
  /** Those without a test, by page. */
  readonly bare: Readonly<Record<string, readonly Promised[]>>
  /** Tests that are gone, and pages with more promises without a test than their budget. */
  readonly faults: readonly string[]
}

/**
 * Pages that promise nothing for today: decisions say what was decided then, the changelog what has changed, and the
 * facts what others have written.
 */
const withoutPromises = /^(docs\/decisions\/|docs\/facts\.md|CHANGELOG\.md)/
const budgetFile = 'scripts/promisesWithoutTest.json'

/** Holds pages against the tests that they name. `paths` are relative to the repository. */
export async function reportPromises(root: string, paths: readonly string[]): Promise<PromiseReport> {
  const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined)
  const budget = JSON.parse((await read(budgetFile)) ?? '{}') as Budget
  const bare: Record<string, readonly Promised[]> = {}
  const faults: string[] = []
  let count = 0
  for (const path of paths.filter((each) => !withoutPromises.test(each))) {
    const promises = findPromises((await read(path)) ?? '')
    count += promises.length
    bare[path] = promises.filter(({ tests }) => tests.length === 0)
    for (const { line, tests } of promises)
      for (const test of tests) {
        const fault = await faultOfTest(test, read)
        if (fault) faults.push(`${path}:${line}: ${fault}`)
      }
    const [found, most] = [bare[path].length, budget[path] ?? 0]
    if (found > most)
      faults.push(
        `${path}: ${found} promises without a test, at most ${most}: npm run check:docs -- --promises`,
      )
  }
  return { count, bare, faults }
}

/** Lowers the budget to what is left without a test, and raises none. */
export async function lowerBudget(root: string, { bare }: PromiseReport): Promise<void> {
  const file = join(root, budgetFile)
  const before = JSON.parse(await readFile(file, 'utf8')) as Budget
  const counts = Object.entries(bare).flatMap(([path, promises]) => {
    const least = Math.min(promises.length, before[path] ?? 0)
    return least > 0 ? [[path, least] as const] : []
  })
  await writeFile(file, `${JSON.stringify(Object.fromEntries(counts), undefined, 2)}\n`)
}
