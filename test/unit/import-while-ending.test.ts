import { expect, test } from 'vitest'
import { toRefusal } from '../../shared/domain/refusal.ts'
import { importGrant } from '../../shared/grants/importGrant.ts'
import { Secret } from '../../shared/secret.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { createVirtualClock } from './virtualClock.ts'

/** An import whose refresh takes 2 s and is refused. */
function importing() {
  const clock = createVirtualClock()
  const unfinishedCommits = createUnfinishedCommits(clock)
  const asked: string[] = []
  const dependencies = {
    ...{ clock, unfinishedCommits, config: { microsoftPersonalTenant: 'consumers', workspaces: [] } },
    signInTable: () => ({ environment: 'production', identityProvider: 'microsoft', scopes: [] }),
    grantServices: { tenants: { read: async () => undefined } },
    tokenEndpoints: {
      refresh: async () => {
        asked.push('refresh')
        await clock.sleep(2000)
        return { ok: false, refusal: toRefusal('mfa_required') }
      },
    },
  } as never
  const request = { environment: 'production', refreshToken: new Secret('rt') } as never
  const run = () => importGrant(dependencies, { workspace: 'w', tenant: 't' }, request)
  return { asked, clock, run, unfinishedCommits }
}

test('an instance that is taken away waits for an import, whose refresh token may be a new one by then', async () => {
  const { clock, run, unfinishedCommits } = importing()
  const imported = run().catch((error: unknown) => error)
  await clock.run(clock.sleep(500))
  expect(await clock.run(unfinishedCommits.end(4))).toBe(0)
  expect(clock.passed()).toBe(2)
  const connect = {
    path: '/v1/tenants/t/connect-sessions',
    body: { environment: 'production', identityProvider: 'microsoft' },
  }
  expect(await imported).toMatchObject({ code: 'grant_refused', extras: { members: { connect } } })
})

test('after that it imports nothing, and sends no token', async () => {
  const { asked, clock, run, unfinishedCommits } = importing()
  await unfinishedCommits.end(4)
  await expect(clock.run(run())).rejects.toMatchObject({
    code: 'storage_unavailable',
    extras: { members: { reason: 'instance_ending' } },
  })
  expect(asked).toEqual([])
})
