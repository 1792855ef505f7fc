import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildRelease } from './buildRelease.ts'
import { findLastRelease } from './lastRelease.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the last release's app. */
    lastRelease: string
  }
}

/** Builds the last release before the tests, and removes it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = findLastRelease()
  const folder = await mkdtemp(join(tmpdir(), 'broker-release-'))
  await buildRelease(release, folder)
  project.provide('lastRelease', folder)
  console.log(`The last release is ${release}.`)
  return () => rm(folder, { recursive: true, force: true })
}
