import { expect, test } from 'vitest'
import { addSeconds, systemClock, systemRandomness, TimeLimitError } from '../../shared/clock.ts'
import type { Grant, Tenant } from '../../shared/domain/tenant.ts'
import type { RefreshPurpose } from '../../shared/refresh/decide.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelSealer } from '../simulation/models/sealer.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const name = { workspace: 'w', tenant: 't' }
const context = { ...name, environment: 'production', use: 'access_token' } as const

/** A tenant that was vended long ago, with a token of 200 s. */
async function connected(sealer: ReturnType<typeof createModelSealer>, now: Date): Promise<Tenant> {
  const accessToken = {
    sealed: await sealer.seal(new Secret('at'), context),
    refreshedAt: addSeconds(now, -3400),
    expiresAt: addSeconds(now, 200),
  }
  return { ...name, environment: 'production', status: 'connected', createdAt: now, accessToken }
}

test('a token that is valid for a minute is vended while the vault hangs', async () => {
  const [tenants, sealer] = [createModelTenantStore(), createModelSealer()]
  await tenants.create(await connected(sealer, new Date()), [])
  const hanging = async () => {
    throw new TimeLimitError('reading the grant', 8)
  }
  const accessTokens = createAccessTokens({
    tenants,
    sealer,
    due: createModelDueIndex(),
    clock: systemClock,
    randomness: systemRandomness,
    refresher: { refresh: hanging },
    rowCacheSeconds: 30,
    vendLimitSeconds: 20,
    config: { activeWindowSeconds: 86_400 } as never,
  })
  expect(await accessTokens.get(name)).toMatchObject({ ok: true, accessToken: new Secret('at') })
  await expect(accessTokens.get(name, 300)).rejects.toThrow(TimeLimitError)
})

/** Access tokens of a process whose clock shows `now` and that refreshes nothing. */
function neverRefreshing(
  models: Pick<Parameters<typeof createAccessTokens>[0], 'tenants' | 'sealer'>,
  { now, activeWindowSeconds }: { now: () => Date; activeWindowSeconds: number },
) {
  return createAccessTokens({
    ...models,
    due: createModelDueIndex(),
    clock: { ...systemClock, now },
    randomness: systemRandomness,
    refresher: { refresh: () => Promise.reject(new Error('nobody is to refresh')) },
    rowCacheSeconds: 30,
    vendLimitSeconds: 20,
    config: { activeWindowSeconds } as never,
  })
}

test('a token is never vended with the ids of a row that has a different token', async () => {
  const [tenants, sealer] = [createModelTenantStore(), createModelSealer()]
  let now = new Date()
  const grant = { reference: 'vault:one', identityProvider: 'microsoft' } as unknown as Grant
  const old = { ...(await connected(sealer, now)), lastVendedAt: now, grant }
  const stored = await tenants.create(
    { ...old, accessToken: { ...old.accessToken!, expiresAt: addSeconds(now, 3000) } },
    [],
  )
  if (stored === 'conflict') throw new Error('conflict')
  const accessTokens = neverRefreshing({ tenants, sealer }, { now: () => now, activeWindowSeconds: 40 })
  expect(await accessTokens.get(name)).toMatchObject({ accessToken: new Secret('at') })
  // Another process reconnects the tenant as someone else, and then this one notes its vend.
  const defaultAccount = { accountId: '2', customerId: '20' }
  const accessToken = {
    ...old.accessToken!,
    sealed: await sealer.seal(new Secret('of another'), context),
    expiresAt: addSeconds(now, 3000),
  }
  await tenants.replace(stored, { ...stored.tenant, accessToken, defaultAccount }, [])
  now = addSeconds(now, 20)
  const noting = await accessTokens.get(name)
  expect(noting).toMatchObject({ accessToken: new Secret('at') })
  expect(noting).not.toHaveProperty('tenant.defaultAccount')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await accessTokens.get(name)).toMatchObject({
    accessToken: new Secret('of another'),
    tenant: { defaultAccount },
  })
})

/** Vends a token that was sealed for `sealedFor` for a tenant whose grant is `one`. */
async function vendSealedFor(sealedFor: string | undefined) {
  const [tenants, sealer, now] = [createModelTenantStore(), createModelSealer(), new Date()]
  const grant = { id: 'one', reference: 'vault:one', identityProvider: 'microsoft' } as unknown as Grant
  const sealed = await sealer.seal(new Secret('at'), { ...context, grantId: sealedFor })
  const accessToken = { sealed, refreshedAt: now, expiresAt: addSeconds(now, 3000) }
  const row = { ...(await connected(sealer, now)), lastVendedAt: now, grant, accessToken }
  await tenants.create(row, [])
  const purposes: RefreshPurpose[] = []
  const accessTokens = createAccessTokens({
    tenants,
    sealer,
    due: createModelDueIndex(),
    clock: systemClock,
    randomness: systemRandomness,
    refresher: {
      async refresh(_name, purpose) {
        purposes.push(purpose)
        return { outcome: 'passed_on', stored: tenants.row(name)!, reason: 'waiting_to_retry' }
      },
    },
    rowCacheSeconds: 30,
    vendLimitSeconds: 20,
    config: { activeWindowSeconds: 86_400 } as never,
  })
  return { obtained: await accessTokens.get(name), purposes, accessToken }
}

test('a token that was sealed for the tenant’s grant, or by an older version without a grant, is vended', async () => {
  for (const sealedFor of ['one', undefined]) {
    const { obtained, purposes } = await vendSealedFor(sealedFor)
    expect(obtained).toMatchObject({ ok: true, accessToken: new Secret('at') })
    expect(purposes).toEqual([])
  }
})

test('a token that was sealed for another grant is replaced, never vended', async () => {
  const { accessToken, obtained, purposes } = await vendSealedFor('other')
  expect(obtained).toMatchObject({ ok: false })
  expect(purposes).toEqual([{ for: 'replacement', seen: accessToken.refreshedAt }])
})

test('a row that was remembered at a future time is read again, because the clock was set back', async () => {
  const [tenants, sealer] = [createModelTenantStore(), createModelSealer()]
  let now = new Date()
  const row = { ...(await connected(sealer, now)), lastVendedAt: now }
  const stored = await tenants.create(row, [])
  if (stored === 'conflict') throw new Error('conflict')
  const accessTokens = neverRefreshing({ tenants, sealer }, { now: () => now, activeWindowSeconds: 86_400 })
  expect(await accessTokens.get(name, 60)).toMatchObject({ accessToken: new Secret('at') })
  await tenants.replace(stored, { ...row, status: 'disconnected' }, [])
  now = addSeconds(now, -60)
  await expect(accessTokens.get(name, 60)).rejects.toThrow('nobody is to refresh')
})
