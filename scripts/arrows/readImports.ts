import { posix } from 'node:path'

/** An import: its specifier, and the source file that it resolves to. */
export interface Import {
  readonly from: string
  /** As written, for example `../clock.ts` or `@azure/identity`. */
  readonly specifier: string
  /** Path from the root of the repository; undefined for a package. */
  readonly to: string | undefined
}

/** Source files by their path from the root of the repository, for example `shared/clock.ts`. */
export type Sources = ReadonlyMap<string, string>

/** `import … from`, `export … from`, `import '…'` and `import('…')`; type imports count too. */
const importing =
  /^\s*(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?|[\w$]+)\s+from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm

/** Every import of every file, in order. */
export function readImports(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) =>
    [...text.matchAll(importing)].map(([, named, bare, dynamic]) => {
      const specifier = named ?? bare ?? dynamic ?? ''
      return { from, specifier, to: targetOf(from, specifier) }
    }),
  )
}

function targetOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}
