import { RestError } from '@azure/data-tables'
import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { createMemoryTable } from './memoryTable.ts'

const now = new Date('2026-11-23T16:00:00Z')
const at = (seconds: number) => addSeconds(now, seconds)

/** One record that expires in a minute. */
async function issued() {
  const { table, rows } = createMemoryTable()
  const records = createOneTimeTable({ SignIns: table })
  const id = await records.issue('session', { tenant: 't' }, at(60))
  return { records, id, rows }
}

test('a record is read until it expires, and not from then on', async () => {
  const { id, records } = await issued()
  expect(await records.read('session', id, at(59.999))).toEqual({ tenant: 't' })
  expect(await records.read('session', id, at(60))).toBeUndefined()
})

test('an identifier has no dashes, which a firewall takes for an attack; an earlier version’s is read too', async () => {
  const { id, records } = await issued()
  expect(id).toMatch(/^[0-9a-z]{1,6}\.[0-9A-Za-z]{32}$/)
  const earlier = `${id.split('.')[0]}.GE--Kn1K-tIfiu4To8A54p7L4WpYx2bR`
  await records.put('session', earlier, { tenant: 'e' }, at(60))
  expect(await records.read('session', earlier, now)).toEqual({ tenant: 'e' })
})

test('a record that has expired is not spent either', async () => {
  const { id, records } = await issued()
  expect(await records.take('session', id, at(60))).toBeUndefined()
  expect(await records.take('session', id, at(59.999))).toEqual({ tenant: 't' })
})

test('a record is spent by the first caller that takes it, and can’t be read afterwards', async () => {
  const { id, records } = await issued()
  const taken = await Promise.all([records.take('session', id, now), records.take('session', id, now)])
  expect(taken.filter(Boolean)).toEqual([{ tenant: 't' }])
  expect(await records.read('session', id, now)).toBeUndefined()
})

test('a record is found only under its own kind and identifier', async () => {
  const { id, records } = await issued()
  expect(await records.read('sign-in', id, now)).toBeUndefined()
  const other = id.at(-1) === 'a' ? 'b' : 'a'
  for (const wrong of [`${id.slice(0, -1)}${other}`, id.slice(0, -1), `${id}A`, '', 'x', `../${id}`])
    expect(await records.read('session', wrong, now)).toBeUndefined()
})

test('an identifier is not in the table: only its hash is', async () => {
  const { id, rows } = await issued()
  expect(JSON.stringify(rows())).not.toContain(id.split('.')[1])
})

test('each of many concurrent changes counts, and none revives a record that has expired', async () => {
  const { id, records } = await issued()
  const count = (when = now) =>
    records.change<{ n?: number }>({ kind: 'session', id, now: when }, ({ n = 0, ...rest }) => ({
      ...rest,
      n: n + 1,
    }))
  await Promise.all(Array.from({ length: 4 }, () => count()))
  expect(await records.read('session', id, now)).toEqual({ tenant: 't', n: 4 })
  expect(await count(at(60))).toBeUndefined()
  expect(await records.change({ kind: 'session', id, now }, () => undefined)).toBeUndefined()
  expect(await records.change({ kind: 'sign-in', id, now }, () => ({}))).toBeUndefined()
  expect(await records.read('session', id, at(59.999))).toEqual({ tenant: 't', n: 4 })
  expect(await records.read('session', id, at(60))).toBeUndefined()
})

test('a record that others keep changing is storage that is busy', async () => {
  const { table } = createMemoryTable()
  const conflict = new RestError('x', { statusCode: 412, code: 'UpdateConditionNotSatisfied' })
  const updateEntity = () => Promise.reject(conflict)
  const records = createOneTimeTable({ SignIns: { ...table, updateEntity } as never })
  const id = await records.issue('session', {}, at(60))
  await expect(records.change({ kind: 'session', id, now }, () => ({}))).rejects.toMatchObject({
    ...{ name: 'StorageUnavailableError', status: 412 },
  })
})
