import { expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { UsageRecord } from '../../shared/domain/usage.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { vendAccessToken } from '../../shared/vend/vendAccessToken.ts'
import { name } from '../simulation/ground.ts'
import { type Meeting, refreshGround } from './refreshGround.ts'

/** The vend of a tenant's access token by the app `tool`, on the models of refreshing, with a limit of 20 s. */
function vending(meeting: Meeting = {}) {
  const own = refreshGround(meeting)
  const { clock, dependencies, refresher } = own
  const limits = { rowCacheSeconds: 30, vendLimitSeconds: 20 }
  const accessTokens = createAccessTokens({ ...dependencies, refresher, ...limits })
  const uses: UsageRecord[] = []
  const vendor = {
    config: { environments: new Map(), vendLimitSeconds: 20 } as never,
    ...{ accessTokens, clock, recordUsage: (use: UsageRecord) => void uses.push(use) },
  }
  return {
    ...own,
    uses,
    vend: () => clock.run(vendAccessToken(vendor, name, 'tool')),
    addWithToken: async (change: Partial<Tenant> = {}) => {
      const sealed = await dependencies.sealer.seal(new Secret('held'), {
        ...{ ...name, environment: 'production', use: 'access_token', grantId: undefined },
      })
      const accessToken = { sealed, refreshedAt: own.after(-600), expiresAt: own.after(3600) }
      return own.add({ accessToken, lastVendedAt: clock.now(), ...change })
    },
  }
}

test('an access token is vended without an account, and the use is recorded', async () => {
  const own = vending()
  const { grant } = await own.addWithToken()
  expect(await own.vend()).toEqual({
    ...{ environment: 'production', accessToken: new Secret('held'), expiresIn: 3600 },
    scopes: grant?.scopes,
  })
  expect(own.uses).toMatchObject([
    { operation: 'vend', app: 'tool', tenant: name, environment: 'production' },
  ])
})

test('a tenant without a token is a problem that says who must act, and the use is recorded', async () => {
  const own = vending()
  await expect(own.vend()).rejects.toMatchObject({ code: 'tenant_not_found' })
  expect(own.uses).toMatchObject([{ app: 'tool', problem: 'tenant_not_found' }])
})

test('the vend of an access token ends at its limit', async () => {
  const hanging = { read: () => new Promise<never>(() => {}) }
  const own = vending({ with: ({ tenants }) => ({ tenants: { ...tenants, ...hanging } }) })
  await own.addWithToken()
  await expect(own.vend()).rejects.toMatchObject({
    ...{ code: 'storage_unavailable', extras: { members: { reason: 'time_limit' } } },
  })
  expect(own.clock.passed()).toBe(20)
})
