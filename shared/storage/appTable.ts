import { odata } from '@azure/data-tables'
import type { AppRule, AppRules } from '../domain/appRules.ts'
import type { Tables } from './clients.ts'
import { runStorageOperation } from './unavailable.ts'

const partition = 'app'

/** The columns of an app's row that this version knows; others are left alone. */
interface AppColumns {
  readonly app?: unknown
  readonly refused?: unknown
  readonly refusalChangedAt?: unknown
  readonly refusalReason?: unknown
}

/** Stores the rules about apps in `BrokerState`: one row for each app, with a column for each part of a rule. */
export function createAppTable({ BrokerState: table }: Pick<Tables, 'BrokerState'>): AppRules {
  return {
    list: () =>
      runStorageOperation('tables', async () => {
        const rules: AppRule[] = []
        const filter = odata`PartitionKey eq ${partition}`
        for await (const row of table.listEntities<AppColumns>({ queryOptions: { filter } })) {
          if (typeof row.app === 'string') rules.push(toRule(row.app, row))
        }
        return rules
      }),
    async write({ app, refused, changedAt, reason }) {
      const columns = { app, refused, refusalChangedAt: changedAt.toISOString(), refusalReason: reason }
      const entity = { partitionKey: partition, rowKey: rowKeyOf(app), ...columns }
      await runStorageOperation('tables', () => table.upsertEntity(entity, 'Merge'))
    },
  }
}

/** Keys can't contain `/`, `\`, `#`, or `?` (rest/api/storageservices/understanding-the-table-service-data-model). */
function rowKeyOf(app: string): string {
  return encodeURIComponent(app).replaceAll('%', '=')
}

function toRule(app: string, { refused, refusalChangedAt, refusalReason }: AppColumns): AppRule {
  const changedAt = new Date(String(refusalChangedAt))
  return {
    app,
    refused: refused === true,
    reason: typeof refusalReason === 'string' ? refusalReason : '',
    ...(!Number.isNaN(changedAt.getTime()) && { changedAt }),
  }
}
