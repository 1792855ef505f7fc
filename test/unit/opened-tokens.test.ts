import { expect, test } from 'vitest'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import type { Grant, StoredTenant, Tenant } from '../../shared/domain/tenant.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelSealer } from '../simulation/models/sealer.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const name = { workspace: 'w', tenant: 't' }
const context = { ...name, environment: 'production', use: 'access_token', grantId: 'one' } as const

/** A connected tenant in a process that reads its row at each vend and refreshes nothing. */
async function ground(tokenMemoryBytes?: number) {
  const [tenants, sealer, now] = [createModelTenantStore(), createModelSealer(), new Date()]
  const seal = (text: string, grantId = 'one') => sealer.seal(new Secret(text), { ...context, grantId })
  const row: Tenant = {
    ...{ ...name, environment: 'production', status: 'connected', createdAt: now, lastVendedAt: now },
    grant: {
      id: 'one',
      reference: 'vault:one',
      identityProvider: 'microsoft',
      scopes: [],
    } as unknown as Grant,
    accessToken: { sealed: await seal('at'), refreshedAt: now, expiresAt: addSeconds(now, 3000) },
  }
  let stored = (await tenants.create(row, [])) as StoredTenant
  let opened = 0
  const accessTokens = createAccessTokens({
    ...{ tenants, due: createModelDueIndex(), clock: systemClock, randomness: systemRandomness },
    sealer: {
      ...sealer,
      open(...sealed) {
        opened++
        return sealer.open(...sealed)
      },
    },
    refresher: { refresh: () => Promise.reject(new Error('nothing is refreshed here')) },
    ...{ rowCacheSeconds: 0, vendLimitSeconds: 20, tokenMemoryBytes },
    config: { activeWindowSeconds: 86_400 } as never,
  })
  const vend = async () => {
    const obtained = await accessTokens.get(name)
    return obtained.ok ? obtained.accessToken.expose() : obtained.because
  }
  const change = async (next: Partial<Tenant>) => {
    stored = (await tenants.replace(stored, { ...stored.tenant, ...next }, [])) as StoredTenant
  }
  return { accessTokens, change, opened: () => opened, row, seal, vend }
}

test('a token is opened once, no matter how often its row is read again', async () => {
  const { change, opened, vend } = await ground()
  for (let times = 0; times < 3; times++) {
    expect(await vend()).toBe('at')
    await change({ defaultAccount: { accountId: `${times}`, customerId: '1' } })
  }
  expect(opened()).toBe(1)
})

test('the row decides which token is vended: another one is opened', async () => {
  const { change, opened, row, seal, vend } = await ground()
  await vend()
  await change({ accessToken: { ...row.accessToken!, sealed: await seal('newer') } })
  expect(await vend()).toBe('newer')
  expect(opened()).toBe(2)
})

test('a token that was opened for one consent or environment isn’t vended for another', async () => {
  for (const next of [{ grant: { id: 'two' } as Grant }, { environment: 'sandbox' } as const]) {
    const { change, vend } = await ground()
    expect(await vend()).toBe('at')
    await change(next)
    await expect(vend()).rejects.toThrow('nothing is refreshed here')
  }
})

test('a token that was opened isn’t vended once its tenant is disconnected, nor remembered', async () => {
  const { accessTokens, change, opened, vend } = await ground()
  await vend()
  await change({ status: 'disconnected' })
  await expect(vend()).rejects.toThrow('nothing is refreshed here')
  accessTokens.forget(name)
  await change({ status: 'connected' })
  expect(await vend()).toBe('at')
  expect(opened()).toBe(2)
})

test('a process whose memory holds nothing vends all the same', async () => {
  const { opened, vend } = await ground(1)
  expect([await vend(), await vend()]).toEqual(['at', 'at'])
  expect(opened()).toBe(2)
})
