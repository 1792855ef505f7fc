import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../..', name), 'utf8')) as Record<string, unknown>

interface LockedPackage {
  readonly version: string
  readonly integrity?: string
  readonly hasInstallScript?: true
  readonly dev?: true
}

const { '': _own, ...packages } = read('package-lock.json').packages as Record<string, LockedPackage>

test('a new version of a package comes only by a change of ours: each is exact, and its contents are pinned', () => {
  const { dependencies, devDependencies } = read('package.json') as Record<
    string,
    Readonly<Record<string, string>>
  >
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect({ name, version }).toEqual({ name, version: expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/) })
    expect(packages[`node_modules/${name}`]?.version).toBe(version)
  }
  const unpinned = Object.entries(packages).filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
  expect(unpinned.map(([path]) => path)).toEqual([])
})

test('only these packages run a program when they are installed, and none of them is published', () => {
  const running = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
  expect(running.map(([path]) => path).sort()).toEqual([
    ...['node_modules/esbuild', 'node_modules/node', 'node_modules/protobufjs'],
  ])
  expect(running.filter(([, { dev }]) => !dev)).toEqual([])
})
