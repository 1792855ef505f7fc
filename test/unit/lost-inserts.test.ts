import { RestError } from '@azure/data-tables'
import { expect, test } from 'vitest'
import { createNoteTable } from '../../shared/storage/noteTable.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'

/** A table that stores the row and answers the SDK's repetition of the insert. */
const repeated = {
  createEntity: async () => {
    throw new RestError('x', { statusCode: 409, code: 'EntityAlreadyExists' })
  },
}

test('a one-time record whose first answer was lost is issued', async () => {
  const records = createOneTimeTable({ SignIns: repeated } as never)
  expect(await records.issue('session', {}, new Date(3_600_000))).toMatch(/^1\./)
})

test('an event whose first answer was lost is added', async () => {
  const notes = createNoteTable({ BrokerState: repeated } as never)
  const event = { type: 'secret.fell_over', at: '2026-01-01T00:00:00Z', secret: 'a' } as const
  await expect(notes.addEvent(event)).resolves.toBeUndefined()
})

test('events are found behind an empty page', async () => {
  const event = { type: 'secret.fell_over', at: '2026-01-01T00:00:00Z', secret: 'a' } as const
  const byPage = async function* () {
    yield []
    yield [{ value: JSON.stringify(event) }]
  }
  const notes = createNoteTable({ BrokerState: { listEntities: () => ({ byPage }) } } as never)
  expect(await notes.events(5)).toEqual([event])
})
