import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOpenPlaces } from '../canary/openPlaces.ts'
import { createSecretSearch } from '../canary/secretSearch.ts'
import { addWorldSecrets } from '../canary/worldSecrets.ts'
import { type Called, openWorld, type World } from './world.ts'

const ada = 'ada@outlook.example'
const pasted = 'canary-pasted-3b7d90ce61f2'
let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { ROW_CACHE_SECONDS: '0' } })
})

afterAll(() => world.close())

/** What the broker lets out of each thing that can happen to a tenant, by the name of what happened. */
async function everything(): Promise<Map<string, Called | string>> {
  const out = new Map<string, Called | string>()
  const call = async (
    name: string,
    method: string,
    path: string,
    options: Parameters<World['call']>[2] = {},
  ) => {
    const called = await world.call(method, path, options)
    out.set(name, called)
    return called
  }
  const tenant = await world.connectedStale(ada)
  const path = `/v1/tenants/${tenant}`
  await call('refreshing vend', 'GET', `${path}/token`)
  await call('OAuth vend', 'POST', `${path}/oauth/token`, {
    raw: 'grant_type=client_credentials',
    type: 'application/x-www-form-urlencoded',
  })
  await call('discovery', 'POST', `${path}/accounts/discover`)
  await call('live diagnosis', 'POST', `${path}/diagnosis`)
  const failed = { status: 401, body: `{"Errors":[{"Code":105,"Message":"Bearer ${pasted}"}]}` }
  await call('diagnosis of a pasted failure', 'POST', `${path}/diagnosis`, { body: failed })
  await call('pass-through', 'POST', `${path}/ads/customerManagement/User/Query`, { body: {} })
  await outages(call, path)
  const dead = { environment: 'production', refreshToken: pasted }
  await call('import of a dead grant', 'POST', `/v1/tenants/${world.newTenant()}/grants`, { body: dead })
  const [refreshToken] = await world.grantSecrets()
  const body = { environment: 'production', refreshToken }
  await call('import', 'POST', `/v1/tenants/${world.newTenant()}/grants`, { body })
  await call('sweep', 'POST', '/v1/sweeps', { app: 'demo-operator' })
  await call('readiness', 'GET', '/ready', { app: 'demo-operator' })
  out.set('doctor', await runDoctor())
  await call('events', 'GET', `${path}/events`)
  await call('tenants', 'GET', '/v1/tenants')
  return out
}

type Call = (name: string, method: string, path: string, options?: object) => Promise<Called>

/** A failure at each of the services that the broker calls. */
async function outages(call: Call, path: string): Promise<void> {
  const { azurite, grantVault, vault } = world.stack.parts
  for (const kind of ['serverError', 'revoked', 'expiredClientSecret']) {
    const tenant = await world.connectedStale(ada)
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind })
    await call(`vend, sign-in: ${kind}`, 'GET', `/v1/tenants/${tenant}/token`)
    await world.signIn.clear()
  }
  for (const [status, fault] of [
    [401, { kind: 'fault', code: 105 }],
    [503, { kind: 'serverError', status: 503 }],
  ] as const) {
    await world.advertising.fault(fault)
    const target = `${path}/ads/customerManagement/User/Query`
    await call(`pass-through, Microsoft answers ${status}`, 'POST', target, { body: {} })
    await world.advertising.clear()
  }
  azurite.service.control.faults.add({ kind: 'serverBusy', table: 'Tenants', rows: 1 })
  await call('vend, tables busy', 'GET', `${path}/token`)
  azurite.service.control.faults.clear()
  const stale = await world.connectedStale(ada)
  for (const { service } of [vault, grantVault]) service.control.faults.add({ kind: 'serverError' })
  await call('vend, vaults failing', 'GET', `/v1/tenants/${stale}/token`)
  for (const { service } of [vault, grantVault]) service.control.faults.clear()
  const ended = await world.connected(ada)
  await call('disconnect', 'DELETE', `/v1/tenants/${ended}`)
}

/** The doctor's report, with the operator's token and the broker's own settings. */
async function runDoctor(): Promise<string> {
  const file = join(world.stack.folder, 'canary.settings.json')
  await writeFile(file, JSON.stringify({ Values: { ...world.stack.settings(), ...world.settings } }))
  const env = { ...process.env, BROKER_TOKEN: await world.stack.callerToken('demo-operator') }
  const script = join(import.meta.dirname, '../../scripts/doctor.ts')
  return new Promise((resolve) =>
    execFile(process.execPath, [script, '--url', world.origin, '--settings', file], { env }, (_, out, err) =>
      resolve(out + err),
    ),
  )
}

describe('recognizable secrets', () => {
  test('are in no log line, span, metric, row, address, or answer, whatever happens to a tenant', async () => {
    const search = createSecretSearch()
    const places = createOpenPlaces({ world, search })
    await addWorldSecrets(world, search)
    search.add('a pasted credential', pasted)
    for (const app of ['demo-app', 'other-app', 'demo-operator'] as const)
      search.add(`the caller’s token of ${app}`, await world.stack.callerToken(app))
    const out = await everything()
    await addWorldSecrets(world, search)
    const vends = ['refreshing vend', 'OAuth vend'].map((name) => out.get(name) as Called)
    const given = vends.map(({ body }): string => body.accessToken ?? body.access_token)
    for (const [index, token] of given.entries()) search.add(`access token ${index}`, token)
    const own = new Set(['access token 0', 'access token 1', 'production-developer-token'])

    expect(search.size()).toBeGreaterThan(15)
    const refused = [...out].flatMap(([name, said]) =>
      typeof said === 'string' || said.status < 400 ? [] : [`${said.status} ${name}`],
    )
    // The rest was done.
    expect(refused).toEqual([
      '503 vend, sign-in: serverError',
      '409 vend, sign-in: revoked',
      '503 vend, sign-in: expiredClientSecret',
      '401 pass-through, Microsoft answers 401',
      '503 pass-through, Microsoft answers 503',
      '503 vend, tables busy',
      '503 vend, vaults failing',
      '422 import of a dead grant',
    ])
    // The doctor looked at the whole of it.
    expect(out.get('doctor')).toContain('sign-in table')
    for (const [name, said] of out) {
      const text = typeof said === 'string' ? said : JSON.stringify([[...said.headers], said.body])
      expect([name, search.find(text, name.endsWith(' vend') ? own : undefined)]).toEqual([name, []])
    }
    await world.stack.parts.collector.service.waitForMetric('token_broker.vend.duration')
    expect(places.searchTelemetry()).toEqual([])
    expect(await places.searchStored()).toEqual([])
  })

  test('would be found: as they are, encoded, in part, and as any signed token', () => {
    const search = createSecretSearch()
    const long = 'q7Zt-0aBcDeFgHiJkLmNoPqRsTuVwXyZ-0123456789_abcdefghij+/=k'
    search.add('one', long)
    const spellings = [
      long,
      encodeURIComponent(long),
      Buffer.from(long).toString('base64'),
      Buffer.from(long).toString('base64url'),
      Buffer.from(long).toString('hex'),
      long.slice(10, -10),
    ]
    for (const spelling of spellings) expect(search.find(`x ${spelling} y`)).toEqual(['one'])
    expect(search.find(long, new Set(['one']))).toEqual([])
    expect(search.find('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.')).toEqual(['a signed token'])
    expect(() => search.add('two', 'short')).toThrow('too short')
  })
})
