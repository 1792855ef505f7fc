import type { TableClient, TransactionAction } from '@azure/data-tables'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readRestError } from '../../shared/storage/unavailable.ts'
import { createMemoryTable } from '../unit/memoryTable.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'

let bench: TablesBench

beforeAll(async () => {
  bench = await openTablesBench()
})

afterAll(() => bench?.close())

let made = 0

/** Rows in two partitions, which no other test has. */
function entities() {
  const prefix = `p${++made}-`
  return ['a', 'b'].flatMap((partition) =>
    ['one', 'two', 'three'].map((rowKey) => ({ partitionKey: prefix + partition, rowKey, status: rowKey })),
  )
}

describe.each<[string, () => TableClient]>([
  ['in memory', () => createMemoryTable().table],
  ['of Azurite', () => bench.tables.RefreshDue],
])('a table %s', (_where, open) => {
  let table: TableClient
  let rows: ReturnType<typeof entities>
  beforeEach(async () => {
    table = open()
    rows = entities()
    for (const row of rows) await table.createEntity(row)
  })

  const codeOf = (work: Promise<unknown>) => work.then(String, (error) => readRestError(error).code)
  const found = async (filter: string) => {
    const names: string[] = []
    for await (const { partitionKey, rowKey } of table.listEntities({ queryOptions: { filter } }))
      names.push(`${partitionKey?.at(-1)} ${rowKey}`)
    return names
  }
  const ofBoth = () =>
    `PartitionKey ge '${rows[0]?.partitionKey}' and PartitionKey le '${rows.at(-1)?.partitionKey}'`

  test.each([
    ['', ['a one', 'a three', 'a two', 'b one', 'b three', 'b two']],
    ["RowKey eq 'two'", ['a two', 'b two']],
    ["RowKey ge 'three' and RowKey lt 'two'", ['a three', 'b three']],
    ["RowKey gt 'three' and RowKey le 'two'", ['a two', 'b two']],
    ["RowKey eq 'one' and (status eq 'one' or status eq 'x')", ['a one', 'b one']],
    ["RowKey eq 'one' and (status eq 'y' or status eq 'x')", []],
    ["other eq 'one'", []],
    ["RowKey eq 'one' and Timestamp gt datetime'2020-01-01T00:00:00.000Z'", ['a one', 'b one']],
    ["Timestamp gt datetime'2100-01-01T00:00:00.000Z'", []],
    ["(status eq 'x' or (status eq 'two' and RowKey gt ''))", ['a two', 'b two']],
  ])('finds the rows of the filter %j in order', async (filter, expected) => {
    expect(await found([ofBoth(), filter].filter(Boolean).join(' and '))).toEqual(expected)
  })

  test.each(['', " and RowKey eq 'two'"])('continues after a page, with the filter %j', async (more) => {
    const queryOptions = { filter: ofBoth() + more }
    const whole = await found(queryOptions.filter)
    const read: string[] = []
    let continuationToken: string | undefined
    do {
      const settings = { maxPageSize: 1, ...(continuationToken && { continuationToken }) }
      const { value } = await table.listEntities({ queryOptions }).byPage(settings).next()
      for (const { partitionKey, rowKey } of value ?? []) read.push(`${partitionKey.at(-1)} ${rowKey}`)
      continuationToken = value?.continuationToken
    } while (continuationToken)
    expect(read).toEqual(whole)
  })

  test('refuses what its rows do not allow', async () => {
    const [row] = rows
    const { etag = '' } = await table.updateEntity(row!, 'Replace')
    await table.updateEntity(row!, 'Replace', { etag })
    expect(await codeOf(table.updateEntity(row!, 'Replace', { etag }))).toBe('UpdateConditionNotSatisfied')
    expect(await codeOf(table.createEntity(row!))).toBe('EntityAlreadyExists')
    expect(await codeOf(table.getEntity(row!.partitionKey, 'none'))).toBe('ResourceNotFound')
    expect(await codeOf(table.deleteEntity(row!.partitionKey, 'none'))).toBe('ResourceNotFound')
  })

  test('merges or replaces columns, and stores none without a value', async () => {
    const [row] = rows
    const keys = { partitionKey: row!.partitionKey, rowKey: row!.rowKey }
    await table.upsertEntity({ ...keys, other: 1 }, 'Merge')
    expect(await table.getEntity(keys.partitionKey, keys.rowKey)).toMatchObject({ status: 'one', other: 1 })
    await table.upsertEntity({ ...keys, status: undefined, other: 2 }, 'Replace')
    expect(await table.getEntity(keys.partitionKey, keys.rowKey)).not.toHaveProperty('status')
  })

  test('performs all of a transaction, or nothing', async () => {
    const [first, second] = rows
    const failing: TransactionAction[] = [
      ['delete', first!],
      ['create', second!],
    ]
    expect(await codeOf(table.submitTransaction(failing))).toBe('EntityAlreadyExists')
    expect(await table.getEntity(first!.partitionKey, first!.rowKey)).toMatchObject({ status: 'one' })
    await table.submitTransaction([
      ['delete', first!],
      ['update', { ...second!, status: 'x' }, 'Replace'],
    ])
    expect(await codeOf(table.getEntity(first!.partitionKey, first!.rowKey))).toBe('ResourceNotFound')
    expect(await table.getEntity(second!.partitionKey, second!.rowKey)).toMatchObject({ status: 'x' })
  })
})

test('a table in memory refuses a filter that it does not know', () => {
  const list = (filter: string) => createMemoryTable().table.listEntities({ queryOptions: { filter } })
  for (const filter of ["not (RowKey eq 'a')", 'count gt 5', "RowKey ne 'a'"])
    expect(() => list(filter)).toThrow('a filter')
})
