import { describe, expect, test } from 'vitest'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { createPersonParameters } from '../../shared/connect/personParameters.ts'
import { recordClaimsChallenge } from '../../shared/connect/recordClaimsChallenge.ts'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { fromTenantEntity, toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { sealSignInName } from '../../shared/tenants/signInName.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, ground, name, now } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'

const claims = '{"access_token": {"capolids":{"essential":true,"values":["b59db6ac"]}}}'
const sized = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`

const refused = (body: object, status = 400) =>
  classifyTokenRefusal(status, { error: 'invalid_grant', error_codes: [50076], claims, ...body })

describe('the claims of a refusal', () => {
  test.each<[string, { claims?: string; error?: string; error_codes?: number[] }]>([
    ['50076', {}],
    ['50079', { error_codes: [50079], error: 'interaction_required' }],
    ['53000', { error_codes: [53000], error: 'interaction_required' }],
    ['no number', { error_codes: [], error: 'interaction_required' }],
    ['2,000 characters', { claims: sized(2000) }],
  ])('are stored unchanged, with %s', (_title, body) => {
    expect(refused(body).claims).toBe(body.claims ?? claims)
  })

  test.each([
    ['text that is not JSON', { claims: '{"access_token":' }],
    ['a list', { claims: '[]' }],
    ['null', { claims: 'null' }],
    ['an object that is no text', { claims: { access_token: {} } }],
    ['more than 2,000 characters', { claims: sized(2001) }],
    ['claims of a fault of our own', { error: 'invalid_client', error_codes: [7000215] }],
    ['claims of a server error', {}, 503],
  ])('are dropped: %s', (_title, body, status = 400) => {
    expect(refused(body, status)).not.toHaveProperty('claims')
  })

  test('stay with the tenant if they end its grant on a refresh', async () => {
    const own = refreshGround({ answer: () => ({ ok: false, refusal: refused({}) }) })
    await own.add()
    await own.clock.run(own.refresher.refresh(name, { for: 'sweep' }))
    expect(own.row()).toMatchObject({ status: 'reauthorization_required', claims })
    expect(JSON.stringify([own.logged, own.tenants.history(name)])).not.toContain('capolids')
  })
})

describe('the claims of a refused redemption', () => {
  const signIn = { ...name, environment: 'production', disconnectCount: 0 } as SignIn
  const answer = refused({})
  const noted = async (change: Partial<Tenant> = {}) => {
    const own = ground()
    await own.tenants.create({ ...connected('vault:x'), ...change }, [])
    await recordClaimsChallenge(own.dependencies, signIn, answer)
    return own.row()
  }

  test('stay with the tenant, and change nothing else in it', async () => {
    const { writeIds: _ids, ...row } = await noted()
    expect(row).toEqual({ ...connected('vault:x'), claims })
  })

  test('are not stored in the tenant if they concern another account', async () => {
    const own = ground()
    await own.tenants.create(connected('vault:x'), [])
    await recordClaimsChallenge(own.dependencies, { ...signIn, anotherAccount: true }, answer)
    expect(own.row()).not.toHaveProperty('claims')
  })

  test.each([
    ['disconnected since', { disconnectCount: 1 }],
    ['moved to the other environment since', { environment: 'sandbox' }],
  ] as const)('are not stored in a tenant that was %s', async (_title, change) => {
    expect(await noted(change)).not.toHaveProperty('claims')
  })
})

describe('an authorization request', () => {
  const { sealer } = ground().dependencies
  const usual = {
    environment: 'production',
    identityProvider: 'microsoft',
    allowDifferentUser: false,
  } as const
  const session = { ...name, ...usual } as SignIn
  const named = async (change: Partial<Tenant> = {}): Promise<Tenant> => {
    const { grant, ...row } = connected('vault:x')
    const sealed = await sealSignInName({ sealer }, { ...row, grantId: grant?.id }, 'ada@x.example')
    return { ...row, grant: { ...grant!, ...sealed }, claims, ...change }
  }
  const parametersOf = async (change: Partial<SignIn> = {}, tenant: Partial<Tenant> = {}) =>
    createPersonParameters({ sealer }, { ...session, ...change }, await named(tenant))

  test('includes the tenant’s claims, with the name of the person they concern', async () => {
    expect(await parametersOf()).toEqual({ claims, loginHint: 'ada@x.example' })
  })

  test('prefers the session’s own hint', async () => {
    expect(await parametersOf({ loginHint: 'b@x.example' })).toEqual({ claims, loginHint: 'b@x.example' })
  })

  test('has no name if another person may sign in', async () => {
    expect(await parametersOf({ allowDifferentUser: true })).toEqual({ claims })
  })

  test.each([
    ['the tenant has none', {}, { claims: undefined }],
    ['the person is to use another account', { anotherAccount: true, loginHint: 'b@x.example' }, {}],
    ['it goes to another provider', { identityProvider: 'google' }, {}],
    ['it goes to the other environment', { environment: 'sandbox' }, {}],
  ] as const)('has no claims and no name if %s', async (_title, change, tenant) => {
    expect(await parametersOf(change, tenant as Partial<Tenant>)).toEqual({})
  })

  test('includes only the claims if the name can’t be opened, or the keys can’t be read', async () => {
    const { grant } = await named()
    expect(await parametersOf({}, { grant: { ...grant!, id: 'another-consent' } })).toEqual({ claims })
    const open = () => Promise.reject(new Error('out'))
    const out = { sealer: { ...sealer, open } }
    expect(await createPersonParameters(out, session, await named())).toEqual({ claims })
  })
})

describe('the row', () => {
  const row = (change: object = {}) =>
    fromTenantEntity({ ...toTenantEntity({ ...connected('vault:v/s/1/0'), claims }), ...change }, name)

  test('keeps claims unchanged, and shows them to no app', () => {
    expect(row()).toMatchObject({ claims })
    expect(JSON.stringify(toTenantView(row(), now))).not.toContain('capolids')
  })

  test.each(['{"access_token":', '[]', '', 7, sized(2001)])('is damaged by claims that are %j', (value) => {
    const read = row({ claims: value })
    expect(isDamaged(read) && read.damaged.column).toBe('claims')
    expect(isDamaged(read) && read.remains).not.toHaveProperty('claims')
    expect(isDamaged(read) && read.remains).toMatchObject({
      status: 'connected',
      grant: { id: expect.any(String) },
    })
  })
})
