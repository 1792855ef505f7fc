/** What the lock file says of a package. */
interface LockedPackage {
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/** What is compared. */
export interface Dependencies {
  /** `packages` of `package-lock.json`, by path. */
  readonly locked: Readonly<Record<string, LockedPackage>>
  /** The names under `dependencies` of `package.json`. */
  readonly direct: readonly string[]
  /** `docs/decisions/0015-dependencies.md`. */
  readonly page: string
  /** Bytes in the bundle, by package. */
  readonly bundled: ReadonlyMap<string, number>
}

/** Licenses that let us publish the bundle under MIT without its sources; each asks for its notice at most. */
const licenses: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
])

/** A package that no one chose gets a line from this many bytes on. */
const noticeableBytes = 20_000
/** A line's kilobytes may be wrong by so much, so that an update changes no page. */
const tolerance = { share: 0.15, bytes: 5_000 }

/** Published packages with a license that isn't listed, or without a true line on the page. */
export function faultsOfDependencies({ bundled, direct, locked, page }: Dependencies): string[] {
  const published = Object.entries(locked).filter(([path, each]) => path && !each.dev && !each.devOptional)
  const lines = linesOf(page)
  const expected = new Set([...direct, ...brought(direct, bundled)])
  return [
    ...published.flatMap(([path, { license = 'none' }]) =>
      licenses.has(license)
        ? []
        : [`${path}: its license is ${license}, which scripts/dependencyFaults.ts doesn’t list`],
    ),
    ...[...expected].filter((name) => !lines.has(name)).map((name) => `${name}: has no line`),
    ...[...lines.keys()]
      .filter((name) => !expected.has(name))
      .map((name) => `${name}: has a line, and isn’t published`),
    ...[...lines].flatMap(([name, kilobytes]) => {
      const bytes = bundled.get(name) ?? 0
      const allowed = Math.max(tolerance.bytes, tolerance.share * bytes)
      return Math.abs(bytes - 1000 * kilobytes) > allowed
        ? [`${name}: ${Math.round(bytes / 1000)} kB in the bundle, not ${kilobytes}`]
        : []
    }),
  ]
}

function brought(direct: readonly string[], bundled: ReadonlyMap<string, number>): string[] {
  return [...bundled].flatMap(([name, bytes]) =>
    bytes < noticeableBytes || direct.includes(name) ? [] : [name],
  )
}

/** The first cells of the published packages' tables, and the kilobytes in the second. */
function linesOf(page: string): Map<string, number> {
  const section = page.slice(page.indexOf('## Published'), page.indexOf('## For development'))
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (\d+) \|/gm)]
  return new Map(rows.map(([, name = '', kilobytes]) => [name, Number(kilobytes)]))
}
