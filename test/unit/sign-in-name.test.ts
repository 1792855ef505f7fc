import { exportJWK, generateSecret } from 'jose'
import { expect, test } from 'vitest'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import { readRefreshedUser } from '../../shared/grants/refreshedUser.ts'
import { readSignInName } from '../../shared/identity/idToken.ts'
import { resealTenant } from '../../shared/operations/reseal.ts'
import { Secret } from '../../shared/secret.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { fromTenantEntity, toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { openSignInName, sealSignInName } from '../../shared/tenants/signInName.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, ground, name, now } from '../simulation/ground.ts'
import { connectedGround, keepFor, two } from './saveGround.ts'
import { unsigned } from './signedTokens.ts'

const keyNamed = async (kid: string) => ({
  ...(await exportJWK(await generateSecret('A256GCM', { extractable: true }))),
  kid,
})

/** A sealer with a set of keys that a test can change. */
async function sealing() {
  const keys = [await keyNamed('old')]
  return { keys, sealer: createSealer(async () => new Secret(JSON.stringify({ keys }))) }
}

const tenant = connected('vault:x')
const owner = { ...tenant, grantId: tenant.grant?.id }
const ada = 'ada@contoso.example'

test.each([
  [{ preferred_username: ada, email: 'other@x.example' }, { signInName: ada }],
  [{ email: ada }, { signInName: ada }],
  [{ preferred_username: 'x'.repeat(320) }, { signInName: 'x'.repeat(320) }],
  [{ preferred_username: 'x'.repeat(321) }, {}],
  [{ preferred_username: '' }, {}],
  [{ preferred_username: 7 }, {}],
  [{}, {}],
])('the claims %j name %j', (claims, named) => {
  expect(readSignInName(claims)).toEqual(named)
})

test.each([
  ['microsoft', '9188040d-6c67-4c5b-b112-36a304b66dad'],
  ['microsoft', 'directory'],
  ['google', undefined],
] as const)('an imported grant of %s (%s) has its person’s name too', (identityProvider, tid) => {
  const at = { identityProvider, authorityTenant: 'common', personalTenant: 'consumers' }
  const idToken = unsigned({ iss: 'i', sub: 's', tid, preferred_username: ada })
  expect(readRefreshedUser(idToken, at)).toMatchObject({
    signInName: ada,
    consenter: { hint: 'a…@contoso.example' },
  })
})

test('a name is stored sealed, for its own tenant, environment, and consent, and no app sees it', async () => {
  const { sealer } = await sealing()
  const grant = { ...tenant.grant!, ...(await sealSignInName({ sealer }, owner, ada)) }
  expect(JSON.stringify(grant)).not.toContain('ada')
  expect(await openSignInName({ sealer }, { ...tenant, grant })).toBe(ada)
  const others = [
    { tenant: 'other' },
    { environment: 'sandbox' as const },
    { grant: { ...grant, id: 'next' } },
  ]
  for (const change of others)
    expect(await openSignInName({ sealer }, { ...tenant, grant, ...change })).toBeUndefined()
  const asRefreshToken = { ...owner, use: 'refresh_token' as const }
  expect(await sealer.open(grant.signInNameSealed!, asRefreshToken)).toBeUndefined()
  expect(JSON.stringify(toTenantView({ ...tenant, grant }, now))).not.toContain(grant.signInNameSealed)
})

test.each([
  ['at once', {}, 'grant'],
  ['when the app confirms', { confirm: true }, 'pendingGrant'],
] as const)(
  'a sign-in that counts %s keeps its name sealed with its consent',
  async (_title, session, where) => {
    const own = await connectedGround()
    await keepFor(own, 'first', two, session)
    const row = own.row()
    const grant = where === 'grant' ? row.grant! : row.pendingGrant!.grant
    expect(await openSignInName(own.dependencies as never, { ...row, grant })).toBe('first@x.example')
    expect(JSON.stringify(grant)).not.toContain('first@x.example')
  },
)

test('the longest name, in any script, can be read back', async () => {
  const { sealer } = await sealing()
  const grant = { ...tenant.grant!, ...(await sealSignInName({ sealer }, owner, '名'.repeat(320))) }
  const row = toTenantEntity({ ...tenant, grant: { ...grant, reference: 'vault:v/s/1/0' } })
  expect(fromTenantEntity(row, name)).toMatchObject({ grant: { signInNameSealed: grant.signInNameSealed } })
})

test.each([
  ['grantSignInNameSealed', 7],
  ['grantSignInNameSealed', ''],
])('a row is damaged by %s = %j', (column, value) => {
  const row = toTenantEntity({ ...tenant, grant: { ...tenant.grant!, reference: 'vault:v/s/1/0' } })
  const read = fromTenantEntity({ ...row, [column]: value }, name)
  expect(isDamaged(read) && read.damaged.column).toBe(column)
})

test('a key change reseals names, and drops one that can’t be opened', async () => {
  const { keys, sealer } = await sealing()
  const own = ground()
  const waiting = { ...tenant.grant!, id: 'waiting' }
  const sealed = await sealSignInName({ sealer }, owner, ada)
  const lost = await sealSignInName({ sealer }, { ...owner, grantId: 'another' }, ada)
  const accessToken = {
    sealed: await sealer.seal(new Secret('at'), { ...owner, grantId: 'waiting', use: 'access_token' }),
    ...{ expiresAt: now, refreshedAt: now },
  }
  const pendingGrant = {
    ...{ environment: 'production' as const, sessionId: 's', codeHash: 'h', expiresAt: now },
    ...{ accountsGeneration: 'g', accessToken, grant: { ...waiting, ...lost } },
  }
  await own.tenants.create({ ...tenant, grant: { ...tenant.grant!, ...sealed }, pendingGrant }, [])
  keys.unshift(await keyNamed('new'))
  expect(await resealTenant({ ...own.dependencies, sealer }, name, 'new')).toBe('resealed')
  keys.pop()
  expect(await openSignInName({ sealer }, own.row())).toBe(ada)
  expect(own.row().pendingGrant?.grant).not.toHaveProperty('signInNameSealed')
  expect(await resealTenant({ ...own.dependencies, sealer }, name, 'new')).toBe('already_there')
})

test('a name alone makes a row be resealed', async () => {
  const { keys, sealer } = await sealing()
  const own = ground()
  const sealed = await sealSignInName({ sealer }, owner, ada)
  await own.tenants.create({ ...tenant, grant: { ...tenant.grant!, ...sealed } }, [])
  keys.unshift(await keyNamed('new'))
  expect(await resealTenant({ ...own.dependencies, sealer }, name, 'new')).toBe('resealed')
})

test.each(['grantSignInNameSealed', 'grantId'])(
  'a row is valid with a %s from an older version',
  (column) => {
    const { [column]: left } = toTenantEntity({
      ...connected('vault:x'),
      grant: { ...connected('vault:x').grant!, signInNameSealed: 'sealed' },
    }) as Record<string, unknown>
    const { grant: _grant, ...pending } = { ...connected('vault:x'), status: 'pending' as const }
    const read = fromTenantEntity({ ...toTenantEntity(pending), [column]: left }, name)
    expect(left).toBeDefined()
    expect(read).toEqual(pending)
  },
)
