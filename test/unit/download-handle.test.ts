import { createHash, randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { openHandle, sealHandle } from '../../shared/downloads/handle.ts'
import { Secret } from '../../shared/secret.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { connected } from '../simulation/ground.ts'

const newKey = (kid: string) => ({ kty: 'oct', kid, k: randomBytes(32).toString('base64url') })
const key = newKey(randomBytes(16).toString('hex'))
const sealerOf = (...keys: object[]) => createSealer(async () => new Secret(JSON.stringify({ keys })))
const sealer = sealerOf(key)

const ofConsent = (id: string): Tenant => {
  const tenant = connected('vault:x')
  return { ...tenant, grant: { ...tenant.grant!, id } }
}
const tenant = ofConsent(randomBytes(16).toString('hex'))
const startedAt = new Date('2026-11-30T10:00:00.123Z')
const started = {
  ...({ service: 'bulk', requestId: randomUUID(), accountId: '180101001', customerId: '250000101' } as const),
  startedAt,
}
const unknown = { code: 'download_not_found', extras: { members: { reason: 'handle_unknown' } } }

describe('a handle', () => {
  test.each(['bulk', 'reporting'] as const)('of %s says what was started', async (service) => {
    const handle = await sealHandle(sealer, tenant, { ...started, service })
    expect(await openHandle(sealer, tenant, handle)).toEqual({ ...started, service })
  })

  test('with the longest IDs is a segment that every front accepts, and needs no escaping', async () => {
    const longest = {
      ...started,
      service: 'reporting' as const,
      // Microsoft's reference: up to 40 characters. IDs are 64-bit numbers.
      requestId: 'x'.repeat(40),
      accountId: '9223372036854775807',
      customerId: '9223372036854775807',
    }
    const own = { ...ofConsent('y'.repeat(300)), workspace: 'w'.repeat(200), tenant: 't'.repeat(200) }
    const handle = await sealHandle(sealerOf(newKey('k'.repeat(300))), own, longest)
    expect(handle.length).toBeLessThan(260)
    expect(handle).toMatch(/^[\w-]+$/)
  })

  test('opens for its own tenant, environment, and consent alone', async () => {
    const handle = await sealHandle(sealer, tenant, started)
    for (const change of [{ tenant: 'other' }, { workspace: 'other' }, { environment: 'sandbox' as const }])
      await expect(openHandle(sealer, { ...tenant, ...change }, handle)).rejects.toMatchObject(unknown)
    await expect(openHandle(sealer, ofConsent('other'), handle)).rejects.toMatchObject({
      extras: { members: { reason: 'other_consent' } },
    })
  })

  test('opens after a rotation of the key, and not with other keys', async () => {
    const handle = await sealHandle(sealer, tenant, started)
    expect(await openHandle(sealerOf(newKey('newer'), key), tenant, handle)).toEqual(started)
    await expect(openHandle(sealerOf(newKey('newer')), tenant, handle)).rejects.toMatchObject(unknown)
    const sameName = sealerOf({ ...newKey(''), kid: key.kid })
    await expect(openHandle(sameName, tenant, handle)).rejects.toMatchObject(unknown)
  })

  test('of an earlier release opens, as a report’s', async () => {
    const contents = [started.requestId, '1', '2', tenant.grant?.id, startedAt.getTime()]
    const { workspace, tenant: name, environment } = tenant
    const context = { workspace, tenant: name, environment, use: 'download' as const }
    const former = (await sealer.seal(new Secret(JSON.stringify(contents)), context)).replace('..', '.')
    const opened = { ...started, service: 'reporting', accountId: '1', customerId: '2' }
    expect(await openHandle(sealer, tenant, former)).toEqual(opened)
    await expect(openHandle(sealer, ofConsent('other'), former)).rejects.toMatchObject({
      extras: { members: { reason: 'other_consent' } },
    })
  })

  test('changed in any character, cut, or invented opens nothing else', async () => {
    const handle = await sealHandle(sealer, tenant, started)
    const change = fc.record({
      at: fc.nat(handle.length - 1),
      by: fc.constantFrom(...'ABCwxyz0189-_.~% '),
      cut: fc.boolean(),
    })
    const forged = fc.oneof(
      fc.string({ maxLength: 400 }),
      fc.base64String({ maxLength: 400 }),
      change.map(({ at, by, cut }) => handle.slice(0, at) + (cut ? '' : by + handle.slice(at + 1))),
    )
    await fc.assert(
      fc.asyncProperty(forged, async (text) => {
        const opened = await openHandle(sealer, tenant, text).catch((error) => error)
        // The last character of a part can have bits that stand for nothing.
        if (opened.requestId) expect(opened).toEqual(started)
        else expect(opened).toMatchObject(unknown)
      }),
      { numRuns: 2000 },
    )
  })

  test('says nothing of the tenant, the account, or the consent', async () => {
    const handle = await sealHandle(sealer, tenant, started)
    const bytes = Buffer.from(handle, 'base64url').toString('latin1')
    const mark = createHash('sha256').update(tenant.grant!.id).digest('base64url').slice(0, 11)
    for (const word of [started.accountId, started.requestId, key.kid, mark])
      expect(`${handle} ${bytes}`).not.toContain(word)
  })
})
