import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { PendingGrant, Tenant } from '../../shared/domain/tenant.ts'
import { rebuildTenant } from '../../shared/operations/rebuild.ts'
import { planRebuild } from '../../shared/operations/rebuildPlan.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { connected, ground, name, now, owner, pendingOf } from '../simulation/ground.ts'

const vault = { host: 'v.example' } as never
const at = (seconds: number) => addSeconds(now, seconds)
const secret = (id: string, seconds: number) => ({ vault, name: `grant-${id}`, writtenOn: at(seconds) })
const rowOf = (reference: string): Tenant => connected(reference)
const naming = (id: string) => rowOf(`vault:v.example/grant-${id}/1/0`)
const pendingAt = (seconds: number): Tenant => {
  const { grant } = naming('a')
  const pendingGrant = { grant: { ...grant, consentedAt: at(seconds) } } as PendingGrant
  return { ...name, environment: 'production', status: 'pending', createdAt: now, pendingGrant }
}
const disconnected: Tenant = { ...name, environment: 'production', status: 'disconnected', createdAt: now }

describe('a rebuild', () => {
  // The consent of every row is from second 0.
  test.each([
    ['a row whose secret is there', naming('a'), [secret('a', 5)], undefined, 'keep'],
    ['a row with a sealed grant', rowOf('sealed:x'), [secret('a', 5)], undefined, 'keep'],
    ['a disconnected row', disconnected, [secret('a', 5)], undefined, 'keep'],
    ['a row whose secret alone is gone', naming('a'), [secret('old', -5)], undefined, 'keep'],
    [
      'a row that was restored from before a reconnect',
      naming('a'),
      [secret('b', 5)],
      undefined,
      ['grant-b'],
    ],
    ['the same with a mark', naming('a'), [secret('b', 5), secret('a', 0)], at(3), ['grant-b']],
    [
      'a tenant without a row',
      undefined,
      [secret('b', 5), secret('a', 1)],
      undefined,
      ['grant-b', 'grant-a'],
    ],
    [
      'the same, disconnected between its secrets',
      undefined,
      [secret('b', 5), secret('a', 1)],
      at(3),
      ['grant-b'],
    ],
    ['a tenant that was disconnected after its secrets', undefined, [secret('a', 5)], at(5), 'end'],
    ['a restored row with a grant from before a disconnect', naming('a'), [secret('a', 1)], at(3), 'end'],
    ['a restored row with a pending grant from before a disconnect', pendingAt(0), [], at(3), 'end'],
    ['a row with a pending grant from after the mark', pendingAt(0), [], at(-3), 'keep'],
    ['a row that was connected after the mark', naming('a'), [secret('a', 5)], at(-3), 'keep'],
  ] as const)('decides about %s', (_title, row, grants, disconnectedAt, expected) => {
    const planned = planRebuild({ row, grants, disconnectedAt })
    expect('grants' in planned ? planned.grants.map((each) => each.name) : planned.plan).toEqual(expected)
  })

  test('disconnects a restored row with a pending grant from before a disconnect again', async () => {
    const own = ground()
    const pendingGrant = await pendingOf(own, 'code')
    await own.tenants.create({ ...pendingAt(0), pendingGrant }, [])
    const dependencies = { config: { backupRetentionDays: 90 }, grantServices: own.dependencies } as never
    const tagged = { vault: { ...own.vault, isReadOnly: false }, name: 'grant-a', owner, writtenOn: at(0) }
    const mark = { ...owner, disconnectedAt: at(3), expiresOn: at(9) } as never
    expect(await rebuildTenant(dependencies, [tagged as never], mark)).toBe('disconnected')
    expect(own.row()).toMatchObject({ status: 'disconnected', disconnectedAt: at(3) })
    expect(own.row()).not.toHaveProperty('pendingGrant')
    expect(own.live()).toEqual([])
  })

  test('finds grants newest first and the latest mark of each tenant, in all vaults', async () => {
    const listed = (secrets: readonly object[]) =>
      ({
        async *list() {
          yield* secrets
        },
      }) as never
    const mark = (seconds: number) => ({
      name: 'disconnected-1',
      tags: { ...owner, disconnectedAt: at(seconds).toISOString() },
    })
    const grant = (id: string, seconds: number) => ({ ...secret(id, seconds), tags: owner })
    const { grants, marks } = await findTagged([
      listed([grant('a', 1), mark(4), { name: 'readiness-probe', tags: {} }]),
      listed([mark(2), grant('b', 5), { ...grant('c', 9), tags: {} }]),
    ])
    expect(grants.map((each) => each.map((found) => found.name))).toEqual([['grant-b', 'grant-a']])
    expect([...marks.values()].map(({ disconnectedAt }) => disconnectedAt)).toEqual([at(4)])
  })
})
