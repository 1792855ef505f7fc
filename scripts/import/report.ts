import { toText } from '../commandLine.ts'
import type { ImportRow } from './file.ts'
import type { JournalEntry } from './journal.ts'

type Done = ReadonlyMap<string, JournalEntry>

/** Prints the plan of a run. @returns the exit status. */
export function printPlan(rows: readonly ImportRow[], done: Done): number {
  const states = toText(countStates(rows, done))
  console.log(`${rows.length} tenant(s), every line in order: ${states}. Nothing was called.`)
  return 0
}

/**
 * Prints the results of this run, and the reason for every line of the file that isn't connected, from any run.
 * @returns the exit status: 0 if all are connected.
 */
export function printOutcome(
  rows: readonly ImportRow[],
  done: Done,
  counts: Readonly<Record<string, number>>,
): number {
  const states = countStates(rows, done)
  console.log(`This run: ${toText(counts) || 'nothing to do'}. The file: ${toText(states)}.`)
  const others = rows.flatMap(({ tenant }) => done.get(tenant) ?? []).filter((entry) => !isConnected(entry))
  for (const entry of others) console.log(`  ${lineOf(entry)}`)
  if (states.failed || states.new) {
    console.log('Run the same command again for failed or new tenants. It continues where it stopped.')
  }
  if (states.refused) console.log('To try refused tenants again, pass --retry-refused.')
  return states.connected === rows.length ? 0 : 1
}

function countStates(rows: readonly ImportRow[], done: Done): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { tenant } of rows) {
    const state = done.get(tenant)?.outcome ?? 'new'
    counts[state] = (counts[state] ?? 0) + 1
  }
  return counts
}

function isConnected({ outcome }: JournalEntry): boolean {
  return outcome === 'connected'
}

function lineOf({ tenant, outcome, code = '', reason, detail = '' }: JournalEntry): string {
  return `${tenant}: ${outcome}: ${code}${reason && reason !== code ? ` (${reason})` : ''}: ${detail}`
}
