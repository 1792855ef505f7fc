import { expect, inject } from 'vitest'
import type { Environment } from '../../shared/environment.ts'
import { type Called, openWorld } from '../end-to-end/world.ts'
import { openStored } from './stored.ts'
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

/** Opens a world; `close` it. Used refresh tokens are revoked, so a token that one release overlooks is a lost grant. */
export async function openSkewWorld(grantStore: 'sealed' | 'vault') {
  const settings = { GRANT_STORE: grantStore, ROW_CACHE_SECONDS: '0' }
  const world = await openWorld({ behindFront: true, otherReleases: true, strict: true, settings })
  const app = inject('lastRelease')
  const last = await world.addBroker({}, app)
  const ports: Record<Release, number> = { this: world.brokers[0]!.port, last: last.port }
  const front = await openSwitch(world.stack.ports.broker)
  const stored = openStored(world)
  const at = (release: Release) => front.to(ports[release])
  at('this')
  return {
    ...world,
    ...stored,
    /** Everything that comes from outside, browsers included, goes to this release from now on. */
    at,
    /** Starts each release again with other settings, as after a change of them. */
    async restart(changed: Record<string, string> = {}) {
      const [one, other] = await Promise.all([world.addBroker(changed), world.addBroker(changed, app)])
      Object.assign(ports, { this: one.port, last: other.port })
    },
    /** A tenant's status and token, as its app sees them at both releases. */
    async seen(tenant: string) {
      const seen: Record<string, string> = {}
      for (const release of ['last', 'this'] as const) {
        at(release)
        const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
        const { status } = await world.call('GET', `/v1/tenants/${tenant}/token`)
        seen[release] = `${body.status} ${status}`
      }
      return seen
    },
    /**
     * Vends when the last token has expired, so that the release must refresh.
     * @param hours since the last refresh. Default is one, the token's life.
     */
    async refresh(release: Release, tenant: string, hours = 1): Promise<Called> {
      await stored.expireToken(tenant, hours)
      at(release)
      return world.call('GET', `/v1/tenants/${tenant}/token`)
    },
    /** Vends twice at each release at the same moment, when the last token has expired. */
    async refreshAtBoth(tenant: string): Promise<Called[]> {
      await stored.expireToken(tenant, 1)
      const vend = (broker: number) => world.call('GET', `/v1/tenants/${tenant}/token`, { broker })
      return Promise.all([0, 1, 0, 1].map(vend))
    },
    /** Lets the release sweep these tenants, whatever their time. @returns its report. */
    async sweep(release: Release, tenants: readonly string[], environment: Environment = 'production') {
      for (const tenant of tenants) await stored.makeDue(tenant, environment)
      at(release)
      const { status, body } = await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
      expect([status, body]).toEqual([200, expect.anything()])
      return body
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
