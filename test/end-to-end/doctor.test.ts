import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { serve } from '../../local/service.ts'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import { examine } from '../../scripts/doctor.ts'
import { createSecretClient } from '../../shared/storage/clients.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld
let broker: RunningBroker
let token: string
let settings: Record<string, string>

beforeAll(async () => {
  world = await openOperatorWorld()
  settings = world.stack.settings()
  broker = await startBroker({ stack: world.stack })
  token = await world.stack.callerToken('demo-operator')
  await sweepNow()
})

afterAll(async () => {
  await broker?.stop()
  await world?.stack.stop()
})

const sweepNow = () =>
  fetch(`${broker.origin}/v1/sweeps`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })

/** Everything is started again, whatever the test has stopped. */
afterEach(async () => {
  for (const part of Object.values(world.stack.parts)) await part.start()
})

const bad = ({ checks }: DoctorReport) => checks.filter(({ ok }) => ok === false).map(({ name }) => name)
const find = ({ checks }: DoctorReport, name: string) => checks.find((check) => check.name === name)

describe('on a stack where all is well', () => {
  test('every check is good, from outside, through the broker’s own eyes and beside its settings', async () => {
    const report = await examine({ settings, token })
    expect(bad(report)).toEqual([])
    expect(report.healthy).toBe(true)
    const names = report.checks.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'settings',
        'health',
        'redirect URI reachable',
        'redirect URI registered: production microsoft',
        'sign-in table: sandbox microsoft',
        'clock against the broker',
        'clock against the identity provider',
        'identity',
        'table Tenants',
        'secret production-developer-token',
        'secret sealing-keys',
        'queue refresh-chunks',
        'last sweep',
        'developer token',
      ]),
    )
  })

  test('without a token the same is seen from this process; with a URL alone it says what it could not see', async () => {
    expect(bad(await examine({ settings }))).toEqual([])
    const fromFar = await examine({ url: broker.origin })
    expect(fromFar.healthy).toBe(true)
    expect(find(fromFar, 'readiness')).toMatchObject({
      ok: null,
      detail: expect.stringContaining('BROKER_TOKEN'),
    })
    expect(find(fromFar, 'sign-in')).toMatchObject({ ok: null })
  })

  test('the command prints a table or JSON and ends with 0, and with 1 where something is bad', {
    timeout: 120_000,
  }, async () => {
    const file = join(world.stack.folder, 'doctor.settings.json')
    await writeFile(file, JSON.stringify({ Values: { ...settings, BROKER_TOKEN: token } }))
    const doctor = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['scripts/doctor.ts', '--settings', file, ...args])
    expect((await doctor()).stdout).toMatch(/^✓ settings +complete/)
    expect(JSON.parse((await doctor('--json')).stdout)).toMatchObject({ healthy: true })
    const failed = await doctor('--url', 'http://127.0.0.1:1').catch((error) => error)
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/✗ health .*status none\n +→ /)
  })
})

describe('on a stack that is broken', () => {
  test('settings: each fault is named with the command that sets it', async () => {
    const report = await examine({ settings: { ...settings, KEY_VAULT_URL: '' }, url: broker.origin })
    expect(bad(report)).toContain('setting KEY_VAULT_URL')
    expect(find(report, 'setting KEY_VAULT_URL')?.mend).toContain('az functionapp config appsettings set')
  })

  test('the vaults and the identity that opens them', async () => {
    await world.stack.parts.vault.stop()
    const report = await examine({ settings })
    expect(bad(report)).toContain('secret production-developer-token')
    expect(bad(report)).not.toContain('identity')
    const other = await examine({ settings: { ...settings, AZURE_CLIENT_ID: 'unknown' } })
    expect(bad(other)).toContain('identity')
  })

  test('secrets that are missing, expired or refused', async () => {
    const { main } = world.broker.vaults
    const name = 'sandbox-developer-token'
    const before = (await main.read(name))!
    await main.remove(name)
    expect(find(await examine({ settings }), `secret ${name}`)).toMatchObject({
      ok: false,
      detail: 'is missing',
      mend: expect.stringContaining('az keyvault secret set'),
    })
    const client = createSecretClient(world.broker.config, world.broker.credential, settings.KEY_VAULT_URL!)
    await (await client.beginRecoverDeletedSecret(name)).pollUntilDone()
    await client.setSecret(name, before.value, { expiresOn: new Date(Date.now() - 3 * 86_400_000) })
    expect(find(await examine({ settings }), `secret ${name}`)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('expired on 20'),
    })
    const restored = await main.write(name, before.value, {})
    await world.broker.standings.report(name, restored.version, 'refused')
    const report = await examine({ settings })
    expect(find(report, `secret ${name}`)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refused'),
    })
    await world.broker.standings.report(name, restored.version, 'accepted')
  })

  test('a redirect URI that is not registered, and a client id that is unknown', async () => {
    const elsewhere = await examine({ settings: { ...settings, PUBLIC_URL: 'http://127.0.0.1:9' } })
    expect(find(elsewhere, 'redirect URI registered: production microsoft')).toMatchObject({
      ok: false,
      mend: expect.stringContaining('--web-redirect-uris http://127.0.0.1:9/oauth/callback'),
    })
    expect(bad(elsewhere)).toContain('redirect URI reachable')
    const unknown = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_CLIENT_ID: 'unknown' } })
    expect(bad(unknown)).toContain('redirect URI registered: production microsoft')
    expect(bad(unknown)).not.toContain('redirect URI registered: sandbox microsoft')
  })

  test('a sign-in that is elsewhere or down', async () => {
    const PRODUCTION_MICROSOFT_AUTHORITY = `http://127.0.0.1:${world.stack.ports.google}/common`
    const elsewhere = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_AUTHORITY } })
    expect(bad(elsewhere)).toContain('sign-in table: production microsoft')
    await world.stack.parts.signIn.stop()
    expect(bad(await examine({ settings }))).toEqual(
      expect.arrayContaining(['sign-in table: production microsoft', 'sign-in table: sandbox microsoft']),
    )
  })

  test('a clock that is minutes away', async () => {
    const late = await serve(
      () => new Response('{}', { headers: { date: new Date(Date.now() - 300_000).toUTCString() } }),
      { name: 'late broker', port: 0 },
    )
    onTestFinished(() => late.stop())
    const report = await examine({ url: late.origin })
    expect(find(report, 'clock against the broker')).toMatchObject({ ok: false, detail: '300 s apart' })
  })

  test('a token that is not good for operators', async () => {
    const refused = await examine({ url: broker.origin, token: 'nonsense' })
    expect(find(refused, 'readiness')).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    const app = await world.stack.callerToken('demo-app')
    const notAllowed = await examine({ url: broker.origin, token: app })
    expect(find(notAllowed, 'readiness')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('403'),
      mend: expect.stringContaining('Broker.Operate'),
    })
  })

  test.each([
    ['developer_token_refused', false],
    ['all_well', true],
    ['reauthorization_required', null],
  ])('a developer token of which the live diagnosis of a connected tenant says %s', async (verdict, ok) => {
    const tenants = [
      { tenant: 'new', status: 'pending' },
      { tenant: 'acme', status: 'connected' },
    ]
    const answers: Record<string, object> = {
      'GET /v1/tenants': { tenants },
      'POST /v1/tenants/acme/diagnosis': { verdict },
    }
    const stub = await serve(
      ({ method, url }) => Response.json(answers[`${method} ${new URL(url).pathname}`] ?? {}),
      { name: 'broker that diagnoses', port: 0 },
    )
    onTestFinished(() => stub.stop())
    const report = await examine({ url: stub.origin, token: 'operator', appToken: 'app' })
    expect(find(report, 'developer token')).toMatchObject({
      ok,
      detail: expect.stringContaining('tenant acme'),
    })
  })

  test('a sweep that was long ago, and an environment on hold', async () => {
    const last = await world.broker.sweeps.read()
    const { report } = last!
    await world.broker.sweeps.write(report, new Date(Date.now() - 3_600_000))
    const now = new Date()
    await world.broker.environments.hold({
      environment: 'sandbox',
      identityProvider: 'microsoft',
      reason: 'client_secret_expired',
      traceId: 'trace-1',
      since: now,
      until: now,
    })
    const seen = await examine({ settings })
    expect(bad(seen)).toEqual(expect.arrayContaining(['last sweep', 'environment sandbox microsoft']))
    await world.broker.environments.release('sandbox', 'microsoft')
    await sweepNow()
  })

  // The last ones: this storage is empty when it comes back.
  test('storage that does not answer: every table and the queue', async () => {
    await world.stack.parts.azurite.stop()
    expect(bad(await examine({ settings }))).toEqual(
      expect.arrayContaining(['table Tenants', 'table RefreshDue', 'queue refresh-chunks', 'last sweep']),
    )
  })

  test('a table that is gone', async () => {
    await world.broker.tables.Tenants.deleteTable()
    const report = await examine({ settings })
    expect(find(report, 'table Tenants')).toMatchObject({ ok: false, mend: 'npm run rebuild-tables' })
  })
})
