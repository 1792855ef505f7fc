import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

const vaults = () => [world.stack.parts.vault, world.stack.parts.grantVault] as const
const controls = () => vaults().map(({ service }) => service.control)
const hostOf = (origin: string) => new URL(origin).host
const passedOver = () =>
  world.brokers
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith('{"event":"grant.vault_passed_over"'))
    .map((line) => JSON.parse(line) as { vault: string; status: number; code: string })

describe('of two vaults, one that does not take new grants refuses nobody', () => {
  afterEach(() => controls()[1]?.faults.clear())

  test.each([
    ['forbiddenByRbac', 403, 'ForbiddenByRbac'],
    ['forbiddenByFirewall', 403, 'ForbiddenByFirewall'],
    ['forbiddenByAccessPolicy', 403, 'ForbiddenByPolicy'],
    ['throttled', 429, 'Throttled'],
    ['serverError', 500, 'InternalServerError'],
    ['hang', 0, 'TimeLimitError'],
  ] as const)(
    '%s: ten of ten connect, and the log names the vault',
    async (kind, status, code) => {
      const [, broken] = vaults()
      const before = passedOver().length
      broken.service.control.faults.add({ kind, operation: 'set', name: 'grant-' })
      const connects = Array.from({ length: 10 }, () => world.connected())
      for (const tenant of await Promise.all(connects))
        expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
      // One time in a thousand, all of them begin with the other vault.
      while (passedOver().length === before) await world.connected()
      const told = passedOver().slice(before)
      expect(new Set(told.map(({ vault }) => vault))).toEqual(new Set([hostOf(broken.origin)]))
      expect(told[0]).toMatchObject({ status, code })
    },
    120_000,
  )
})

describe('a policy in Deny mode that demands an expiry date', () => {
  const demand = (requireExpiry: boolean) => {
    for (const { settings } of controls()) settings.requireExpiry = requireExpiry
  }
  beforeAll(() => demand(true))
  afterAll(() => demand(false))

  test('lets a tenant connect, refresh, and disconnect, and leaves no secret behind', async () => {
    const tenant = await world.connectedStale()
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
    expect(await world.refreshCalls()).toHaveLength(1)
    expect(await world.grantSecrets(tenant)).toHaveLength(1)
    expect((await world.call('DELETE', `/v1/tenants/${tenant}`)).status).toBe(200)
    expect(await world.grantSecrets(tenant)).toEqual([])
    const { checks } = (await world.call('GET', '/ready', { app: 'demo-operator' })).body
    for (const { origin } of vaults())
      expect(checks).toContainEqual(expect.objectContaining({ name: `vault ${hostOf(origin)}`, ok: true }))
    const lines = world.brokers.flatMap((broker) => broker.lines)
    expect(lines.filter((line) => /DisallowedByPolicy|mark_owed|not_stored/.test(line))).toEqual([])
  })
})

test('a policy that refuses every secret is told from a missing role', async () => {
  for (const { faults } of controls()) faults.add({ kind: 'forbiddenByPolicy', operation: 'set' })
  await expect(world.connected()).rejects.toThrow('did not connect')
  const failed = world.brokers
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith('{"event":"connect.failed"'))
  expect(JSON.parse(failed.at(-1) ?? '{}')).toMatchObject({
    code: 'storage_unavailable',
    reason: 'vault_policy',
  })
  for (const { faults } of controls()) faults.clear()
})

describe('a token that is good for more than a minute is vended although every vault', () => {
  afterEach(async () => {
    for (const { faults } of controls()) faults.clear()
    await world.signIn.settings({ accessTokenSeconds: 3600 })
  })

  test.each([
    ['forbiddenByRbac', 'set'],
    ['throttled', 'set'],
    ['hang', 'set'],
    ['throttled', 'get'],
    ['hang', 'get'],
  ] as const)('answers %s to %s', async (kind, operation) => {
    await world.signIn.settings({ accessTokenSeconds: 104 })
    const tenant = await world.connected()
    for (const { faults } of controls()) faults.add({ kind, operation, name: 'grant-' })
    const vends = Array.from({ length: 3 }, () => world.call('GET', `/v1/tenants/${tenant}/token`))
    expect((await Promise.all(vends)).map(({ status }) => status)).toEqual([200, 200, 200])
  })
})
