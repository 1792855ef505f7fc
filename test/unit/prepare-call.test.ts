import { describe, expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { type CallTarget, prepareCall } from '../../shared/passthrough/prepareCall.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, name, now } from '../simulation/ground.ts'

const issuedAt = new Date('2026-11-24T11:00:00Z')
const settings = { advertisingUrl: 'https://{host}.example' }
const needsNoIds = 'customerManagement'
const needsIds = 'campaignManagement'

interface Ground {
  readonly tenant?: Partial<Tenant>
  readonly obtained?: object
  readonly developerToken?: object
}

/** Prepares a tenant's calls, and records the vended accounts and the requested developer tokens. */
function preparing({ tenant = {}, obtained = {}, developerToken = {} }: Ground = {}) {
  const seen = { vended: [] as unknown[], looked: [] as unknown[] }
  const row = { ...connected('vault:x'), accessToken: { refreshedAt: issuedAt }, ...tenant }
  const dependencies = {
    config: { environments: new Map([['production', settings]]) },
    clock: { now: () => now },
    accessTokens: {
      get: async () => ({ ok: true, tenant: row, accessToken: new Secret('at'), ...obtained }),
    },
    vend: {
      vend: async (_name: unknown, wish: unknown) => {
        seen.vended.push(wish)
        return { headers: { CustomerAccountId: '1' }, customerId: '10', accountId: '1', accessToken: 'x' }
      },
    },
    developerTokens: {
      find: async (environment: unknown) => {
        seen.looked.push(environment)
        return { ok: true, value: new Secret('developer'), ...developerToken }
      },
    },
  }
  const prepared = (wanted: CallTarget) => prepareCall(dependencies as never, name, wanted)
  return { prepared, seen }
}

describe('a prepared call', () => {
  test('has no ids if neither the service nor the tenant needs any', async () => {
    const { prepared, seen } = preparing()
    expect(await prepared({ service: needsNoIds })).toEqual({
      tenant: expect.objectContaining({ tenant: name.tenant }),
      baseUrl: 'https://clientcenter.example/CustomerManagement/v13',
      refreshedAt: issuedAt,
      headers: { Authorization: 'Bearer at', DeveloperToken: 'developer' },
    })
    expect(seen).toEqual({ vended: [], looked: ['production'] })
  })

  test.each<[string, CallTarget, Partial<Tenant>]>([
    ['the service needs one', { service: needsIds }, {}],
    ['the tenant has a default', { service: needsNoIds }, { defaultAccount: { accountId: '1' } as never }],
    ['the caller names one', { service: needsNoIds, accountId: 'F1', customerId: '10' }, {}],
  ])('has an account if %s', async (_why, wanted, tenant) => {
    const { prepared, seen } = preparing({ tenant })
    expect(await prepared(wanted)).toMatchObject({
      headers: { CustomerAccountId: '1' },
      customerId: '10',
      accountId: '1',
    })
    const { accountId, customerId } = wanted
    expect(seen).toEqual({ vended: [{ accountId, customerId, acceptsOwner: true }], looked: [] })
  })

  test('has the header that Google users need', async () => {
    const grant = { ...connected('vault:x').grant, identityProvider: 'google' } as never
    const { headers } = await preparing({ tenant: { grant } }).prepared({ service: needsNoIds })
    expect(headers).toMatchObject({ IdentityProvider: 'Google' })
  })

  test('treats its token as new if the row has none', async () => {
    const { prepared } = preparing({ tenant: { accessToken: undefined } as never })
    expect(await prepared({ service: needsNoIds })).toMatchObject({ refreshedAt: now })
  })
})

describe('a refused call', () => {
  test.each<[string, Ground, string, object]>([
    ['without a tenant', { obtained: { ok: false, because: 'not_found' } }, 'tenant_not_found', {}],
    [
      'without its environment',
      { tenant: { environment: 'sandbox' } },
      'environment_on_hold',
      { members: { reason: 'environment_not_served' } },
    ],
    [
      'without a developer token',
      { developerToken: { ok: false, reason: 'developer_token_missing', detail: 'None is stored.' } },
      'developer_token_unusable',
      { detail: 'None is stored.', members: { reason: 'developer_token_missing' } },
    ],
  ])('%s', async (_title, ground, code, extras) => {
    const preparation = preparing(ground).prepared({ service: needsNoIds })
    await expect(preparation).rejects.toMatchObject({ code, extras })
  })
})
