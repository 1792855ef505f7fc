import { expect, test } from 'vitest'
import { createBackupSink } from '../../shared/storage/blobContainer.ts'
import { createVirtualClock } from './virtualClock.ts'

const sinkThatAnswers = (code: string) =>
  createBackupSink({
    containerUrl: 'https://backups.example/tables',
    credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) },
    clock: createVirtualClock(new Date('2026-11-30T00:00:00Z')),
    fetch: async () => new Response('', { status: 409, headers: { 'x-ms-error-code': code } }),
  })

test('a blob that is there already was stored by a write whose answer was lost', async () => {
  await expect(sinkThatAnswers('BlobAlreadyExists').add('a', new Uint8Array())).resolves.toBeUndefined()
})

test.each(['ContainerBeingDeleted', 'ContainerDisabled', ''])(
  'every other conflict stores nothing, and fails: %s',
  async (code) => {
    await expect(sinkThatAnswers(code).add('a', new Uint8Array())).rejects.toMatchObject({ status: 409 })
  },
)
