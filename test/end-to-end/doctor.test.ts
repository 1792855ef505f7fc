import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { findFreePort } from '../../local/ports.ts'
import { serve } from '../../local/service.ts'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import type { Registration } from '../../scripts/doctor/registration.ts'
import { examine } from '../../scripts/doctor.ts'
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

/** Restarts everything that the test has stopped. */
afterEach(async () => {
  for (const part of Object.values(world.stack.parts)) await part.start()
})

const bad = ({ checks }: DoctorReport) => checks.filter(({ ok }) => ok === false).map(({ name }) => name)
const find = ({ checks }: DoctorReport, name: string) => checks.find((check) => check.name === name)

describe('on a working stack', () => {
  test('every check passes: from outside, through the broker’s own checks, and from its settings', async () => {
    const report = await examine({ settings, token })
    expect(bad(report)).toEqual([])
    expect(report.healthy).toBe(true)
    const names = report.checks.map(({ name }) => name)
    // Both versions of the directory's tokens.
    expect(names.filter((name) => name.startsWith('caller issuer: '))).toHaveLength(2)
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
        'developer token: production',
        'readiness',
        'broker state',
      ]),
    )
  })

  test('without a token, this process runs the same checks; with only a URL, the report names the missing ones', async () => {
    expect(bad(await examine({ settings }))).toEqual([])
    const fromFar = await examine({ url: broker.origin })
    expect(fromFar.healthy).toBe(true)
    expect(find(fromFar, 'readiness')).toMatchObject({
      ok: null,
      detail: expect.stringContaining('BROKER_TOKEN'),
    })
    expect(find(fromFar, 'sign-in')).toMatchObject({ ok: null })
  })

  test('the command prints a table or JSON and ends with 0, and with 1 if something is bad', {
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
    const strict = await doctor('--strict').catch((error) => error)
    expect(strict.stdout).not.toContain('✗')
    expect(strict.code).toBe(1)
    expect((await doctor('--strict', '--category', 'package')).stdout).toContain('✓ readiness')
    expect((await doctor('--category', 'all').catch((error) => error)).code).toBe(2)
  })
})

describe('on a broken stack', () => {
  test('settings: each fault is named with the command that sets it', async () => {
    const report = await examine({ settings: { ...settings, KEY_VAULT_URL: '' }, url: broker.origin })
    expect(bad(report)).toContain('setting KEY_VAULT_URL')
    expect(find(report, 'setting KEY_VAULT_URL')?.resolution).toContain(
      'az functionapp config appsettings set',
    )
  })

  test('a redirect URI that is not registered, and a client id that is unknown', async () => {
    const elsewhere = await examine({ settings: { ...settings, PUBLIC_URL: 'http://127.0.0.1:9' } })
    expect(find(elsewhere, 'redirect URI registered: production microsoft')).toMatchObject({
      ok: false,
      // The option replaces the list: existing URIs stay.
      resolution: expect.stringMatching(
        /--web-redirect-uris \$\(az ad app show .*\) http:\/\/127\.0\.0\.1:9\/oauth\/callback$/,
      ),
    })
    expect(bad(elsewhere)).toContain('redirect URI reachable')
    const unregistered = '55555555-5555-4555-8555-000000000000'
    const unknown = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_CLIENT_ID: unregistered } })
    expect(find(unknown, 'redirect URI registered: production microsoft')).toMatchObject({
      ok: false,
      detail: 'no such registration',
      resolution: expect.stringContaining("--settings 'PRODUCTION_MICROSOFT_CLIENT_ID=<client id>'"),
    })
    expect(bad(unknown)).not.toContain('redirect URI registered: sandbox microsoft')
  })

  test.each([
    ['AADSTS700016: Application with identifier was not found.', 'no such registration'],
    ['AADSTS50011: The redirect URI does not match.', 'not registered'],
    ['The provided value for the input parameter &#39;redirect_uri&#39; is not valid.', 'not registered'],
    ['AADSTS90033: A transient error has occurred.', 'unknown: the provider didn’t say'],
  ])('a page that repeats the request is read for its error: %s', async (words, detail) => {
    const page = await serve(
      ({ url }) => new Response(`<p>${words}</p><a href="${url}">again</a>`, { status: 400 }),
      { name: 'sign-in that refuses', port: 0 },
    )
    onTestFinished(() => page.stop())
    const PRODUCTION_MICROSOFT_AUTHORITY = `${page.origin}/common`
    const report = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_AUTHORITY } })
    expect(find(report, 'redirect URI registered: production microsoft')).toMatchObject({ detail })
  })

  test.each([
    ['Cg5pbnZhbGlkX2NsaWVudBIfVGhlIE9BdXRoIGNsaWVudCB3YXMgbm90IGZvdW5kLiCRAw%3D%3D', 'no such registration'],
    ['ChVyZWRpcmVjdF91cmlfbWlzbWF0Y2ggkAMyAggB', 'not registered'],
  ])('Google names the error in its page’s address: %s', async (authError, detail) => {
    const location = `/signin/oauth/error?authError=${authError}&flowName=GeneralOAuthFlow`
    const google = await serve(() => new Response(null, { status: 302, headers: { location } }), {
      name: 'Google that refuses',
      port: 0,
    })
    onTestFinished(() => google.stop())
    const GOOGLE_AUTHORIZE_URL = `${google.origin}/o/oauth2/v2/auth`
    const report = await examine({ settings: { ...settings, GOOGLE_AUTHORIZE_URL } })
    expect(find(report, 'redirect URI registered: production google')).toMatchObject({ ok: false, detail })
  })

  test('a broker with incomplete settings names them, and never their values', async () => {
    const port = await findFreePort()
    const WORKSPACES = '[{"workspace":"of Acme’s making"}]'
    const broken = await startBroker({
      stack: world.stack,
      port,
      settings: { KEY_VAULT_URL: '', WORKSPACES },
    })
    onTestFinished(() => broken.stop())
    const report = await examine({ url: broken.origin })
    expect(find(report, 'health')).toMatchObject({ detail: 'status 503 broker_not_configured' })
    expect(find(report, 'setting KEY_VAULT_URL')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^is missing: The vault for/),
      resolution: expect.stringContaining("--settings 'KEY_VAULT_URL="),
    })
    expect(find(report, 'setting WORKSPACES')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('isn’t valid'),
    })
    expect(JSON.stringify(report)).not.toContain('Acme’s')
    const vend = await fetch(`${broken.origin}/v1/tenants/acme/token`)
    expect(await vend.json()).not.toHaveProperty('settings')
  })

  test('a redirect URI under the wrong platform, if Microsoft Graph can be called', async () => {
    const { redirectUri } = world.broker.config
    const spa = { web: ['https://other.example/back'], spa: [redirectUri], publicClient: [] }
    const asked = async (registration: Registration | string) =>
      find(
        await examine({ settings, readRegistration: async () => registration }),
        'redirect URI under Web: production microsoft',
      )
    expect(await asked(spa)).toMatchObject({
      ok: false,
      detail: 'registered under spa',
      resolution: expect.stringContaining(
        `"web":{"redirectUris":["https://other.example/back","${redirectUri}"]}`,
      ),
    })
    expect(await asked({ ...spa, web: [redirectUri], spa: [] })).toMatchObject({ ok: true })
    expect(await asked({ ...spa, spa: [] })).toMatchObject({
      ok: false,
      resolution: expect.stringContaining(`--web-redirect-uris https://other.example/back ${redirectUri}`),
    })
    expect(await asked('you aren’t logged in: run az login')).toMatchObject({
      ok: null,
      detail: 'not checked: you aren’t logged in: run az login',
    })
  })

  test('a sign-in with a wrong address, or that is down', async () => {
    const PRODUCTION_MICROSOFT_AUTHORITY = `http://127.0.0.1:${world.stack.ports.google}/common`
    const elsewhere = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_AUTHORITY } })
    expect(bad(elsewhere)).toContain('sign-in table: production microsoft')
    await world.stack.parts.signIn.stop()
    expect(bad(await examine({ settings }))).toEqual(
      expect.arrayContaining(['sign-in table: production microsoft', 'sign-in table: sandbox microsoft']),
    )
  })

  test('a clock that is off by minutes', async () => {
    const late = await serve(
      () => new Response('{}', { headers: { date: new Date(Date.now() - 300_000).toUTCString() } }),
      { name: 'late broker', port: 0 },
    )
    onTestFinished(() => late.stop())
    const report = await examine({ url: late.origin })
    expect(find(report, 'clock against the broker')).toMatchObject({ ok: false, detail: '300 s apart' })
    const PRODUCTION_MICROSOFT_AUTHORITY = `${late.origin}/common`
    const other = await examine({ settings: { ...settings, PRODUCTION_MICROSOFT_AUTHORITY } })
    expect(find(other, 'clock against the identity provider')).toMatchObject({ ok: false })
  })

  test('a token without the operator’s role', async () => {
    const refused = await examine({ url: broker.origin, token: 'nonsense' })
    expect(find(refused, 'readiness')).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    const app = await world.stack.callerToken('demo-app')
    const notAllowed = await examine({ url: broker.origin, token: app })
    expect(find(notAllowed, 'readiness')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('403'),
      resolution: expect.stringContaining('Broker.Operate'),
    })
    // An operator sees readiness but no tenants: the report explains why the developer tokens weren't tested.
    expect(find(await examine({ url: broker.origin, token }), 'developer token: sandbox')).toMatchObject({
      ok: null,
      detail: expect.stringContaining('status 403 caller_not_allowed'),
    })
  })

  test.each([
    ['developer_token_refused', false],
    ['all_well', true],
    ['reauthorization_required', null],
  ])('a developer token for which a connected tenant’s live diagnosis returns %s', async (verdict, ok) => {
    const tenants = [
      { tenant: 'new', status: 'pending' },
      { tenant: 'acme', status: 'connected', environment: 'sandbox' },
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
    expect(find(report, 'developer token: sandbox')).toMatchObject({
      ok,
      detail: expect.stringContaining('tenant acme'),
    })
  })
})
