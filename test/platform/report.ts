/** The comparison of one part: each case once, with both sides if they differ. */
export interface Comparison {
  /** Compares the platform's result with the expected one, or with ours. */
  same(name: string, platform: unknown, ours: unknown): void
  /** A case with its own verdict. */
  check(name: string, holds: boolean, details: string): void
  /** Counts an accepted difference, with its reason; a case without a difference fails. */
  known(name: string, differs: boolean, reason: string): void
}

/** The parts' results. */
export interface Report {
  part(name: string): Comparison
  /** Lists the differences, then the number of comparisons. Returns whether there are no failures. */
  print(): boolean
}

interface Part {
  readonly name: string
  cases: number
  known: number
  readonly failures: string[]
}

const shownFailures = 40

/** Starts an empty report. */
export function createReport(): Report {
  const parts: Part[] = []
  return {
    part(name) {
      const part: Part = { name, cases: 0, known: 0, failures: [] }
      parts.push(part)
      return createComparison(part)
    },
    print() {
      for (const { name, failures } of parts) {
        for (const failure of failures.slice(0, shownFailures)) console.error(`${name}: ${failure}`)
        const more = failures.length - shownFailures
        if (more > 0) console.error(`${name}: ${more} more`)
      }
      for (const part of parts) console.log(describe(part))
      return parts.every(({ failures }) => failures.length === 0)
    },
  }
}

function createComparison(part: Part): Comparison {
  const check = (name: string, holds: boolean, details: string) => {
    part.cases += 1
    if (!holds) part.failures.push(`${name}\n${details}`)
  }
  return {
    check,
    same(name, platform, ours) {
      const [theirs, own] = [platform, ours].map((side) => JSON.stringify(side))
      check(name, theirs === own, `  platform: ${theirs}\n  ours:     ${own}`)
    },
    known(name, differs, reason) {
      if (differs) part.known += 1
      check(name, differs, `  is no longer so: ${reason}`)
    },
  }
}

function describe({ name, cases, known, failures }: Part): string {
  const notes = [`${failures.length} differ`, ...(known > 0 ? [`${known} known limits`] : [])]
  return `${name}: ${cases} cases compared, ${notes.join(', ')}`
}
