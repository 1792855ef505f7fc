import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { REFRESH_POLICY: 'always' } })
})

afterEach(async () => {
  await world.signIn.clear()
  await world.signIn.settings({ accessTokenSeconds: 3600, authorityOfIssue: false })
  await world.signIn.forget()
})

afterAll(() => world.close())

const ada = 'ada@outlook.example'
const refuse = (more: object) =>
  world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'invalidGrantPassing', ...more })

/** The broker's calls of the token endpoint for people: the authority and the outcome. */
const calls = async () =>
  (await world.signIn.requests())
    .filter(({ endpoint, username }) => endpoint === 'token' && username)
    .map(({ tenantPath, outcome }) => [tenantPath, outcome])

const vend = async (tenant: string) => (await world.call('GET', `/v1/tenants/${tenant}/token`)).body

/** A person with a browser that keeps its cookies. */
function personOf(username: string) {
  const visitor = createVisitor()
  return (authorizeUrl: string) =>
    visitor.signIn({ authorizeUrl, username, password: 'open-sesame', stopAt: world.returnUrl })
}

const statusOf = ({ url }: { url: string }) => new URL(url).searchParams.get('status')
const againOf = ({ body }: { body: string }) => /class="button" href="([^"]+)"/.exec(body)?.[1] ?? ''

describe('before a person is told that they’re connected', () => {
  test('the grant is refreshed once at its own authority, and the newest tokens are kept', async () => {
    await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind: 'shortLived' })
    const tenant = await world.connected(ada)
    expect(await calls()).toEqual([
      ['common', 'ok'],
      ['consumers', 'ok'],
    ])
    expect((await vend(tenant)).expiresIn).toBeGreaterThan(3000)
    expect(await calls()).toHaveLength(2)
  })

  test('the same holds with a confirmation', async () => {
    const tenant = world.newTenant()
    await world.connectConfirmed(tenant, ada)
    expect((await calls()).at(-1)).toEqual(['consumers', 'ok'])
    expect((await vend(tenant)).expiresIn).toBeGreaterThan(3000)
    expect(await calls()).toHaveLength(2)
  })

  test('an authority that refuses what another one has issued is not the one that is kept', async () => {
    await world.signIn.settings({ authorityOfIssue: true, accessTokenSeconds: 30 })
    const tenant = await world.connected(ada)
    expect(await calls()).toEqual([
      ['common', 'ok'],
      ['consumers', 'invalid_grant 70000'],
      ['common', 'ok'],
    ])
    await world.signIn.settings({ accessTokenSeconds: 3600 })
    expect((await vend(tenant)).expiresIn).toBeGreaterThan(3000)
    expect((await calls()).at(-1)).toEqual(['common', 'ok'])
  })

  test('a person whose grant no authority accepts signs in once more at the other one, and is told why', async () => {
    await world.signIn.settings({ authorityOfIssue: true })
    await refuse({ tenantPath: 'common' })
    const signIn = personOf(ada)
    const tenant = world.newTenant()
    const page = await signIn((await world.session(tenant)).connectUrl)
    expect(page.body).toContain('Sign in once more')
    expect(page.body).toContain('other_sign_in_required (grant_refused)')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('pending')
    expect(statusOf(await signIn(againOf(page)))).toBe('connected')
    expect((await calls()).slice(-2)).toEqual([
      ['consumers', 'ok'],
      ['consumers', 'ok'],
    ])
  })

  test('a grant that is refused after that too is the operator’s', async () => {
    await refuse({ times: 4 })
    const signIn = personOf(ada)
    const page = await signIn((await world.session(world.newTenant())).connectUrl)
    const end = await signIn(againOf(page))
    expect(end).toMatchObject({
      status: 503,
      body: expect.stringContaining('grant_not_accepted (grant_refused)'),
    })
    expect(end.body).not.toContain('/oauth/authorize?session=')
  })

  test('a token endpoint that fails costs nobody the sign-in: the next refresh proves the grant', async () => {
    await world.signIn.settings({ accessTokenSeconds: 30 })
    await refuse({ kind: 'serverError' })
    const tenant = await world.connected(ada)
    await world.signIn.settings({ accessTokenSeconds: 3600 })
    const unproven = async () => {
      for await (const row of world.tableClient('Tenants').listEntities())
        if (row.tenant === tenant && row.rowKey === 'tenant') return row.grantUnproven
      return undefined
    }
    expect(await unproven()).toBe(true)
    expect((await vend(tenant)).expiresIn).toBeGreaterThan(3000)
    expect(await unproven()).toBeUndefined()
  })
})
