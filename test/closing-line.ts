import { join, relative } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { readNamedTests } from './namedTests.ts'
import { findUnrunTests, type RunTest } from './unrunTests.ts'

const root = join(import.meta.dirname, '..')

/**
 * Ends a run with a plain line that any CI can read: `N passed, N failed`. A run of everything also fails for each test
 * that a page names and that didn't run.
 */
export default class ClosingLine implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: 'passed' | 'failed' | 'interrupted',
  ): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const passed = tests.filter((test) => test.result().state === 'passed').length
    const brokenModules = modules.filter((module) => module.errors().length > 0).length
    const unrun = reason !== 'interrupted' && isWhole(this.#vitest) ? await unrunOf(tests) : []
    const failed =
      tests.filter((test) => test.result().state === 'failed').length +
      brokenModules +
      unhandled.length +
      unrun.length
    for (const name of unrun) console.log(`A page names a test that didn’t run: ${name}`)
    if (unrun.length > 0) process.exitCode = 1
    console.log(`${passed} passed, ${failed} failed`)
  }
}

/** Whether the run is of all tests: no file, name, shard, or change was asked for. */
function isWhole(vitest: Vitest | undefined): boolean {
  if (!vitest) return false
  const { changed, related, shard, testNamePattern } = vitest.config
  // Not in Vitest's types. Without it, a run of one file would count as whole and fail, so its end can't be missed.
  const files = 'filenamePattern' in vitest && vitest.filenamePattern
  return !(files || changed || related || shard || testNamePattern)
}

async function unrunOf(tests: readonly TestCase[]): Promise<string[]> {
  return findUnrunTests(await readNamedTests(root), tests.map(toRunTest))
}

function toRunTest(test: TestCase): RunTest {
  const titles = [test.name]
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent) titles.push(parent.name)
  const file = relative(join(root, 'test'), test.module.moduleId)
    .replaceAll('\\', '/')
    .replace(/\.test\.ts$/, '')
  const { state } = test.result()
  return { file, titles, ran: state === 'passed' || state === 'failed' }
}
