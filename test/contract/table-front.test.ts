import { TableClient, type TransactionAction } from '@azure/data-tables'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RunningAzurite, startAzurite } from '../../local/azurite.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'
import type { TableFault } from '../../local/tables/control.ts'
import { type RunningTableFront, startTableFront } from '../../local/tables/front.ts'

let azurite: RunningAzurite
let front: RunningTableFront
let things: TableClient
let now = Date.now()
let made = 0

beforeAll(async () => {
  azurite = await startAzurite({ blob: 0, queue: 0, table: 0 })
  front = await startTableFront({ port: 0, upstream: azurite, now: () => now })
})

afterAll(async () => {
  await front?.stop()
  await azurite?.stop()
})

beforeEach(async () => {
  things = connect(`Things${++made}`)
  await things.createTable()
  front.control.log.clear()
})

afterEach(() => {
  front.control.faults.clear()
  Object.assign(front.control.settings, {
    beingDeletedSeconds: 40,
    clockAheadSeconds: 0,
    latencyMilliseconds: 0,
    throttling: false,
    entitiesPerSecond: 2000,
  })
})

/** The real client; it tries each request once unless told. */
function connect(table: string, maxRetries = 0): TableClient {
  return TableClient.fromConnectionString(
    storageConnection({ ...azurite.ports, table: front.port } as Ports),
    table,
    {
      allowInsecureConnection: true,
      retryOptions: { maxRetries, retryDelayInMs: 1 },
    },
  )
}

async function addFault(fault: Partial<TableFault>): Promise<void> {
  const answer = await control('POST', 'faults', fault)
  expect(await answer.text()).toBe('')
}

function control(method: string, path: string, body?: unknown): Promise<Response> {
  const options = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(`${front.origin}/_control/${path}`, { method, ...options })
}

const row = (rowKey: string, partitionKey = 'p') => ({ partitionKey, rowKey })

async function writeRows(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, number) => row(`r${String(number).padStart(3, '0')}`))
  await things.submitTransaction(rows.map((each): TransactionAction => ['create', each]))
}

/** What the client makes of a refusal: the status, and the code wherever it stands. */
async function refusalOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (thrown) => thrown,
  )
  return { status: error.statusCode, code: error.details?.errorCode ?? error.code, message: error.message }
}

async function pagesOf(client = things): Promise<string[][]> {
  const pages: string[][] = []
  for await (const page of client.listEntities().byPage({ maxPageSize: 100 })) {
    pages.push(page.map(({ rowKey }) => String(rowKey)))
  }
  return pages
}

describe('pages', () => {
  test('that are empty have a continuation, and the list goes on where it was', async () => {
    await writeRows(3)
    await addFault({ kind: 'emptyPage', times: 2 })
    await addFault({ kind: 'shortPage', rows: 2, times: 1 })
    await addFault({ kind: 'emptyPage', times: 1 })
    expect(await pagesOf()).toEqual([[], [], ['r000', 'r001'], [], ['r002']])
  })

  test('that take as long as the service lets them end early', async () => {
    await writeRows(3)
    await addFault({ kind: 'shortPage', milliseconds: 120, times: 2 })
    const startedAt = performance.now()
    expect(await pagesOf()).toEqual([['r000'], ['r001'], ['r002']])
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(240)
  })

  test('are never larger than what was asked for', async () => {
    await writeRows(3)
    await addFault({ kind: 'shortPage', rows: 50 })
    const { value } = await things.listEntities().byPage({ maxPageSize: 2 }).next()
    expect(value).toHaveLength(2)
  })
})

describe('a deleted table', () => {
  test('is not found, and its name stays taken until the service has cleared it away', async () => {
    await things.deleteTable()
    expect(await refusalOf(things.getEntity('p', 'r'))).toMatchObject({ status: 404, code: 'TableNotFound' })
    now += 39_999
    expect(await refusalOf(things.createTable())).toMatchObject({ status: 409, code: 'TableBeingDeleted' })
    now += 1
    await things.createTable()
    expect(await pagesOf()).toEqual([[]])
  })

  test('refuses any operation while it is being deleted, if a fault says so', async () => {
    await addFault({ kind: 'tableBeingDeleted', table: 'Another' })
    await things.createEntity(row('a'))
    await addFault({ kind: 'tableBeingDeleted', table: things.tableName })
    expect(await refusalOf(things.createEntity(row('b')))).toMatchObject({
      status: 409,
      code: 'TableBeingDeleted',
    })
    expect(await refusalOf(things.submitTransaction([['create', row('b')]]))).toMatchObject({
      status: 409,
      code: 'TableBeingDeleted',
      message: expect.stringMatching(/^0:The specified table is being deleted\.\n/),
    })
  })

  test('stays taken as long as the settings say', async () => {
    expect((await control('POST', 'settings', { beingDeletedSeconds: 0 })).status).toBe(204)
    await things.deleteTable()
    await things.createTable()
  })
})

describe('the service’s clock', () => {
  test('is told by every answer, and ahead by as much as the settings say', async () => {
    const dateOf = async () => {
      const { headers } = await fetch(`${front.origin}/devstoreaccount1/Tables`)
      return Date.parse(headers.get('date') ?? '')
    }
    const wholeSeconds = Math.floor(now / 1000) * 1000
    expect(await dateOf()).toBe(wholeSeconds)
    expect((await control('POST', 'settings', { clockAheadSeconds: 30 })).status).toBe(204)
    expect(await dateOf()).toBe(wholeSeconds + 30_000)
    await addFault({ kind: 'serverBusy', times: 1 })
    expect(await dateOf()).toBe(wholeSeconds + 30_000)
  })
})

describe('a refusal', () => {
  test.each([
    ['tableNotFound', 404, 'TableNotFound'],
    ['tableBeingDeleted', 409, 'TableBeingDeleted'],
    ['resourceNotFound', 404, 'ResourceNotFound'],
    ['entityNotFound', 404, 'EntityNotFound'],
    ['entityAlreadyExists', 409, 'EntityAlreadyExists'],
    ['updateConditionNotSatisfied', 412, 'UpdateConditionNotSatisfied'],
    ['serverBusy', 503, 'ServerBusy'],
    ['operationTimedOut', 500, 'OperationTimedOut'],
  ] as const)(
    '%s is %i %s, once, in the shape in which Azurite itself refuses',
    async (kind, status, code) => {
      await addFault({ kind, operation: 'get', times: 1 })
      const refused = await refusalOf(things.getEntity('p', 'none'))
      expect(refused).toMatchObject({ status, code })
      const itself = await refusalOf(things.getEntity('p', 'none'))
      expect(itself).toMatchObject({ status: 404, code: 'ResourceNotFound' })
      const shapeOf = ({ message }: { message: string }) =>
        JSON.stringify(Object.keys(JSON.parse(message)['odata.error'])) +
        /\nRequestId:.*\nTime:/s.test(message)
      expect(shapeOf(refused)).toBe(shapeOf(itself))
    },
  )

  test.each([
    ['updateConditionNotSatisfied', 412, 'The update condition specified in the request was not satisfied.'],
    ['entityAlreadyExists', 409, 'The specified entity already exists.'],
    ['resourceNotFound', 404, 'The specified resource does not exist.'],
    ['serverBusy', 503, 'The server is busy.'],
  ] as const)(
    'of a transaction by %s names the operation, and nothing is written',
    async (kind, status, text) => {
      await addFault({ kind, operation: 'batch', index: 1 })
      const actions: TransactionAction[] = [
        ['create', row('a')],
        ['upsert', row('b')],
      ]
      const { message, ...refused } = await refusalOf(things.submitTransaction(actions))
      expect(refused).toMatchObject({ status })
      expect(message.split('\n')[0]).toBe(`1:${text}`)
      expect(await pagesOf()).toEqual([[]])
    },
  )

  test('of a whole transaction that is busy is repeated by the client, one within it is not', async () => {
    const patient = connect(things.tableName, 3)
    await addFault({ kind: 'serverBusy', operation: 'batch', times: 2 })
    await patient.submitTransaction([['create', row('a')]])
    await addFault({ kind: 'serverBusy', operation: 'batch', index: 0, times: 1 })
    const refused = await refusalOf(patient.submitTransaction([['create', row('b')]]))
    expect(refused).toMatchObject({ status: 503, code: 'ServerBusy' })
  })

  test('strikes some of many requests, of one partition, after some have passed', async () => {
    await addFault({ kind: 'serverBusy', partition: 'struck', after: 1, every: 2, times: 2 })
    const statuses: number[] = []
    for (const number of [1, 2, 3, 4, 5, 6, 7]) {
      const given = await things
        .createEntity(row(`r${number}`, 'struck'))
        .then(() => undefined, refusalStatus)
      statuses.push(given ?? 204)
      await things.createEntity(row(`r${number}`, 'other'))
    }
    expect(statuses).toEqual([204, 204, 503, 204, 503, 204, 204])
  })

  test('that does not exist cannot be asked for', async () => {
    expect((await control('POST', 'faults', { kind: 'earthquake' })).status).toBe(400)
  })
})

const refusalStatus = (error: { statusCode: number }) => error.statusCode

describe('a partition', () => {
  test('is busy above 2,000 entities a second, in which a transaction counts each of its own', async () => {
    front.control.settings.throttling = true
    const writeHundred = (partition: string, number: number) =>
      things.submitTransaction(
        Array.from({ length: 100 }, (_, each) => ['upsert', row(`r${number}-${each}`, partition)]),
      )
    for (let number = 0; number < 20; number++) await writeHundred('full', number)
    expect(await refusalOf(writeHundred('full', 20))).toMatchObject({ status: 503, code: 'ServerBusy' })
    expect(await refusalOf(things.createEntity(row('one', 'full')))).toMatchObject({ status: 503 })
    await things.createEntity(row('one', 'another'))
    now += 1000
    await writeHundred('full', 20)
  })

  test('is busy after a list that has read too much of it', async () => {
    await writeRows(30)
    expect((await control('POST', 'settings', { throttling: true, entitiesPerSecond: 30 })).status).toBe(204)
    now += 1000
    const queryOptions = { filter: `PartitionKey eq 'p'` }
    for await (const page of things.listEntities({ queryOptions }).byPage()) expect(page).toHaveLength(30)
    expect(await refusalOf(things.getEntity('p', 'r001'))).toMatchObject({ status: 503, code: 'ServerBusy' })
  })
})

describe('an answer', () => {
  test('that is lost has had its effect, and the client’s own repetition finds it', async () => {
    await addFault({ kind: 'cutAfterEffect', operation: 'insert', times: 1 })
    const refused = await refusalOf(connect(things.tableName, 3).createEntity(row('a')))
    expect(refused).toMatchObject({ status: 409, code: 'EntityAlreadyExists' })
  })

  test('that was cut before the effect is none, and nothing has happened', async () => {
    await addFault({ kind: 'cut', operation: 'insert', times: 1 })
    await expect(things.createEntity(row('a'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await pagesOf()).toEqual([[]])
  })

  test('never comes to a request that hangs', async () => {
    await addFault({ kind: 'hang', times: 1 })
    const controller = new AbortController()
    const hanging = things.getEntity('p', 'r', { abortSignal: controller.signal })
    await vi.waitUntil(() => front.control.log.entries().some(({ fault }) => fault === 'hang'))
    controller.abort()
    await expect(hanging).rejects.toThrow(/abort/i)
  })

  test('takes at least the latency', async () => {
    front.control.settings.latencyMilliseconds = 120
    const startedAt = performance.now()
    await things.createEntity(row('a'))
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119)
  })
})

test('the log says what was asked for, and never a property; operations are counted by table', async () => {
  await things.createEntity({ ...row("it's"), secret: 'a secret value' })
  await things.submitTransaction([
    ['upsert', { ...row('a'), note: 'PUT /x/Things HTTP/1.1' }],
    ['delete', row("it's")],
  ])
  await addFault({ kind: 'serverBusy', operation: 'get', times: 1 })
  await refusalOf(things.getEntity('p', 'a'))
  const entries = await (await control('GET', 'requests')).json()
  const table = things.tableName
  const at = expect.any(String)
  expect(entries).toEqual([
    { at, operation: 'insert', table, partition: 'p', entities: 1, status: 204 },
    { at, operation: 'batch', table, partition: 'p', entities: 2, status: 202 },
    { at, operation: 'get', table, partition: 'p', entities: 1, fault: 'serverBusy', status: 503 },
  ])
  expect(JSON.stringify(entries)).not.toContain('secret')
  const counts = await (await control('GET', 'operations')).json()
  expect(counts).toEqual({ [`insert ${table}`]: 1, [`batch ${table}`]: 1, [`get ${table}`]: 1 })
})
