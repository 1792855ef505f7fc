import { expect, test } from 'vitest'
import { finishAccounts } from '../../shared/accounts/finish.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { name } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'
import { type Circumstances, discovery } from './discoveryGround.ts'

/** Finishes the accounts of a tenant; `parts` replace some of its dependencies. */
async function finish(met: Circumstances = {}, parts: object = {}) {
  const own = await discovery([accountOf('1', { roleId: '41' })], ['2'], met)
  const logged: unknown[] = []
  const log = (event: string, fields: object) => void logged.push({ event, ...fields })
  const isFinished = finishAccounts({ ...own.dependencies, log, ...parts } as never, name)
  return { isFinished: await isFinished, logged }
}

test('accounts that are all discovered are finished, and nothing is logged', async () => {
  expect(await finish()).toEqual({ isFinished: true, logged: [] })
})

test.each([
  ['the discovery ends early', { throttled: true }, {}, 'advertising_117'],
  ['no token can be had', { obtained: { ok: false, because: 'not_found' } }, {}, 'tenant_not_found'],
  [
    'storage is away',
    {},
    { accounts: { list: () => Promise.reject(new StorageUnavailableError('tables', 503, 'ServerBusy')) } },
    'ServerBusy',
  ],
])('while %s, a later sweep tries again, and the log says why', async (_title, met, parts, reason) => {
  const entry = { event: 'accounts.unfinished', tenantKey: tenantKey(name), reason }
  expect(await finish(met, parts)).toEqual({ isFinished: false, logged: [entry] })
})

test('an instance that is ending leaves the accounts as they are', async () => {
  const stored = { tenant: { status: 'connected' } }
  const outcome = { outcome: 'passed_on', stored, reason: 'instance_ending' }
  const ending = finish({ obtained: { ok: false, because: 'not_refreshed', outcome } })
  await expect(ending).rejects.toMatchObject({ extras: { members: { reason: 'instance_ending' } } })
})

test('a failure of our own isn’t hidden', async () => {
  const accounts = { list: () => Promise.reject(new TypeError('ours')) }
  await expect(finish({}, { accounts })).rejects.toThrow('ours')
})
