import { RestError, type TableClient } from '@azure/data-tables'

interface Keys {
  readonly partitionKey: string
  readonly rowKey: string
}

type Entity = Record<string, unknown> & Keys

/**
 * One table in memory, with the ETags of Table Storage, limited to the operations on small tables: by key, and listed
 * completely. Filters aren't supported.
 */
export function createMemoryTable() {
  const rows = new Map<string, Entity & { readonly etag: string }>()
  let writes = 0
  const keyOf = (partitionKey: string, rowKey: string) => JSON.stringify([partitionKey, rowKey])
  const put = (entity: Entity) => {
    const etag = `W/"${++writes}"`
    rows.set(keyOf(entity.partitionKey, entity.rowKey), { ...entity, etag })
    return { etag }
  }
  const found = (partitionKey: string, rowKey: string, etag = '*') => {
    const row = rows.get(keyOf(partitionKey, rowKey))
    if (!row) throw new RestError('x', { statusCode: 404, code: 'ResourceNotFound' })
    if (etag !== '*' && etag !== row.etag)
      throw new RestError('x', { statusCode: 412, code: 'UpdateConditionNotSatisfied' })
    return row
  }
  const client = {
    async createEntity(entity: Entity) {
      if (rows.has(keyOf(entity.partitionKey, entity.rowKey)))
        throw new RestError('x', { statusCode: 409, code: 'EntityAlreadyExists' })
      return put(entity)
    },
    upsertEntity: async (entity: Entity) => put(entity),
    getEntity: async (partitionKey: string, rowKey: string) => found(partitionKey, rowKey),
    async updateEntity(entity: Entity, _mode: string, { etag }: { etag?: string } = {}) {
      found(entity.partitionKey, entity.rowKey, etag)
      return put(entity)
    },
    async deleteEntity(partitionKey: string, rowKey: string, { etag }: { etag?: string } = {}) {
      found(partitionKey, rowKey, etag)
      rows.delete(keyOf(partitionKey, rowKey))
    },
  }
  return { table: client as unknown as TableClient, rows: () => [...rows.values()] }
}
