import { expect, test, vi } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { toVendedTenant } from '../../shared/domain/vendedTenant.ts'
import { Secret } from '../../shared/secret.ts'
import { createTokenMemory, sealOfToken, type TokenMemory } from '../../shared/vend/tokenMemory.ts'
import { liveMebibytes } from '../bench/liveMemory.ts'

const mebibyte = 2 ** 20
const heap = vi.hoisted(() => ({ limit: 0 }))
vi.mock('node:v8', async (original) => {
  const real = await original<typeof import('node:v8')>()
  return { ...real, getHeapStatistics: () => ({ ...real.getHeapStatistics(), heap_size_limit: heap.limit }) }
})

/** A text of its own, as a parsed answer has it, and not a view of another one. */
const ownText = (text: string, characters: number): string =>
  JSON.parse(JSON.stringify(text.padEnd(characters, 'x')))

/** A connected tenant as it's read from its row, with texts as long as Microsoft's. */
function tenantNumber(number: number): Tenant {
  const sealed = ownText(`sealed-${number}-`, 2300)
  const [at, until] = [new Date(2026, 10, 30), new Date(2026, 10, 30, 1)]
  return {
    workspace: ownText('agency', 6),
    tenant: ownText(`tenant-${number}`, 1),
    environment: 'production',
    status: 'connected',
    createdAt: at,
    lastVendedAt: new Date(at),
    accountsGeneration: ownText(`mh3k2p9q5f3c1a2b${number}`, 1),
    defaultAccount: { accountId: ownText(`18000${number}`, 1), customerId: ownText(`25000${number}`, 1) },
    grant: {
      id: ownText(`${number}`, 36),
      reference: `sealed:${sealed}`,
      identityProvider: 'microsoft',
      scopes: ['https://ads.microsoft.com/msads.manage', 'openid', 'profile', 'offline_access'].map((scope) =>
        ownText(scope, 1),
      ),
      accountKind: 'work',
      authorityTenant: ownText(`directory-${number}`, 36),
      consenter: { issuer: 'https://login.example', subject: `${number}`, hint: 'a…@acme.example' },
      consentedAt: at,
      advertisingUserId: ownText(`7000${number}`, 1),
    },
    accessToken: { sealed, expiresAt: until, refreshedAt: new Date(at) },
    writeIds: [ownText(`write-${number}`, 36)],
  }
}

function rememberNumber(memory: TokenMemory, number: number): Tenant {
  const tenant = tenantNumber(number)
  const accessToken = new Secret(ownText(`token-${number}-`, 1500))
  const { expiresAt } = tenant.accessToken!
  const value = {
    ...({ ok: true, accessToken, expiresAt } as const),
    ...{ tenant: toVendedTenant(tenant), seal: sealOfToken(tenant)! },
  }
  memory.remember(tenant, { value, readAt: Date.now() })
  return tenant
}

test('the bytes that are counted are those of the heap, and at most a third more', () => {
  const [memory, count] = [createTokenMemory(1024 * mebibyte), 10_000]
  rememberNumber(memory, 0)
  const before = liveMebibytes() - memory.bytes() / mebibyte
  for (let number = 1; number < count; number++) rememberNumber(memory, number)
  const inHeap = liveMebibytes() - before
  expect(memory.bytes() / mebibyte / inHeap).toBeGreaterThan(1)
  expect(memory.bytes() / mebibyte / inHeap).toBeLessThan(1.34)
})

test('50,000 active tenants fit into a quarter of the heap that an instance of 2,048 MB has', () => {
  heap.limit = 1024 * mebibyte
  const memory = createTokenMemory()
  const first = rememberNumber(memory, 0)
  const token = memory.recall(first)!
  for (let number = 1; number < 50_000; number++)
    memory.remember({ ...first, tenant: `tenant-${number}` }, token)
  expect(memory.peek(first)).toBeDefined()
})

test('beyond the bound, the tenants that were vended longest ago are dropped', () => {
  heap.limit = 4 * mebibyte
  const memory = createTokenMemory()
  const tenants = Array.from({ length: 100 }, (_, number) => rememberNumber(memory, number))
  for (let number = 100; number < 1000; number++) {
    memory.recall(tenants[0]!)
    rememberNumber(memory, number)
    expect(memory.bytes()).toBeLessThanOrEqual(mebibyte)
  }
  expect(memory.bytes()).toBeGreaterThan(0.9 * mebibyte)
  expect(memory.peek(tenants[0]!)).toBeDefined()
  expect(memory.peek(tenants[1]!)).toBeUndefined()
})

test('what is remembered of a row holds neither sealed texts nor references', () => {
  const memory = createTokenMemory(mebibyte)
  const tenant = rememberNumber(memory, 1)
  const kept = JSON.stringify(memory.peek(tenant))
  expect(kept).not.toContain(tenant.accessToken!.sealed)
  expect(kept).not.toContain('reference')
  expect(kept).toContain('"accessToken":"[secret]"')
})
