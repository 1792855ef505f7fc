import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../../local/service.ts'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import { examine } from '../../scripts/doctor.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { Secret } from '../../shared/secret.ts'
import { createSecretClient } from '../../shared/storage/clients.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld
let settings: Record<string, string>

beforeAll(async () => {
  world = await openOperatorWorld()
  settings = world.stack.settings()
})

afterAll(() => world?.stack.stop())

/** Restarts everything that the test has stopped. */
afterEach(async () => {
  for (const part of Object.values(world.stack.parts)) await part.start()
})

/** Runs the doctor through a broker in this process, without HTTP. */
const look = (other: Record<string, string> = {}) => examine({ settings: { ...settings, ...other } })
/** The bad rows, except those about the missing broker process. */
const bad = ({ checks }: DoctorReport) =>
  checks.flatMap(({ name, ok }) =>
    ok === false && !/^(health|redirect URI reachable)$/.test(name) ? name : [],
  )
const find = ({ checks }: DoctorReport, name: string) => checks.find((check) => check.name === name)

/** Makes a vault misbehave for the rest of the test. */
async function breakVault(origin: string, fault: object) {
  const init = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }
  await fetch(`${origin}/_control/faults`, { method: 'POST', ...init })
  onTestFinished(async () => {
    await fetch(`${origin}/_control/faults`, { method: 'DELETE' })
  })
}

test('before the first sweep there is none, and afterwards there is', async () => {
  expect(find(await look(), 'last sweep')).toMatchObject({ ok: false, detail: 'none yet' })
  await runSweep(world.broker)
  expect(find(await look(), 'last sweep')).toMatchObject({ ok: true })
})

describe('the vaults', () => {
  test('are reported if they are down or if the identity returns no token', async () => {
    await world.stack.parts.vault.stop()
    const report = await look()
    expect(bad(report)).toContain('secret production-developer-token')
    expect(bad(report)).not.toContain('identity')
    const other = find(await look({ AZURE_CLIENT_ID: '6d1e0b3a-1b2c-4d5e-8f90-123456789abc' }), 'identity')
    expect(other).toMatchObject({ ok: false, detail: expect.stringMatching(/no token: \w+/) })
  })

  test('are reported within the doctor’s patience if the main one hangs, and it is named', async () => {
    const { origin } = world.stack.parts.vault
    await breakVault(origin, { operation: 'get', kind: 'hang' })
    const { host } = new URL(origin)
    const report = await look()
    expect(find(report, 'readiness')).toMatchObject({ ok: true })
    expect(find(report, 'secret sealing-keys')).toMatchObject({
      ok: false,
      category: 'operator',
      detail: `no answer from ${host} within 8 s`,
    })
    expect(bad(report).filter((name) => !name.startsWith('secret '))).toEqual([`vault ${host}`])
  })

  test('a disabled secret is enabled again', async () => {
    const client = createSecretClient(world.broker.config, world.broker.credential, settings.KEY_VAULT_URL!)
    const { version = '' } = (await client.getSecret('sandbox-developer-token')).properties
    await client.updateSecretProperties('sandbox-developer-token', version, { enabled: false })
    expect(find(await look(), 'secret sandbox-developer-token')).toMatchObject({
      ok: false,
      detail: 'is disabled',
    })
    await client.updateSecretProperties('sandbox-developer-token', version, { enabled: true })
  })

  test.each(['get', 'set', 'delete'] as const)('are reported if they refuse to %s', async (operation) => {
    const { origin } = world.stack.parts.grantVault
    await breakVault(origin, { operation, name: 'readiness-probe', kind: 'forbiddenByRbac' })
    const name = `vault ${new URL(origin).host}`
    expect(find(await look(), name)).toMatchObject({ ok: false, detail: 'ForbiddenByRbac (403)' })
  })

  test.each(['forbiddenByPolicy', 'requestDisallowedByPolicy'])(
    'are reported if a policy refuses the probe (%s)',
    async (kind) => {
      const { origin } = world.stack.parts.grantVault
      await breakVault(origin, { operation: 'set', name: 'readiness-probe', kind })
      const name = `vault ${new URL(origin).host}`
      expect(find(await look(), name)).toMatchObject({ ok: false, detail: 'DisallowedByPolicy (403)' })
    },
  )

  test('keep only one deleted probe, no matter how often they are checked', async () => {
    for (let count = 0; count < 3; count++) expect(bad(await look())).toEqual([])
    const { origin } = world.stack.parts.grantVault
    const client = createSecretClient(world.broker.config, world.broker.credential, origin)
    const deleted: string[] = []
    for await (const { name } of client.listDeletedSecrets()) deleted.push(name)
    expect(deleted).toEqual(['readiness-probe'])
    await (await client.beginRecoverDeletedSecret('readiness-probe')).pollUntilDone()
    let versions = 0
    for await (const _ of client.listPropertiesOfSecretVersions('readiness-probe')) versions++
    expect(versions).toBe(1)
  })
})

describe('secrets', () => {
  const name = 'sandbox-developer-token'
  const expiresOn = new Date(Date.now() + 365 * 86_400_000)

  test('that are missing, expired or refused', async () => {
    const { main } = world.broker.vaults
    const before = (await main.read(name))!
    await main.remove(name)
    expect(find(await look(), `secret ${name}`)).toMatchObject({
      ok: false,
      detail: 'is deleted',
      resolution: `az keyvault secret recover --vault-name localhost --name ${name}`,
    })
    const client = createSecretClient(world.broker.config, world.broker.credential, settings.KEY_VAULT_URL!)
    await (await client.beginRecoverDeletedSecret(name)).pollUntilDone()
    await client.setSecret(name, before.value.expose(), { expiresOn: new Date(Date.now() - 3 * 86_400_000) })
    expect(find(await look(), `secret ${name}`)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('expired on 20'),
      resolution: expect.stringContaining(`--name ${name}-next `),
    })
    const restored = await main.write(name, before.value, { expiresOn })
    await world.broker.secretHealth.report(name, restored.version, 'refused')
    expect(find(await look(), `secret ${name}`)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refused'),
    })
    await world.broker.secretHealth.report(name, restored.version, 'accepted')
  })

  test('whose successor has expired before its use', async () => {
    const client = createSecretClient(world.broker.config, world.broker.credential, settings.KEY_VAULT_URL!)
    expect(find(await look(), `secret ${name}-next`)).toBeUndefined()
    await client.setSecret(`${name}-next`, 'new', { expiresOn: new Date(Date.now() - 86_400_000) })
    expect(bad(await look())).toEqual([`secret ${name}-next`])
    await client.setSecret(`${name}-next`, 'new', { expiresOn: new Date(Date.now() + 86_400_000) })
    expect(find(await look(), `secret ${name}-next`)).toMatchObject({ ok: true })
    await client.beginDeleteSecret(`${name}-next`)
  })

  test('an invalid or missing set of sealing keys', async () => {
    const { main } = world.broker.vaults
    const before = (await main.read('sealing-keys'))!
    await main.write('sealing-keys', new Secret('a note'), { expiresOn })
    expect(find(await look(), 'secret sealing-keys')).toMatchObject({
      ok: false,
      detail: 'isn’t a JWK set',
      resolution: expect.stringContaining('list-versions'),
    })
    await main.write('sealing-keys', before.value, { expiresOn })
    await main.remove('sealing-keys')
    expect(find(await look(), 'secret sealing-keys')).toMatchObject({
      ok: false,
      detail: 'is deleted',
      resolution: 'az keyvault secret recover --vault-name localhost --name sealing-keys',
    })
    const client = createSecretClient(world.broker.config, world.broker.credential, settings.KEY_VAULT_URL!)
    await (await client.beginRecoverDeletedSecret('sealing-keys')).pollUntilDone()
  })
})

describe('the host’s storage by identity', () => {
  /** Azure Storage as the probes see it: with the rights, nothing is found; without them, everything is refused. */
  async function openStorage(refused: (request: Request) => boolean) {
    const service = await serve(
      (request) => {
        const allowed = /^Bearer ey/.test(request.headers.get('authorization') ?? '') && !refused(request)
        return new Response(null, { status: allowed ? 404 : 403 })
      },
      { name: 'storage', port: 0 },
    )
    onTestFinished(() => service.stop())
    return {
      AzureWebJobsStorage: '',
      AzureWebJobsStorage__queueServiceUri: `${service.origin}/queues/`,
      AzureWebJobsStorage__blobServiceUri: `${service.origin}/blobs/`,
    }
  }

  test('passes if it allows the host’s operations', async () => {
    const report = await look(await openStorage(() => false))
    expect(find(report, 'queue refresh-chunks')).toMatchObject({
      ok: true,
      detail: 'may be used: see, take from, put into',
    })
    expect(find(report, 'blobs of the host')).toMatchObject({ ok: true, detail: 'may be used: read, lease' })
  })

  test.each([
    ['queue refresh-chunks', 'put into', (r: Request) => r.method === 'POST'],
    ['queue refresh-chunks', 'take from', (r: Request) => r.url.endsWith('/readiness-probe/messages')],
    ['blobs of the host', 'lease', (r: Request) => r.url.includes('comp=lease')],
    ['blobs of the host', 'read', (r: Request) => r.url.includes('/blobs/')],
  ])('is reported if it refuses: %s, %s', async (name, right, refused) => {
    expect(find(await look(await openStorage(refused)), name)).toMatchObject({
      ok: false,
      detail: `${right}: status 403`,
    })
  })

  test('is reported if it is down', async () => {
    const nowhere = 'http://127.0.0.1:1'
    const report = await look({
      AzureWebJobsStorage: '',
      AzureWebJobsStorage__queueServiceUri: nowhere,
      AzureWebJobsStorage__blobServiceUri: nowhere,
    })
    expect(bad(report)).toEqual(['queue refresh-chunks', 'blobs of the host'])
  })
})

describe('tables', () => {
  test('of an account that refuses the broker', async () => {
    const other = settings.TABLES_CONNECTION_STRING!.replace(
      /AccountKey=[^;]+/,
      `AccountKey=${btoa('another')}`,
    )
    const report = await look({ TABLES_CONNECTION_STRING: other })
    expect(find(report, 'table SignIns')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('(403)'),
    })
    // Unreadable state is neither good nor bad.
    expect(find(report, 'broker state')).toMatchObject({ ok: false })
    expect(find(report, 'last sweep')).toMatchObject({ ok: null })
  })

  test('with an old sweep, and with an environment on hold', async () => {
    const { report } = (await world.broker.sweeps.read())!
    await world.broker.sweeps.write(report, new Date(Date.now() - 3_600_000))
    const hold = { environment: 'sandbox', identityProvider: 'microsoft', traceId: 'trace-1' } as const
    const now = new Date()
    await world.broker.environments.placeHold({
      ...hold,
      reason: 'client_secret_expired',
      since: now,
      until: now,
    })
    const seen = await look()
    expect(bad(seen)).toEqual(['environment sandbox microsoft', 'last sweep'])
    expect(find(seen, 'environment sandbox microsoft')).toMatchObject({
      detail: expect.stringContaining('client_secret_expired, trace id trace-1'),
      resolution: expect.stringContaining('--name sandbox-microsoft-client-secret-next '),
    })
    // A daily sweep is late after three days.
    expect(bad(await look({ REFRESH_SCHEDULE: '0 0 3 * * *' }))).toEqual(['environment sandbox microsoft'])
    expect((await runSweep(world.createBroker())).report.holds).toEqual(['sandbox:microsoft'])
    await world.broker.environments.release({ environment: 'sandbox', identityProvider: 'microsoft' })
    expect((await runSweep(world.createBroker())).report.holds).toEqual([])
  })

  // Must be last, because this storage is empty after its restart.
  test('that do not answer, all of them, and the queue', async () => {
    await world.stack.parts.azurite.stop()
    const report = await look()
    expect(bad(report)).toEqual(
      expect.arrayContaining(['table Tenants', 'table RefreshDue', 'queue refresh-chunks', 'broker state']),
    )
    expect(find(report, 'table Tenants')?.resolution).toBe('npm run stack')
  })

  test('with a missing one', async () => {
    await world.broker.tables.SignIns.deleteTable()
    expect(bad(await look())).toEqual(['table SignIns', 'last sweep'])
    expect(find(await look(), 'table SignIns')).toMatchObject({ ok: false, detail: 'does not exist' })
  })
})
