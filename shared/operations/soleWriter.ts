import { addSeconds, type SharedClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { isTableMissing } from '../domain/storageUnavailable.ts'
import { nextOccurrence, parseNcrontab } from '../ncrontab.ts'
import { type Tables, tableNames } from '../storage/clients.ts'
import { readRow, replaceRow } from '../storage/stateRows.ts'
import { onRow } from '../storage/unavailable.ts'
import { findNewestRow } from '../storage/writtenRows.ts'

/** Someone else writes to the tables, or may still do so; nothing was written. */
export class OtherWriterError extends Error {
  /** When the proof can succeed, if no one writes until then. Undefined if a broker is running. */
  readonly againAt: Date | undefined
  /** When the newest row was written. */
  readonly writtenAt: Date | undefined

  constructor(message: string, againAt?: Date, writtenAt?: Date) {
    super(message)
    this.name = 'OtherWriterError'
    this.againAt = againAt
    this.writtenAt = writtenAt
  }
}

/** Dependencies of the proof. */
export interface SoleWriterDependencies {
  readonly tables: Tables
  readonly config: Pick<Config, 'publicUrl' | 'sweepSchedule'>
  readonly clock: SharedClock
  readonly fetch: typeof fetch
  /** Creates the table of the claim if it's missing; called once no broker answers at its address. */
  readonly createBrokerState: () => Promise<void>
}

/** An invocation that began before the app was stopped ends by then (`functionTimeout` in host.json). */
const longestInvocationSeconds = 600
const healthSeconds = 10

/**
 * How long tables must have been quiet: a running broker ends a sweep at least this often, and each sweep writes its
 * report, whatever is due.
 */
export function quietSecondsOf({ sweepSchedule }: SoleWriterDependencies['config'], now: Date): number {
  const schedule = parseNcrontab(sweepSchedule)
  let [longest, at] = [0, now]
  for (let count = 0; schedule && count < 600; count++) {
    const next = nextOccurrence(schedule, at)
    if (!next) break
    longest = Math.max(longest, (next.getTime() - at.getTime()) / 1000)
    at = next
  }
  return Math.max(longest + 60, longestInvocationSeconds)
}

interface Claim {
  /** Since when these tables have been watched, if they have never had a sweep. */
  readonly watchedAt: string
  /** From when to when a command was the only writer. Without `endedAt`, it still is, or was killed. */
  readonly provenAt?: string
  readonly endedAt?: string
}

/**
 * Proves that no one else writes to the tables, and claims them: the broker's address doesn't answer, and no table has a
 * row that storage, by its own clock, wrote within the time in which a running broker must have written one. Rows that
 * an earlier command wrote under such a proof don't count.
 * @returns ends the claim; it throws if a sweep ran in the meantime.
 * @throws OtherWriterError
 */
export async function claimTables(dependencies: SoleWriterDependencies): Promise<() => Promise<void>> {
  const { clock, config, tables } = dependencies
  await assertSilent(dependencies)
  await dependencies.createBrokerState()
  const found = await readRow<Claim>(tables.BrokerState, 'writer', 'claim')
  const now = () => clock.storageNow() ?? clock.now()
  const startedAt = now()
  const claim = found?.value ?? { watchedAt: startedAt.toISOString() }
  const take = async (next: Claim, etag: string | undefined) => {
    if (!(await replaceRow(tables.BrokerState, 'writer', 'claim', next, etag)))
      throw new OtherWriterError('Another restore or rebuild has just begun.')
  }
  const quiet = quietSecondsOf(config, startedAt)
  if (!found) await take(claim, undefined)
  await assertQuiet(tables, { claim, startedAt, quiet })
  const current = await readRow<Claim>(tables.BrokerState, 'writer', 'claim')
  const proven = { watchedAt: new Date(claim.watchedAt).toISOString(), provenAt: startedAt.toISOString() }
  await take(proven, found?.etag ?? current?.etag)
  return async () => {
    const mine = await readRow<Claim>(tables.BrokerState, 'writer', 'claim')
    await take({ ...proven, endedAt: now().toISOString() }, mine?.etag)
    const swept = await findNewestRow(tables.BrokerState, startedAt, (row) => row.partitionKey === 'sweep')
    if (swept)
      throw new OtherWriterError(
        'A broker has swept these tables in the meantime. Stop it, and run this again.',
      )
  }
}

/** @throws OtherWriterError if a broker answers at its address. */
async function assertSilent({ config, fetch }: SoleWriterDependencies): Promise<void> {
  const url = `${config.publicUrl}/health`
  const signal = AbortSignal.timeout(healthSeconds * 1000)
  const answer = await fetch(url, { signal, redirect: 'manual' }).catch(() => undefined)
  if (answer?.ok) throw new OtherWriterError(`The broker is running: ${url} answers. Stop it first.`)
}

interface Watch {
  readonly claim: Claim
  readonly startedAt: Date
  readonly quiet: number
}

/** @throws OtherWriterError if a row is too young, or the tables are too new to tell. */
async function assertQuiet(tables: Tables, { claim, startedAt, quiet }: Watch): Promise<void> {
  const from = addSeconds(startedAt, -quiet)
  const { provenAt, endedAt } = claim
  const isOwn = (at: Date) =>
    provenAt !== undefined &&
    endedAt !== undefined &&
    at >= new Date(provenAt) &&
    at <= addSeconds(new Date(endedAt), 1)
  let newest = provenAt && !endedAt ? { what: 'A command', at: new Date(provenAt) } : undefined
  if (newest && newest.at <= from) newest = undefined
  for (const name of tableNames) {
    const row = await findNewestRow(
      tables[name],
      from,
      (each) => each.partitionKey !== 'writer' && !isOwn(each.at),
    ).catch((error) => {
      if (!isTableMissing(error)) throw error
    })
    if (row && (!newest || row.at > newest.at))
      newest = { what: `The row ${row.partitionKey} ${row.rowKey} of ${name}`, at: row.at }
  }
  if (newest)
    throw new OtherWriterError(
      `${newest.what} was written at ${newest.at.toISOString()}: stop the broker, and wait until no one has written for ${quiet} s.`,
      addSeconds(newest.at, quiet + 1),
      newest.at,
    )
  const swept = await onRow(() => tables.BrokerState.getEntity('sweep', 'last'), { absent: undefined })
  const watchedAt = new Date(claim.watchedAt)
  if (swept || watchedAt <= from) return
  throw new OtherWriterError(
    `No broker has ever swept these tables, so they are watched for ${quiet} s first.`,
    addSeconds(watchedAt, quiet + 1),
  )
}
