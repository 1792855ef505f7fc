import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAzurite } from '../../local/azurite.ts'
import { createLocalCertificate } from '../../local/certificate.ts'
import type { RunningService } from '../../local/service.ts'
import { authorityFile } from '../../local/settings.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

const page = join(import.meta.dirname, '..', '..', 'docs/runbooks/sweep-silent.md')
/**
 * As the host names them: `locks/<host id>/Host.Functions.<function>.Listener` (azure-webjobs-sdk, `SingletonManager`), a
 * lease of 60 seconds that the living host renews (functions-host-json, `singleton.listenerLockPeriod`).
 */
const locks = ['refresh', 'refreshChunk'].map((name) => `locks/broker/Host.Functions.${name}.Listener`)

let world: OperatorWorld
let azurite: RunningService & { readonly ports: { readonly blob: number } }

beforeAll(async () => {
  world = await openOperatorWorld()
  const certificate = await createLocalCertificate(dirname(join(world.stack.folder, authorityFile)))
  azurite = await startAzurite({ blob: 0, queue: 0, table: 0, certificate })
  await call('PUT', '?restype=container')
  for (const lock of locks) {
    await call('PUT', `/${lock}`, { 'x-ms-blob-type': 'BlockBlob' })
    await call('PUT', `/${lock}?comp=lease`, { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '60' })
  }
})

afterAll(async () => {
  await Promise.all([world.stack.stop(), azurite.stop()])
})

/** One request of Blob Storage, as `az` sends it: its status, and the code of a refusal. */
async function call(method: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const token = await world.broker.credential.getToken('https://storage.azure.com/.default')
  const container = `https://127.0.0.1:${azurite.ports.blob}/devstoreaccount1/azure-webjobs-hosts`
  const authorization = `Bearer ${token?.token}`
  const answer = await fetch(container + path, {
    method,
    headers: { authorization, 'x-ms-version': '2021-12-02', ...headers },
    ...(method === 'PUT' && { body: '' }),
  })
  return [answer.status, answer.headers.get('x-ms-error-code')].filter(Boolean).join(' ')
}
const deleteLock = (lock: string) => call('DELETE', `/${lock}`)
const breakLease = (lock: string, period: Record<string, string>) =>
  call('PUT', `/${lock}?comp=lease`, { 'x-ms-lease-action': 'break', ...period })

test('a lock is deleted only after its lease was broken at once', async () => {
  const [lock = ''] = locks
  expect(await deleteLock(lock)).toBe('412 LeaseIdMissing')
  expect(await breakLease(lock, {})).toBe('202')
  // Without a period, the lease goes on for the rest of its minute.
  expect(await deleteLock(lock)).toBe('412 LeaseIdMissing')
  const [, seconds = ''] =
    /az storage blob lease break .*--lease-break-period (\d+)/.exec(await readFile(page, 'utf8')) ?? []
  expect(await breakLease(lock, { 'x-ms-lease-break-period': seconds })).toBe('202')
  expect(await deleteLock(lock)).toBe('202')
})

test('the name that the page gives is that of one lock', async () => {
  const [, ending = ''] = /ends with `([^`]+)`/.exec(await readFile(page, 'utf8')) ?? []
  expect(ending).toContain('refresh')
  expect(locks.filter((lock) => lock.endsWith(ending))).toEqual([locks[0]])
})
