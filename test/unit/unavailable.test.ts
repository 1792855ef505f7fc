import { RestError } from '@azure/data-tables'
import { expect, test } from 'vitest'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { onRow, runStorageOperation } from '../../shared/storage/unavailable.ts'

const failing = (error: unknown) => () => Promise.reject(error)

test.each([
  [
    'a refusal of the service',
    new RestError('x', { statusCode: 503, code: 'ServerBusy' }),
    503,
    'ServerBusy',
  ],
  ['no answer', new RestError('x', { code: 'ECONNREFUSED' }), 0, 'ECONNREFUSED'],
  [
    'no token',
    Object.assign(new Error('x'), { name: 'CredentialUnavailableError' }),
    0,
    'CredentialUnavailableError',
  ],
])('%s counts as unavailable storage', async (_title, error, status, code) => {
  const thrown = await runStorageOperation('tables', failing(error)).catch((each: unknown) => each)
  expect(thrown).toBeInstanceOf(StorageUnavailableError)
  expect(thrown).toMatchObject({ status, code })
})

test.each([new SyntaxError('x'), new TypeError('x'), new RangeError('x')])(
  'our own fault does not: %s',
  async (error) => {
    await expect(runStorageOperation('tables', failing(error))).rejects.toBe(error)
  },
)

test('an expected failure becomes a value', async () => {
  const error = new RestError('x', { statusCode: 404 })
  expect(await runStorageOperation('tables', failing(error), (status) => ({ value: status }))).toBe(404)
})

test.each([
  [404, 'ResourceNotFound', 'absent'],
  [404, 'EntityNotFound', 'absent'],
  [409, 'EntityAlreadyExists', 'taken'],
  [412, 'UpdateConditionNotSatisfied', 'changed'],
  [412, 'ConditionNotMet', 'changed'],
] as const)('%i %s says of a row that it is %s', async (statusCode, code, answer) => {
  const work = failing(new RestError('x', { statusCode, code }))
  expect(await onRow(work, { [answer]: 'understood' })).toBe('understood')
  await expect(onRow(work, {})).rejects.toMatchObject({ code })
})

test.each([
  [404, 'TableNotFound'],
  [409, 'TableBeingDeleted'],
  [404, 'ResourceGone'],
  [409, 'AccountBeingCreated'],
] as const)('%i %s says nothing of a row', async (statusCode, code) => {
  const work = failing(new RestError('x', { statusCode, code }))
  const all = { absent: 1, taken: 2, changed: 3 }
  await expect(onRow(work, all)).rejects.toMatchObject({ name: 'StorageUnavailableError', code })
})
