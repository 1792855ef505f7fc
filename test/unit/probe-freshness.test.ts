import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { probeTenant } from '../../shared/diagnosis/probe.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { connected, name, now } from '../simulation/ground.ts'

/** Probes a tenant whose token has that age; the first call for a token ends it. */
function probe(secondsAgo: number) {
  const refreshedAt = addSeconds(now, -secondsAgo)
  const accessToken = { sealed: 'at', refreshedAt, expiresAt: addSeconds(now, 3000) }
  const tenant: Tenant = { ...connected('vault:x'), accessToken }
  const endWith = (what: string) => () => Promise.reject(new Error(what))
  const dependencies = {
    config: { environments: new Map() },
    clock: { now: () => now },
    tenants: { read: async () => ({ tenant, etag: '' }) },
    accessTokens: { get: endWith('the token is taken'), replace: endWith('the token is replaced') },
    developerTokens: { find: async () => ({ ok: false, reason: 'missing' }) },
  }
  return probeTenant(dependencies as never, name)
}

test('a token less than a minute old proves the grant to a probe, and an older one is refreshed', async () => {
  await expect(probe(59)).rejects.toThrow('the token is taken')
  await expect(probe(60)).rejects.toThrow('the token is replaced')
})
