import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import { kindOfGrant } from '../../shared/domain/holds.ts'
import type { Grant, TenantName } from '../../shared/domain/tenant.ts'
import { readHolds } from '../../shared/refresh/readHolds.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { grantOf } from '../simulation/ground.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const plain = refusalOf(400, 'invalid_grant', 70000)
const tenantOf = (index: number): TenantName => ({ workspace: 'w', tenant: `t${index}` })
const personal = { accountKind: 'personal', authorityTenant: 'consumers' } as const

/** Due tenants with these differences from a personal account's grant; the provider refuses all without a cause. */
async function refusedTenants(grants: readonly Partial<Grant>[], answer = () => plain) {
  const own = refreshGround({ answer })
  for (const [index, more] of grants.entries()) {
    const added = await own.add({}, tenantOf(index))
    const stored = own.tenants.row(tenantOf(index))
    const { reference = '' } = added.grant ?? {}
    const grant = { ...grantOf(reference, `person-${index}`), ...personal, ...more }
    if (stored) await own.tenants.replace(stored, { ...stored.tenant, grant }, [])
  }
  const sweep = async () => {
    const outcomes: string[] = []
    for (const [index] of grants.entries())
      outcomes.push((await own.clock.run(own.refresher.refresh(tenantOf(index), { for: 'sweep' }))).outcome)
    return outcomes
  }
  const held = () => own.holds.map(({ kind, reason }) => ({ kind, reason }))
  return { ...own, sweep, held }
}

const people = (count: number, more: Partial<Grant> = {}) => Array.from({ length: count }, () => more)

describe('grants that are refused without a cause', () => {
  test('hold their kind with the fifth person, and ring the operator once', async () => {
    const { held, logged, rowOf, sweep } = await refusedTenants(people(6))
    expect(await sweep()).toEqual([...Array(5).fill('refused'), 'passed_on'])
    expect(held()).toEqual([{ kind: 'personal:consumers', reason: 'grant_refused' }])
    const rings = logged.filter(({ event }) => event === 'environment.held')
    expect(rings).toMatchObject([{ fields: { identityProvider: 'microsoft', kind: 'personal:consumers' } }])
    // It only loses its lease: the refusal says nothing about this grant.
    expect(rowOf(tenantOf(4))).toMatchObject({ status: 'connected' })
    expect(rowOf(tenantOf(4))).not.toHaveProperty('trouble')
    expect(rowOf(tenantOf(4))).not.toHaveProperty('lease')
  })

  test('go to the end of the line, so that the next probe is another tenant’s', async () => {
    const { clock, due, logged, refresher, rowOf, sweep, tenants } = await refusedTenants(people(7))
    await sweep()
    const [last, next] = [tenantOf(5), tenantOf(6)]
    const before = rowOf(next)
    await clock.run(clock.sleep(61_000))
    const { outcome } = await clock.run(refresher.refresh(last, { for: 'sweep' }))
    expect(outcome).toBe('refused')
    const dueAt = clock.now()
    expect(rowOf(last)).toMatchObject({ status: 'connected', dueAt })
    expect(rowOf(last)).not.toHaveProperty('trouble')
    expect([...due.rows()].filter(({ tenant }) => tenant === last.tenant)).toMatchObject([{ dueAt }])
    expect(rowOf(next)).toEqual(before)
    expect(tenants.history(last)).toEqual([])
    expect(logged.filter(({ event }) => event === 'environment.held')).toHaveLength(1)
  })

  test('aren’t found again by a hint that isn’t the tenant’s own', async () => {
    const { clock, dependencies, due, refresher, rowOf } = await refusedTenants(people(1))
    const row = rowOf(tenantOf(0))!
    await due.insert(dueRowOf(row, row.grant!, addSeconds(clock.now(), -100)))
    await clock.run(sweep({ ...dependencies, refresher }))
    const { dueAt } = rowOf(tenantOf(0))!
    expect([...due.rows()].map((hint) => hint.dueAt)).toEqual([dueAt])
  })

  test('end by themselves if there are only four people', async () => {
    const { clock, held, rowOf, sweep } = await refusedTenants(people(4))
    await sweep()
    await clock.run(clock.sleep(5000))
    await sweep()
    expect(held()).toEqual([])
    expect(rowOf(tenantOf(0))?.status).toBe('reauthorization_required')
  })

  test.each([
    ['many tenants of one person', people(9, { consenter: { issuer: 'i', subject: 'one', hint: 'h' } })],
    ['grants that have never been refreshed', people(9, { unproven: true })],
    [
      'several kinds',
      [...people(4), ...people(4, { authorityTenant: 'common' }), ...people(4, { accountKind: 'work' })],
    ],
  ])('hold nothing if they are %s', async (_title, grants) => {
    const { held, sweep } = await refusedTenants(grants)
    await sweep()
    expect(held()).toEqual([])
  })

  test('of people without an identity are told apart by their tenants', async () => {
    const { held, sweep } = await refusedTenants(
      people(5, { consenter: { issuer: '', subject: '', hint: 'h' } }),
    )
    await sweep()
    expect(held()).toHaveLength(1)
  })

  test('are counted again after a success of their kind', async () => {
    let call = 0
    const { held, sweep } = await refusedTenants(people(9), () => (++call === 5 ? anHour : plain))
    await sweep()
    expect(held()).toEqual([])
  })

  test('with a cause hold nothing', async () => {
    const { held, rowOf, sweep } = await refusedTenants(people(9), () =>
      refusalOf(400, 'invalid_grant', 50173),
    )
    await sweep()
    expect(held()).toEqual([])
    expect(rowOf(tenantOf(8))?.status).toBe('reauthorization_required')
  })
})

test('the kind of a grant is its account’s, and a personal account’s has its authority', () => {
  const grant = grantOf('', 'first')
  expect(kindOfGrant(grant)).toBe('work')
  expect(kindOfGrant({ ...grant, accountKind: 'google' })).toBe('google')
  expect(kindOfGrant({ ...grant, ...personal })).toBe('personal:consumers')
})

test('every hold of a configured registration is shown, with those of its kinds of grants', async () => {
  const settings = { environment: 'production', microsoft: { authority: { tenant: 'common' } }, google: {} }
  const config = { environments: new Map([['production', settings]]), microsoftPersonalTenant: 'consumers' }
  const asked: object[] = []
  const read = async (scope: object) => {
    asked.push(Object.values(scope).slice(1))
    return undefined
  }
  expect(await readHolds(config as never, { read })).toEqual([])
  const kinds = [
    ['microsoft'],
    ['microsoft', 'work'],
    ['microsoft', 'personal:consumers'],
    ['microsoft', 'personal:common'],
  ]
  expect(asked).toEqual([...kinds, ['google'], ['google', 'google']])
})
