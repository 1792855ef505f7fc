/** A number of things, of which some are named. */
export interface Named {
  readonly count: number
  readonly names: readonly string[]
}

/** Enough to look into, and no flood. */
const maxNames = 50

/** Creates a list that counts everything added, and keeps the first 50 names. */
export function createNamed(): Named & { add(name: string): void } {
  const names: string[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    names,
    add(name) {
      count++
      if (names.length < maxNames) names.push(name)
    },
  }
}

/** The number and the names in one line: `2 (agency/acme, agency/globex)`. */
export function toList({ count, names }: Named): string {
  const more = count > names.length ? `, and ${count - names.length} more` : ''
  return `${count} (${names.join(', ')}${more})`
}
