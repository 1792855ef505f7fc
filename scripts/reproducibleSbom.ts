/** A CycloneDX document, as far as it's changed. */
export interface Sbom {
  readonly serialNumber?: string
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly properties?: readonly { readonly name: string }[]
}

type Locked = Readonly<Record<string, { readonly dev?: boolean; readonly version?: string }>>

/**
 * The text of npm's document, with what is published and nothing else, and without what differs from run to run: its
 * number, its time, npm's version, the folder's name, and the order. The same lock file gives the same bytes.
 * @param locked `packages` of the lock file. It decides what is published: npm marks a package that is there twice as
 *   for development if one of the two is, and its `--omit dev` leaves it out.
 */
export function toReproducible({ serialNumber: _, metadata, ...sbom }: Sbom, locked: Locked): string {
  const published = Object.entries(locked).flatMap(([path, { dev, version }]) =>
    path === '' || dev ? [] : `${path.split('node_modules/').at(-1)}@${version}`,
  )
  const { component } = metadata
  const refs = new Set([component['bom-ref'], ...published])
  const [name] = component['bom-ref'].split(/(?<=.)@/)
  const made = {
    ...sbom,
    metadata: { component: { ...component, type: 'application', name } },
    components: sbom.components
      .filter((each) => refs.has(each['bom-ref']))
      .map(withoutMark)
      .toSorted(by((each) => each['bom-ref'])),
    dependencies: sbom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => refs.has(ref)).toSorted() }))
      .toSorted(by(({ ref }) => ref)),
  }
  return `${JSON.stringify(made, undefined, 2)}\n`
}

function withoutMark(component: Component): Component {
  const { properties = [] } = component
  return {
    ...component,
    properties: properties.filter((each) => each.name !== 'cdx:npm:package:development'),
  }
}

const by =
  <T>(of: (each: T) => string) =>
  (a: T, b: T) =>
    of(a) < of(b) ? -1 : 1
