import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toReproducible } from './reproducibleSbom.ts'

/** `npm run sbom`: writes what is published, as CycloneDX, to the named file. Default is `.local/sbom.cdx.json`. */
const root = join(import.meta.dirname, '..')
const [file = join(root, '.local/sbom.cdx.json')] = process.argv.slice(2)
const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
const { status, stdout } = spawnSync('npm', args, {
  ...{ cwd: root, encoding: 'utf8', shell: process.platform === 'win32' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
if (status !== 0) process.exit(status ?? 1)
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, toReproducible(JSON.parse(stdout), packages))
