import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with a plain line that any CI can read: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const passed = tests.filter((test) => test.result().state === 'passed').length
    const brokenModules = modules.filter((module) => module.errors().length > 0).length
    const failed =
      tests.filter((test) => test.result().state === 'failed').length + brokenModules + unhandled.length
    console.log(`${passed} passed, ${failed} failed`)
  }
}
