import type { Discovery } from '../advertising/discover.ts'
import type { Randomness } from '../clock.ts'
import { type GenerationMarks, markGeneration } from '../domain/account.ts'
import type { Tenant } from '../domain/tenant.ts'
import { type Person, personChange } from './events.ts'

/** Milliseconds since 1970 in base 36 have eight digits until 2059. */
const timeDigits = 8

/**
 * Longer than any sign-in or discovery takes between beginning to write a generation and committing it: 50,000 accounts
 * take a minute, and longer while storage is busy.
 */
const uncommittedMilliseconds = 600_000

/** Names a new generation of account rows: creation time, random part, and the marks of its list. */
export function newGeneration(now: Date, randomness: Randomness, marks: GenerationMarks = {}): string {
  const generation = `${now.getTime().toString(36)}${randomness.identifier().slice(0, 8)}`
  return markGeneration(generation, marks)
}

/** The marks of a discovery's accounts. */
export function marksOf({
  accounts,
  isCut,
  unfinished,
}: Pick<Discovery, 'accounts' | 'isCut' | 'unfinished'>): GenerationMarks {
  return { isCut, ...(unfinished && { readSoFar: accounts.length }) }
}

/**
 * The generations that outlive a commit, besides the current one: the previous one, which other processes
 * read for as long as they remember the row; the one that a pending grant names; and recent ones,
 * because another process may be about to commit them.
 * @param before the row that the commit replaced.
 */
export function isGenerationKept(before: Tenant, now: Date): (generation: string) => boolean {
  return (generation) => {
    if (generation === before.accountsGeneration) return true
    if (generation === before.pendingGrant?.accountsGeneration) return true
    const madeAt = Number.parseInt(generation.slice(0, timeDigits), 36)
    return Math.abs(now.getTime() - madeAt) < uncommittedMilliseconds
  }
}

/** The account rows that stay until the new ones are written. After a disconnect, no one knows whose they were. */
export function keptGeneration(before: Tenant, person: Person): string | undefined {
  return before.grant && !personChange(before, person) ? before.accountsGeneration : undefined
}
