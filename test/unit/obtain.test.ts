import { expect, test } from 'vitest'
import { secondsAfter, systemClock, systemRandomness, TimeLimitError } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/tenants/tenant.ts'
import { createObtain } from '../../shared/vend/obtain.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelSealer } from '../simulation/models/sealer.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

test('a token that is good for a minute is vended while the vault hangs', async () => {
  const name = { workspace: 'w', tenant: 't' }
  const [tenants, sealer, now] = [createModelTenantStore(), createModelSealer(), new Date()]
  const context = { ...name, environment: 'production', use: 'access_token' } as const
  const accessToken = {
    sealed: await sealer.seal('at', context),
    refreshedAt: secondsAfter(now, -3400),
    expiresAt: secondsAfter(now, 200),
  }
  const tenant: Tenant = {
    ...name,
    environment: 'production',
    status: 'connected',
    createdAt: now,
    accessToken,
  }
  await tenants.create(tenant, [])
  const hanging = async () => {
    throw new TimeLimitError('reading the grant', 8)
  }
  const obtain = createObtain({
    tenants,
    sealer,
    due: createModelDueIndex(),
    clock: systemClock,
    randomness: systemRandomness,
    refresher: { refresh: hanging },
    rowCacheSeconds: 30,
    config: { activeWindowSeconds: 86_400 } as never,
  })
  expect(await obtain.obtain(name)).toMatchObject({ ok: true, accessToken: 'at' })
  await expect(obtain.obtain(name, 300)).rejects.toThrow(TimeLimitError)
})
