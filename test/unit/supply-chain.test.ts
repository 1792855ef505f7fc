import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildBundle } from '../../scripts/bundle.ts'
import { type Dependencies, faultsOfDependencies } from '../../scripts/dependencyFaults.ts'
import { type Sbom, toReproducible } from '../../scripts/reproducibleSbom.ts'

const root = join(import.meta.dirname, '../..')

/** A clone in a folder of its own, with the same packages. */
function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broker-clone-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['functions', 'shared', 'package.json', 'tsconfig.json', 'package-lock.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

test('two clones in different folders build the same bytes', () => {
  const [one, other] = [clone(), clone()].map((folder) => buildBundle(folder).bytes)
  expect(one?.length).toBeGreaterThan(1_000_000)
  expect(one?.equals(other!)).toBe(true)
})

const page = '## Published\n| `jose` | 60 | x |\n\n## For development\n| `vitest` | 1 |\n'
const well: Dependencies = {
  locked: { '': {}, 'node_modules/jose': { license: 'MIT' }, 'node_modules/vitest': { dev: true } },
  direct: ['jose'],
  page,
  bundled: new Map([
    ['jose', 58_000],
    ['tiny', 19_000],
  ]),
}

test('a published package has a listed license, and its line with its size', () => {
  expect(faultsOfDependencies(well)).toEqual([])
})

test.each<[string, Partial<Dependencies>]>([
  [
    'node_modules/x: its license is GPL-3.0-only',
    { locked: { 'node_modules/x': { license: 'GPL-3.0-only' } } },
  ],
  ['node_modules/x: its license is none', { locked: { 'node_modules/x': {} } }],
  ['zod: has no line', { direct: ['jose', 'zod'] }],
  ['large: has no line', { bundled: new Map([...well.bundled, ['large', 20_000]]) }],
  ['jose: has a line, and isn’t published', { direct: [], bundled: new Map() }],
  ['jose: 90 kB in the bundle, not 60', { bundled: new Map([['jose', 90_000]]) }],
])('%s is a fault', (fault, changed) => {
  expect(faultsOfDependencies({ ...well, ...changed }).join('\n')).toContain(fault)
})

test('the bill of materials has the same bytes each time, and only what is published', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const made = ['one', 'two'].map((name) => {
    const folder = mkdtempSync(join(tmpdir(), `broker-${name}-`))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(folder, file))
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
    const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' } as const
    return toReproducible(JSON.parse(spawnSync('npm', args, options).stdout) as Sbom, packages)
  })
  expect(made[0]).toBe(made[1])
  const { components, metadata } = JSON.parse(made[0]!) as Sbom
  const published = Object.entries<{ dev?: true; version: string }>(packages).flatMap(
    ([path, { dev, version }]) => (path && !dev ? `${path.split('node_modules/').at(-1)}@${version}` : []),
  )
  expect(components.map((each) => each['bom-ref'])).toEqual([...new Set(published)].toSorted())
  expect(metadata.component.name).toBe('msads-token-broker')
})
