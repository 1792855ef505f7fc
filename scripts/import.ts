import { readFile } from 'node:fs/promises'
import pMap from 'p-map'
import { type Clock, systemClock } from '../shared/clock.ts'
import {
  BrokerUnreachableError,
  brokerUrlOf,
  type CallBroker,
  createCallBroker,
  problemOf,
} from './callBroker.ts'
import { createProgress, parseArguments, run, UsageError } from './commandLine.ts'
import { decodeImportFile } from './import/decode.ts'
import { type ImportRow, parseImportFile } from './import/file.ts'
import { createJournal, type Journal, type JournalEntry } from './import/journal.ts'
import { printOutcome, printPlan } from './import/report.ts'

/** Dependencies of importing. */
export interface ImportOptions {
  readonly rows: readonly ImportRow[]
  readonly call: CallBroker
  readonly journal: Pick<Journal, 'add'>
  /** The most tenants to start per second. */
  readonly ratePerSecond: number
  readonly clock: Clock
  readonly onOutcome?: (entry: Outcome) => void
}

/** A tenant's result, without the broker that the journal adds. */
type Outcome = Omit<JournalEntry, 'broker'>

/** Concurrent tenants; for the identity provider, this looks like a busy broker. */
const concurrency = 4

const triesPerTenant = 3
const usualWaitSeconds = 5

/** Problems for the operator: every later tenant would have the same one. */
const forEveryTenant = new Set([
  'broker_not_configured',
  'caller_not_authenticated',
  'caller_not_allowed',
  'caller_refused',
  'developer_token_unusable',
  'environment_on_hold',
  'http_404',
  'route_not_found',
])

/** A grant was refused, and it’s not known yet whether its person is at fault: another run may succeed. */
const undecidedReason = 'advertising_105'

/**
 * The rows that aren’t done. Connected rows are done, and so are refused ones unless they must be retried. Rows that no
 * run has tried come first, so earlier failures don’t delay them.
 */
export function openRows(
  rows: readonly ImportRow[],
  done: ReadonlyMap<string, JournalEntry>,
  retryRefused: boolean,
): ImportRow[] {
  const settled = retryRefused ? ['connected'] : ['connected', 'refused']
  const open = rows.filter(({ tenant }) => !settled.includes(done.get(tenant)?.outcome ?? 'failed'))
  return open.toSorted((a, b) => Number(done.has(a.tenant)) - Number(done.has(b.tenant)))
}

/**
 * Imports every row’s grant into the broker; each result is in the journal before the next tenant of its lane starts.
 * @throws UsageError if the problem would affect every tenant. Tenants that were already started are finished first, and
 *   are in the journal too.
 */
export async function importGrants(options: ImportOptions): Promise<Outcome[]> {
  const gate = createGate(options)
  let stopped: { readonly error: unknown } | undefined
  const importRow = async (row: ImportRow): Promise<Outcome[]> => {
    if (!stopped) await gate()
    if (stopped) return []
    try {
      const entry = await importOne(options, row)
      await options.journal.add(entry)
      options.onOutcome?.(entry)
      return [entry]
    } catch (error) {
      stopped ??= { error }
      return []
    }
  }
  const outcomes = await pMap(options.rows, importRow, { concurrency })
  if (stopped) throw (stopped as { readonly error: unknown }).error
  return outcomes.flat()
}

async function importOne({ call, clock }: ImportOptions, { tenant, grant }: ImportRow): Promise<Outcome> {
  const body = { ...grant, refreshToken: grant.refreshToken.expose() }
  for (let tries = 1; ; tries++) {
    const answer = await call(`/v1/tenants/${encodeURIComponent(tenant)}/grants`, body).catch((error) => {
      if (error instanceof BrokerUnreachableError && tries < triesPerTenant) return 'unreachable' as const
      throw error
    })
    if (answer === 'unreachable') {
      await clock.sleep(usualWaitSeconds * 1000)
      continue
    }
    const at = clock.now().toISOString()
    if (answer.status === 200) return { tenant, outcome: 'connected', at }
    const { code, detail, reason } = problemOf(answer)
    if (forEveryTenant.has(code)) throw new UsageError(`Stopped at ${tenant}: ${code}: ${detail}`)
    const isPassing = answer.status === 429 || answer.status >= 500 || code === 'tenant_changed'
    if (!isPassing || tries === triesPerTenant) {
      return {
        tenant,
        outcome: isPassing || reason === undecidedReason ? 'failed' : 'refused',
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

/** `npm run import -- tenants.csv`: the journal is next to the file. */
async function command(): Promise<number> {
  const { values, words } = parseArguments('import')
  const [file] = words
  if (!file) throw new UsageError('Pass one file: npm run import -- tenants.csv')
  const ratePerSecond = rateOf(values.rate)
  const brokerUrl = brokerUrlOf(values)
  const bytes = await readFile(file).catch(() => {
    throw new UsageError(`Can’t read ${file}.`)
  })
  const { rows, faults } = parseImportFile(decodeImportFile(bytes))
  if (faults.length > 0) {
    const lines = faults.map(({ line, fault }) => `  line ${line}: ${fault}`)
    throw new UsageError(
      [`${faults.length} line(s) need attention; nothing was imported.`, ...lines].join('\n'),
    )
  }
  const journal = createJournal(`${file}.journal`, brokerUrl)
  if (values['dry-run']) return printPlan(rows, await journal.read())
  const open = openRows(rows, await journal.read(), values['retry-refused'] ?? false)
  const progress = createProgress('Importing', open.length)
  const counts: Record<string, number> = {}
  const stopped = await importGrants({
    rows: open,
    journal,
    call: createCallBroker(values),
    ratePerSecond,
    clock: systemClock,
    onOutcome: ({ outcome }) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1
      progress.step(counts)
    },
  })
    .then(() => undefined)
    .catch((error: unknown) => error)
    .finally(progress.stop)
  // Covers every line of the file, from any run, even if this run was stopped.
  const status = printOutcome(rows, await journal.read(), counts)
  if (stopped) throw stopped
  return status
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (rate > 0 && rate <= 100) return rate
  throw new UsageError('--rate must be tenants per second, above 0 and at most 100.')
}

if (import.meta.main) await run(command)
