import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webClients } from '../../local/settings.ts'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { addSeconds } from '../../shared/clock.ts'
import { grantOwnerOf } from '../../shared/domain/grants.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { pruneSealingKeys } from '../../shared/operations/pruneSealingKeys.ts'
import { sealingKeysName } from '../../shared/secrets/brokerSecrets.ts'
import { addSealingKey } from '../../shared/secrets/sealingKeys.ts'
import { createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { createStorageClock } from '../../shared/storage/storageClock.ts'
import { type OperatorWorld, openOperatorWorld } from '../end-to-end/operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

/** What a thief posts to the sign-in, with whatever credential they have. */
async function redeem(refreshToken: string, credential: Record<string, string>) {
  const url = `${world.stack.parts.signIn.origin}/consumers/oauth2/v2.0/token`
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...credential }
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  const { error, access_token: token } = (await answer.json()) as Record<string, string>
  return { error, hasToken: token !== undefined }
}

const credentialOf = (environment: 'production' | 'sandbox') => ({
  client_id: webClients[environment].microsoft,
  client_secret: `local-value-of-${environment}-microsoft-client-secret`,
})

async function grantOf(name: TenantName) {
  const tenant = await world.read(name)
  const { grant } = tenant
  if (!grant) throw new Error('not connected')
  return { tenant, grant, owner: grantOwnerOf(tenant, grant) }
}

describe('a stolen version of a grant’s secret', () => {
  let stolen: string
  let name: TenantName

  beforeAll(async () => {
    name = await world.connect('stolen', 'ada@outlook.example')
    const { grant, owner } = await grantOf(name)
    stolen = (await world.broker.grantStores.vault.read(grant.reference, owner))?.expose() ?? ''
    expect(stolen.length).toBeGreaterThan(20)
  })

  test('is worth nothing without the broker’s own credential, or with another registration’s', async () => {
    const { client_id } = credentialOf('production')
    expect(await redeem(stolen, { client_id })).toEqual({ error: 'invalid_client', hasToken: false })
    const guessed = { client_id, client_secret: 'guessed' }
    expect(await redeem(stolen, guessed)).toEqual({ error: 'invalid_client', hasToken: false })
    expect(await redeem(stolen, credentialOf('sandbox'))).toEqual({ error: 'invalid_grant', hasToken: false })
  })

  test('works together with that credential, even after a rotation: Microsoft ends it, not the broker', async () => {
    expect(await world.refreshes(name)).toBe(true)
    expect(await redeem(stolen, credentialOf('production'))).toEqual({ error: undefined, hasToken: true })
  })
})

describe('with sealed grants', () => {
  const later = { ...createStorageClock(() => undefined), now: () => addSeconds(new Date(), 601) }
  let names: readonly [TenantName, TenantName]

  beforeAll(async () => {
    names = [
      await world.connect('sealed-ada', 'ada@outlook.example'),
      await world.connect('sealed-grace', 'grace@contoso.example'),
    ]
    await migrateGrants(world.broker, 'sealed')
  })

  const change = async (name: TenantName, changed: (tenant: Tenant) => Tenant) => {
    const stored = await world.broker.tenants.read(name)
    if (!stored) throw new Error('no row')
    await world.broker.tenants.replace(stored, changed(stored.tenant), [])
  }

  test('a refresh token that is copied to another tenant’s row opens nothing there', async () => {
    const [ada, grace] = names
    const { grant: theirs } = await grantOf(ada)
    const { tenant: before, grant: own } = await grantOf(grace)
    expect(theirs.reference).toMatch(/^sealed:/)
    await change(grace, (tenant) => ({
      ...tenant,
      grant: { ...own, id: theirs.id, reference: theirs.reference },
    }))
    expect(await world.refreshes(grace)).toBe(false)
    expect((await world.read(grace)).trouble?.reason).toBe('grant_unreadable')
    await change(grace, () => before)
    expect(await world.refreshes(ada)).toBe(true)
  })

  test('a stolen old version of the sealing keys opens nothing once the keys have been changed', async () => {
    const { broker } = world
    const [ada] = names
    const vault = broker.vaults.main
    const stolen = (await vault.read(sealingKeysName))?.value
    const thief = createSealedGrants(createSealer(async () => stolen))
    const before = await grantOf(ada)
    expect(await thief.read(before.grant.reference, before.owner)).toBeDefined()
    await addSealingKey({ ...broker, vault })
    expect(await pruneSealingKeys({ ...world.createBroker(), clock: later })).toMatchObject({ pruned: true })
    const after = await grantOf(ada)
    expect(await thief.read(after.grant.reference, after.owner)).toBeUndefined()
    expect(await world.refreshes(ada)).toBe(true)
  })
})
