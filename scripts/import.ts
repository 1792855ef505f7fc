import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import pMap from 'p-map'
import { type Clock, systemClock } from '../shared/clock.ts'
import { type CallBroker, createCallBroker, problemOf, type ShownProblem } from './callBroker.ts'
import { createProgress, run, toText, UsageError } from './commandLine.ts'
import { type ImportRow, parseImportFile } from './import/file.ts'
import { createJournal, type Journal, type JournalEntry } from './import/journal.ts'
import { importOptions } from './options.ts'

/** What importing needs. */
export interface ImportOptions {
  readonly rows: readonly ImportRow[]
  readonly call: CallBroker
  readonly journal: Pick<Journal, 'add'>
  /** Tenants begun a second, at most. */
  readonly ratePerSecond: number
  readonly clock: Clock
  readonly onOutcome?: (entry: JournalEntry) => void
}

/** Tenants in flight at once; the identity provider sees no more from us than from a busy broker. */
const concurrency = 4

const triesPerTenant = 3
const usualWaitSeconds = 5

/** Problems of the operator’s: every tenant after this one would meet the same. */
const forEveryTenant = new Set([
  'broker_not_configured',
  'caller_not_authenticated',
  'caller_not_allowed',
  'environment_on_hold',
  'http_404',
  'route_not_found',
])

/** The rows that are not done: connected ones are, refused ones too unless they are to be tried again. */
export function openRows(
  rows: readonly ImportRow[],
  done: ReadonlyMap<string, JournalEntry>,
  retryRefused: boolean,
): ImportRow[] {
  const settled = retryRefused ? ['connected'] : ['connected', 'refused']
  return rows.filter(({ tenant }) => !settled.includes(done.get(tenant)?.outcome ?? 'failed'))
}

/**
 * Brings every row’s grant to the broker; each outcome is in the journal before the next tenant of its lane begins.
 * @throws UsageError when what stands in the way stands in every tenant’s way.
 */
export async function importGrants(options: ImportOptions): Promise<JournalEntry[]> {
  const gate = createGate(options)
  const bring = async (row: ImportRow): Promise<JournalEntry> => {
    await gate()
    const entry = await bringOne(options, row)
    await options.journal.add(entry)
    options.onOutcome?.(entry)
    return entry
  }
  return pMap(options.rows, bring, { concurrency })
}

async function bringOne({ call, clock }: ImportOptions, { tenant, grant }: ImportRow): Promise<JournalEntry> {
  for (let tries = 1; ; tries++) {
    const answer = await call(`/v1/tenants/${encodeURIComponent(tenant)}/grants`, grant)
    const at = clock.now().toISOString()
    if (answer.status === 200) return { tenant, outcome: 'connected', at }
    const { code, detail, reason } = problemOf(answer)
    if (forEveryTenant.has(code)) throw new UsageError(`Stopped at ${tenant}: ${code}: ${detail}`)
    const isPassing = answer.status === 429 || answer.status >= 500
    if (!isPassing || tries === triesPerTenant) {
      return {
        tenant,
        outcome: isPassing ? 'failed' : 'refused',
        code,
        detail,
        ...(reason && { reason }),
        at,
      }
    }
    await clock.sleep((answer.retryAfterSeconds ?? usualWaitSeconds) * 1000)
  }
}

/** Lets callers through one by one, evenly spaced. */
function createGate({ clock, ratePerSecond }: ImportOptions): () => Promise<void> {
  let nextAt = 0
  return async () => {
    const now = clock.now().getTime()
    const at = Math.max(now, nextAt)
    nextAt = at + 1000 / ratePerSecond
    if (at > now) await clock.sleep(at - now)
  }
}

/** `npm run import -- tenants.csv`: the journal is beside the file. */
async function command(): Promise<number> {
  const { values, file } = parseCommandLine()
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`)
  })
  const { rows, faults } = parseImportFile(text)
  if (faults.length > 0) {
    const lines = faults.map(({ line, fault }) => `  line ${line}: ${fault}`)
    throw new UsageError(
      [`${faults.length} line(s) need attention; nothing was imported.`, ...lines].join('\n'),
    )
  }
  const journal = createJournal(`${file}.journal`)
  if (values['dry-run']) return tellPlan(rows, journal)
  const open = openRows(rows, await journal.read(), values['retry-refused'] ?? false)
  const progress = createProgress('Importing', open.length)
  const counts: Record<string, number> = {}
  const entries = await importGrants({
    rows: open,
    journal,
    call: createCallBroker(values),
    ratePerSecond: rateOf(values.rate),
    clock: systemClock,
    onOutcome: ({ outcome }) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1
      progress.step(counts)
    },
  }).finally(progress.stop)
  return report(rows, entries, counts)
}

async function tellPlan(rows: readonly ImportRow[], journal: Journal): Promise<number> {
  const done = await journal.read()
  const counts: Record<string, number> = {}
  for (const { tenant } of rows) {
    const state = done.get(tenant)?.outcome ?? 'new'
    counts[state] = (counts[state] ?? 0) + 1
  }
  console.log(`${rows.length} tenant(s), every line in order: ${toText(counts)}. Nothing was called.`)
  return 0
}

function report(
  rows: readonly ImportRow[],
  entries: readonly JournalEntry[],
  counts: Readonly<Record<string, number>>,
): number {
  const left = rows.length - entries.length
  console.log(`${toText(counts) || 'nothing to do'}${left > 0 ? `; ${left} done before` : ''}`)
  const others = entries.filter(({ outcome }) => outcome !== 'connected')
  for (const entry of others) console.log(`  ${lineOf(entry)}`)
  if (others.some(({ outcome }) => outcome === 'failed')) {
    console.log('Run the same command again for those that failed; it goes on where it stopped.')
  }
  return others.length > 0 ? 1 : 0
}

function lineOf({ tenant, outcome, code = '', reason, detail = '' }: JournalEntry & Partial<ShownProblem>) {
  return `${tenant}: ${outcome}: ${code}${reason ? ` (${reason})` : ''}: ${detail}`
}

function parseCommandLine() {
  try {
    const { values, positionals } = parseArgs({
      options: importOptions,
      strict: true,
      allowPositionals: true,
    })
    const [file, ...others] = positionals
    if (!file || others.length > 0) throw new Error('Name one file: npm run import -- tenants.csv')
    return { values, file }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (rate > 0 && rate <= 100) return rate
  throw new UsageError('--rate is tenants a second, above 0 and at most 100.')
}

if (import.meta.main) await run(command)
