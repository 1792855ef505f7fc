import type { Clock } from '../clock.ts'
import type { SweepReport } from '../log.ts'
import type { EnvironmentHold, EnvironmentStates } from '../refresh/environments.ts'
import type { Tables } from './clients.ts'
import { guarded } from './unavailable.ts'

/** How the last sweep is remembered. */
export interface SweepReports {
  write(report: SweepReport, endedAt: Date): Promise<void>
  read(): Promise<{ readonly report: SweepReport; readonly endedAt: Date } | undefined>
}

/** A process asks the table about an environment at most this often. */
const cacheMilliseconds = 5000

/** Keeps what is true of the broker as a whole: holds on environments, and the last sweep. */
export function createStateTable(
  { BrokerState: table }: Pick<Tables, 'BrokerState'>,
  clock: Clock,
): { environments: EnvironmentStates; sweeps: SweepReports } {
  const known = new Map<string, { hold: EnvironmentHold | undefined; readAt: number }>()
  const remember = (key: string, hold: EnvironmentHold | undefined) => {
    known.set(key, { hold, readAt: clock.now().getTime() })
    return hold
  }
  const environments: EnvironmentStates = {
    async read(environment, identityProvider) {
      const key = `${environment}:${identityProvider}`
      const cached = known.get(key)
      if (cached && clock.now().getTime() - cached.readAt < cacheMilliseconds) return cached.hold
      return remember(key, await readRow<EnvironmentHold>(table, 'hold', key))
    },
    async hold(hold) {
      const key = `${hold.environment}:${hold.identityProvider}`
      await writeRow(table, 'hold', key, hold)
      remember(key, hold)
    },
    async release(environment, identityProvider) {
      const key = `${environment}:${identityProvider}`
      const held = await environments.read(environment, identityProvider)
      if (!held) return false
      await removeRow(table, 'hold', key)
      remember(key, undefined)
      return true
    },
  }
  return {
    environments,
    sweeps: {
      write: (report, endedAt) => writeRow(table, 'sweep', 'last', { report, endedAt }),
      read: () => readRow(table, 'sweep', 'last'),
    },
  }
}

async function writeRow(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
  value: object,
): Promise<void> {
  await guarded('tables', () =>
    table.upsertEntity({ partitionKey, rowKey, value: JSON.stringify(value) }, 'Replace'),
  )
}

async function removeRow(table: Tables['BrokerState'], partitionKey: string, rowKey: string): Promise<void> {
  await guarded<unknown>(
    'tables',
    () => table.deleteEntity(partitionKey, rowKey),
    (status) => (status === 404 ? { value: undefined } : undefined),
  )
}

function readRow<T>(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
): Promise<T | undefined> {
  return guarded<T | undefined>(
    'tables',
    async () => {
      const { value } = await table.getEntity<{ value: string }>(partitionKey, rowKey)
      return JSON.parse(value, (key, v) =>
        /(At|since|until)$/.test(key) && key !== 'startedAt' ? new Date(v) : v,
      ) as T
    },
    (status) => (status === 404 ? { value: undefined } : undefined),
  )
}
