import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountsOf } from './accountsOf.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { ROW_CACHE_SECONDS: '0' } })
})

afterEach(() => world.advertising.clear())

afterAll(() => world.close())

const { connectedByApi } = accountsOf(() => world)

const list = (tenant: string, path: string) => world.call('GET', `/v1/tenants/${tenant}/unified/${path}`)

describe('organizations', () => {
  test('are the tenant’s accounts, with Microsoft’s own elements and where they are written', async () => {
    const tenant = await connectedByApi()
    const { body: known } = await world.call('GET', `/v1/tenants/${tenant}/accounts`)
    const { status, body } = await list(tenant, 'organizations')
    expect(status).toBe(200)
    expect(body.map(({ id }: { id: string }) => id)).toEqual(
      known.accounts.map(({ accountId }: { accountId: string }) => accountId),
    )
    const suspended = body.find(
      ({ raw }: { raw: Record<string, string> }) => raw.AccountLifeCycleStatus === 'Suspended',
    )
    expect(suspended).toMatchObject({
      id: '180222002',
      name: 'Harbour South',
      account_number: 'C0222002',
      status: null,
      currency: expect.stringMatching(/^[A-Z]{3}$/),
      timezone: expect.stringMatching(/^\w+\/\w+$/),
      managers: null,
      write: { methods: ['PUT', 'DELETE'], path: `/v1/tenants/${tenant}/ads/customerManagement/Account` },
    })
  })

  test('come in pages, by their fields, and by what filters say', async () => {
    const tenant = await connectedByApi()
    const ids = (await list(tenant, 'organizations?fields=id')).body
    expect(ids.every((each: object) => Object.keys(each).join() === 'id')).toBe(true)
    expect((await list(tenant, 'organizations?fields=id&limit=2&offset=1')).body).toEqual(ids.slice(1, 3))
    const { body: archived } = await list(tenant, 'organizations?status=ARCHIVED')
    expect(archived.map(({ name }: { name: string }) => name)).toEqual(['Harbour Closed'])
    const [{ parent_id }] = archived
    const { body: siblings } = await list(tenant, `organizations?parent_id=${parent_id}&fields=name`)
    expect(siblings).toHaveLength(3)
  })

  test('that the advertiser didn’t choose aren’t listed', async () => {
    const tenant = await connectedByApi()
    const [first] = (await list(tenant, 'organizations?status=ACTIVE')).body
    const choice = { accounts: [first.id] }
    const { status } = await world.call('PUT', `/v1/tenants/${tenant}/accounts/selection`, { body: choice })
    expect(status).toBe(200)
    expect((await list(tenant, 'organizations')).body).toEqual([first])
  })

  test.each(['sort=name', 'limit=1001', 'limit=0', 'fields=goal', 'updated_gte=today', 'status=a%20b'])(
    'can’t be asked for with %s',
    async (query) => {
      expect(await list(await connectedByApi(), `organizations?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ in: 'query', field: query.split('=')[0] }] },
      })
    },
  )
})
