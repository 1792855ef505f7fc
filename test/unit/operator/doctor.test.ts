import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serve } from '../../../local/service.ts'
import { checkFromOutside, readNames, readReadiness } from '../../../scripts/doctor/broker.ts'
import { type Category, type Finding, toReport } from '../../../scripts/doctor/finding.ts'
import { createReadRegistration } from '../../../scripts/doctor/registration.ts'
import { sweepExpectedSince } from '../../../scripts/doctor/schedule.ts'
import { findToken } from '../../../scripts/doctor/token.ts'
import { resolutionsOf } from '../../../shared/ready/resolutions.ts'

describe('the verdict', () => {
  const line = (category: Category, ok: boolean | null): Finding => ({
    name: 'health',
    category,
    ok,
    detail: '',
  })
  const healthy = (lines: Finding[], options = {}) => toReport(lines, options).healthy

  test('is bad if a row is, and in strict mode also if one is unknown', () => {
    expect(healthy([line('package', true), line('operator', null)])).toBe(true)
    expect(healthy([line('package', true), line('operator', null)], { strict: true })).toBe(false)
    expect(healthy([line('package', false)])).toBe(false)
  })

  test.each([
    ['package', false],
    ['operator', true],
  ] as const)('about a package with a bad row of the %s is good: %s', (of, good) => {
    expect(healthy([line(of, false)], { category: 'package' })).toBe(good)
    expect(healthy([line(of, false)], { category: 'operator' })).toBe(!good)
    expect(healthy([line(of, null)], { category: 'package', strict: true })).toBe(good)
  })
})

describe('a sweep is late if three scheduled ones are missing', () => {
  const now = new Date('2026-11-24T16:22:30Z')
  test.each([
    ['0 */5 * * * *', '2026-11-24T16:10:00.000Z'],
    ['*/5 * * * *', '2026-11-24T16:10:00.000Z'],
    ['0 0 3 * * *', '2026-11-22T03:00:00.000Z'],
    ['*/30 * * * * *', '2026-11-24T16:12:30.000Z'],
    ['no schedule', '2026-11-24T16:10:00.000Z'],
    [undefined, '2026-11-24T16:10:00.000Z'],
  ])('%s', (schedule, since) => {
    expect(sweepExpectedSince(schedule, now).toISOString()).toBe(since)
  })

  test.each([
    ['0 0 3 * * *', '2026-11-21T03:00:00.000Z'],
    ['0 0 3 13 * FRI', '2026-02-13T03:00:00.000Z'],
    ['0 0 3 29 2 MON', '1960-02-29T03:00:00.000Z'],
    ['0 0 3 30 2 *', '2026-11-24T02:45:00.000Z'],
  ])('%s, without the one that is due right now', (schedule, since) => {
    expect(sweepExpectedSince(schedule, new Date('2026-11-24T03:00:00Z')).toISOString()).toBe(since)
  })
})

test('the broker’s own checks are waited for twice as long as any other answer', async () => {
  const patience: Record<string, number> = {}
  const limit = vi.spyOn(AbortSignal, 'timeout')
  vi.stubGlobal('fetch', async (url: string) => {
    patience[new URL(url).pathname] = Number(limit.mock.lastCall?.[0])
    return new Response('{}', { status: 503 })
  })
  onTestFinished(() => {
    limit.mockRestore()
    vi.unstubAllGlobals()
  })
  const broker = { url: 'https://broker.example.com', names: { app: '', group: '' }, token: 'token' }
  await checkFromOutside(broker)
  await readReadiness(broker)
  expect(patience).toEqual({ '/health': 20_000, '/oauth/callback': 20_000, '/ready': 40_000 })
})

test('names come from variables, otherwise from the app’s own host name', () => {
  const group = { RESOURCE_GROUP: 'rg-broker' }
  expect(readNames(group, 'https://func-broker.azurewebsites.net')).toEqual({
    app: 'func-broker',
    group: 'rg-broker',
  })
  const unique = 'https://func-broker-a1b2c3d4e5f6a7b8.westeurope-01.azurewebsites.net'
  expect(readNames({}, unique)).toEqual({ app: 'func-broker', group: '<group>' })
  expect(readNames({ AZURE_FUNCTION_NAME: 'func-blue' }, unique).app).toBe('func-blue')
  expect(readNames({}, 'https://broker.example.com').app).toBe('<app>')
})

test('a missing right is fixed by a command that names role, identity, and resource', () => {
  const identity = { managedIdentityClientId: '3c2f0d6e' }
  const vault = resolutionsOf(identity, 'https://grants1.vault.azure.net', 'Key Vault Secrets Officer')
  expect(vault.refused).toContain("--role 'Key Vault Secrets Officer' --assignee 3c2f0d6e --scope")
  expect(vault.refused).toContain('az keyvault show --name grants1 --query id')
  const tables = resolutionsOf({}, 'https://account.table.core.windows.net', 'Storage Table Data Contributor')
  expect(tables.unreachable).toContain('az storage account show --name account')
  expect(resolutionsOf(identity, 'http://127.0.0.1:10002/devstoreaccount1', '').refused).toBe('npm run stack')
})

describe('a registration', () => {
  const clientId = '1f2e3d4c-0000-4000-8000-000000000000'
  const signIn = { clientId, authorizeUrl: 'https://login.example/authorize' }

  test('is read through Microsoft Graph as the logged-in user', async () => {
    const graph = await serve(
      ({ url, headers }) =>
        url.includes(`/v1.0/applications(appId='${clientId}')`) &&
        headers.get('authorization') === 'Bearer mine'
          ? Response.json({ web: { redirectUris: ['https://a'] }, spa: { redirectUris: ['https://b'] } })
          : Response.json({ code: 'Authorization_RequestDenied' }, { status: 403 }),
      { name: 'graph', port: 0 },
    )
    onTestFinished(() => graph.stop())
    const read = createReadRegistration(async () => 'mine', graph.origin)
    expect(await read(signIn)).toEqual({ web: ['https://a'], spa: ['https://b'], publicClient: [] })
    expect(await createReadRegistration(async () => 'other', graph.origin)(signIn)).toMatch(/status 403/)
  })

  test('is not requested if no user is logged in, or if the client ID isn’t an Entra client ID', async () => {
    const read = createReadRegistration(() => Promise.reject(new Error('az login')))
    expect(await read(signIn)).toContain('az login')
    expect(await read({ ...signIn, clientId: 'local' })).toContain('isn’t an Entra client ID')
    const local = { ...signIn, authorizeUrl: 'http://127.0.0.1:8400/common/oauth2/v2.0/authorize' }
    expect(await read(local)).toContain('isn’t an Entra client ID')
  })
})

test('without a token, the Azure CLI’s message is kept', async () => {
  const path = process.env.PATH
  onTestFinished(() => {
    process.env.PATH = path
  })
  process.env.PATH = '/nowhere'
  expect(await findToken(undefined, {})).toBeUndefined()
  expect(await findToken(undefined, { BROKER_TOKEN: ' given ' })).toEqual({ token: 'given' })
  expect(await findToken(undefined, { API_CLIENT_ID: 'api' })).toEqual({
    noToken: expect.stringMatching(/no token for api\/\.default: \S+/),
  })
  await expect(findToken('nowhere.token', {})).rejects.toThrow('Can’t read')
})
