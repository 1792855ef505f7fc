import { odata } from '@azure/data-tables'
import { expect, inject } from 'vitest'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { Environment } from '../../shared/environment.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { type Called, openWorld } from '../end-to-end/world.ts'
import { openSwitch } from './switch.ts'

/** The two releases that run beside each other. */
export type Release = 'last' | 'this'

/** Both orders: what one release begins, the other ends. The rest is for titles. */
export const orders = [
  { one: 'last', other: 'this', first: 'the last release', second: 'this one' },
  { one: 'this', other: 'last', first: 'this release', second: 'the last one' },
] as const

/** The last release and this one on one stack, behind one address. */
export type SkewWorld = Awaited<ReturnType<typeof openSkewWorld>>

/** A row as it's stored, whoever wrote it. */
export type StoredRow = Readonly<Record<string, unknown>>

const workspace = 'demo'
/** Earlier than any time of the brokers' own. */
const hintAt = new Date('2001-01-01T00:00:00Z')
const holdKey = { partitionKey: 'hold', rowKey: 'production:microsoft' }

/** Opens a world; `close` it. Used refresh tokens are revoked, so a token that one release overlooks is a lost grant. */
export async function openSkewWorld(grantStore: 'sealed' | 'vault') {
  const settings = { GRANT_STORE: grantStore, ROW_CACHE_SECONDS: '0' }
  const world = await openWorld({ behindFront: true, strict: true, settings })
  const app = inject('lastRelease')
  const last = await world.addBroker({}, app)
  const ports: Record<Release, number> = { this: world.brokers[0]!.port, last: last.port }
  const front = await openSwitch(world.stack.ports.broker)
  front.to(ports.this)
  const rows = world.tableClient('Tenants')
  const keyOf = (tenant: string) => ({ partitionKey: tenantKey({ workspace, tenant }), rowKey: 'tenant' })
  const due = createDueTable({ RefreshDue: world.tableClient('RefreshDue') })
  const changeRow = (tenant: string, columns: StoredRow) =>
    rows.updateEntity({ ...keyOf(tenant), ...columns }, 'Merge')
  const states = world.tableClient('BrokerState')
  const hold = async (): Promise<object | undefined> => {
    const { partitionKey, rowKey } = holdKey
    const row = await states.getEntity<{ value: string }>(partitionKey, rowKey).catch(() => undefined)
    return row && JSON.parse(row.value)
  }
  return {
    ...world,
    grantStore,
    /** Everything that comes from outside, browsers included, goes to this release from now on. */
    at: (release: Release) => front.to(ports[release]),
    /** Starts each release again with other settings, as after a change of them. */
    async restart(changed: Record<string, string> = {}) {
      const [one, other] = await Promise.all([world.addBroker(changed), world.addBroker(changed, app)])
      Object.assign(ports, { this: one.port, last: other.port })
    },
    /** A tenant's status and token, as its app sees them at both releases. */
    async seen(tenant: string) {
      const seen: Record<string, unknown> = {}
      for (const release of ['last', 'this'] as const) {
        front.to(ports[release])
        const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
        const { status } = await world.call('GET', `/v1/tenants/${tenant}/token`)
        seen[release] = `${body.status} ${status}`
      }
      return seen
    },
    /** A tenant's row. */
    async row(tenant: string): Promise<StoredRow> {
      const { partitionKey, rowKey } = keyOf(tenant)
      return rows.getEntity(partitionKey, rowKey)
    },
    /** Writes columns beside the others, as a hand or another release does. */
    changeRow,
    /** Writes a whole row, like a restored backup. */
    restoreRow: (tenant: string, row: StoredRow) =>
      rows.updateEntity({ ...row, ...keyOf(tenant) }, 'Replace'),
    /** The times of a tenant's due rows. */
    async dueTimes(tenant: string): Promise<Date[]> {
      const { partitionKey } = keyOf(tenant)
      const times: Date[] = []
      for await (const { rowKey, dueAt } of world.tableClient('RefreshDue').listEntities<{ dueAt: Date }>())
        if (rowKey?.endsWith(partitionKey)) times.push(dueAt)
      return times
    },
    /** The row keys of a tenant's accounts. */
    async accountRows(tenant: string): Promise<string[]> {
      const filter = odata`PartitionKey eq ${keyOf(tenant).partitionKey} and RowKey lt ${'event'}`
      const found: string[] = []
      for await (const { rowKey } of rows.listEntities({ queryOptions: { filter } })) found.push(rowKey ?? '')
      return found
    },
    /**
     * Vends when the last token has expired, so that the release must refresh.
     * @param hours since the last refresh. Default is one, the token's life.
     */
    async refresh(release: Release, tenant: string, hours = 1): Promise<Called> {
      const refreshedAt = Date.now() - hours * 3_600_000 - 1000
      await changeRow(tenant, {
        accessTokenRefreshedAt: new Date(refreshedAt),
        accessTokenExpiresAt: new Date(refreshedAt + 3_600_000),
      })
      front.to(ports[release])
      return world.call('GET', `/v1/tenants/${tenant}/token`)
    },
    /** Lets the release sweep these tenants, whatever their time. @returns its report. */
    async sweep(release: Release, tenants: readonly string[], environment: Environment = 'production') {
      const hint = { workspace, environment, identityProvider: 'microsoft', dueAt: hintAt } as const
      for (const tenant of tenants) await due.insert({ ...hint, tenant })
      front.to(ports[release])
      const { status, body } = await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
      expect([status, body]).toEqual([200, expect.anything()])
      return body
    },
    /** The hold on production's Microsoft registration. */
    hold,
    /** The time for which it rests is over: the next one who asks probes. */
    async endHoldTime(): Promise<void> {
      const value = JSON.stringify({ ...(await hold()), until: new Date(0) })
      await states.updateEntity({ ...holdKey, value }, 'Merge')
    },
    /** What the vaults refuse from now on; without a fault, they work again. */
    vaultFault(fault?: { readonly operation: 'delete' | 'set'; readonly name: string }) {
      for (const { service } of [world.stack.parts.vault, world.stack.parts.grantVault]) {
        if (fault) service.control.faults.add({ ...fault, kind: 'forbiddenByRbac' })
        else service.control.faults.clear()
      }
    },
    async close() {
      await front.stop()
      await world.close()
    },
  }
}
