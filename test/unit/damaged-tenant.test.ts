import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { DamagedRowError } from '../../shared/domain/damagedRow.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { TenantPages } from '../../shared/domain/tenantPages.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { auditDueRows } from '../../shared/operations/audit.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { name } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'

const damage = { column: 'Grant', detail: 'isn’t JSON' }
const hour = 3600
const day = 24 * hour

/** A tenant whose row can't be read and was due three hours ago, in a broker that audits and sweeps at once. */
async function createGround({ withDueRow }: { readonly withDueRow: boolean }) {
  const times: string[] = []
  const own = refreshGround({
    with: ({ clock, tenants }) => ({
      log: (event) => void (event === 'tenant.damaged' && times.push(clock.now().toISOString())),
      tenants: { ...tenants, read: () => Promise.reject(new DamagedRowError(name, damage)) },
    }),
  })
  const { clock, dependencies, due, refresher } = own
  const dueAt = own.after(-3 * hour)
  const remains = await own.add({ dueAt })
  if (withDueRow && remains.grant) await due.insert(dueRowOf(remains, remains.grant, dueAt))
  const tenants: Pick<TenantStore, 'inspect'> = {
    inspect: async () => ({ damaged: damage, etag: '', remains }),
  }
  const counted = { status: 'connected', secrets: 0, versions: 0, leftOver: 0 } as const
  const pages: TenantPages = {
    hint: async () => undefined,
    list: async () => undefined,
    read: async () => ({ tenants: [{ ...name, dueAt, counted }] }),
  }
  return {
    ...{ clock, times },
    /** The audit's next page, and then a sweep. */
    async run() {
      await auditDueRows({ ...dependencies, pages, tenants })
      await sweep({ ...dependencies, refresher })
    },
    isDueAgain: async () => {
      const until = addSeconds(clock.now(), day)
      for (let shard = 0; shard < due.shardCount; shard++)
        for await (const page of due.due(shard, until)) if (page.length > 0) return page.length
      return 0
    },
  }
}

test.each([
  { withDueRow: true, first: ['2026-11-23T16:00:00.000Z'] },
  { withDueRow: false, first: [] },
])(
  'a damaged tenant is reported once a day, no matter how often the audit meets it; with a due row: $withDueRow',
  async ({ first, withDueRow }) => {
    const own = await createGround({ withDueRow })
    for (let passed = 0; passed < 2 * day; passed += 600) {
      await own.clock.run(own.run())
      own.clock.advance(600)
    }
    const midnights = ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z']
    expect(own.times).toEqual([...first, ...midnights])
    expect(await own.isDueAgain()).toBe(1)
  },
)
