import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bundle, and what each package adds to it. */
export interface Bundle {
  readonly bytes: Buffer
  /** Bytes by package name; our own sources have none. */
  readonly packages: ReadonlyMap<string, number>
}

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>
  >
}

/** Builds the bundle of a clone as `npm run build` there does, beside its `dist/`, which stays as it is. */
export function buildBundle(root: string): Bundle {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [, ...words] = (scripts.build as string).split(' ')
  const folder = mkdtempSync(join(tmpdir(), 'broker-bundle-'))
  try {
    const [outfile, metafile] = ['broker.cjs', 'meta.json'].map((name) => join(folder, name)) as [
      string,
      string,
    ]
    const args = words.map((word) => (word.startsWith('--outfile=') ? `--outfile=${outfile}` : word))
    const esbuild = join(import.meta.dirname, '../node_modules/esbuild/bin/esbuild')
    const all = [...args, `--metafile=${metafile}`]
    // On Windows, it's a script and no program.
    const [file, first] = process.platform === 'win32' ? [process.execPath, [esbuild]] : [esbuild, []]
    execFileSync(file, [...first, ...all], { cwd: root, stdio: 'inherit' })
    return { bytes: readFileSync(outfile), packages: packagesIn(JSON.parse(readFileSync(metafile, 'utf8'))) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function packagesIn({ outputs }: Metafile): Map<string, number> {
  const packages = new Map<string, number>()
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [, name] = /^((?:@[^/]+\/)?[^/]+)\//.exec(path.split('node_modules/').slice(1).at(-1) ?? '') ?? []
      if (name) packages.set(name, (packages.get(name) ?? 0) + bytesInOutput)
    }
  return packages
}
