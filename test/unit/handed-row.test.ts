import { expect, test } from 'vitest'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { name } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'

/** A process that vends, with the number of times that it read a row. */
function vending(afterRead: (read: number, own: ReturnType<typeof refreshGround>) => Promise<unknown>) {
  let reads = 0
  const own = refreshGround({
    with: ({ tenants }) => ({
      tenants: {
        ...tenants,
        async read(wanted) {
          const stored = await tenants.read(wanted)
          await afterRead(++reads, own)
          return stored
        },
      },
    }),
  })
  const limits = { rowCacheSeconds: 30, vendLimitSeconds: 20 }
  const accessTokens = createAccessTokens({ ...own.dependencies, refresher: own.refresher, ...limits })
  return { ...own, reads: () => reads, vend: () => own.clock.run(accessTokens.get(name)) }
}

test('a vend that refreshes reads its row once', async () => {
  const own = vending(async () => undefined)
  await own.add({ lastVendedAt: own.clock.now() })
  expect(await own.vend()).toMatchObject({ ok: true })
  expect(own.calls()).toBe(1)
  expect(own.reads()).toBe(1)
})

test('a tenant that was disconnected after the vend read its row is neither refreshed nor vended', async () => {
  const own = vending(async (read, { tenants }) => {
    const row = tenants.row(name)
    if (read === 1 && row) await tenants.replace(row, { ...row.tenant, status: 'disconnected' }, [])
  })
  await own.add({ lastVendedAt: own.clock.now() })
  const disconnected = { stored: { tenant: { status: 'disconnected' } } }
  expect(await own.vend()).toMatchObject({ because: 'not_refreshed', outcome: disconnected })
  expect(own.calls()).toBe(0)
})

test('a refresh that waited for another one reads the row again', async () => {
  const own = vending(async () => undefined)
  await own.add()
  const stored = own.tenants.row(name)
  const sweep = own.refresher.refresh(name, { for: 'sweep' })
  const replacement = own.refresher.refresh(name, { for: 'replacement', seen: own.after(3600) }, { stored })
  await own.clock.run(Promise.all([sweep, replacement]))
  // The sweep's and the replacement's own; with the old row, a refused lease would cost one more.
  expect(own.reads()).toBe(2)
})
