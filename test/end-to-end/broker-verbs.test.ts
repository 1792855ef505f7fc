import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callerSecret, callingApps } from '../../local/callers.ts'
import { openWorld, type World } from './world.ts'

let world: World
/** Comes first in the command's PATH: a stand-in for the Azure CLI and for what opens a browser. */
let folder: string

beforeAll(async () => {
  world = await openWorld()
  folder = await mkdtemp(join(tmpdir(), 'broker-verbs-'))
  const token = await world.stack.callerToken('demo-operator')
  const answer = JSON.stringify({ accessToken: token, expires_on: Math.floor(Date.now() / 1000) + 3000 })
  await writeProgram('az', `echo "$@" >> ${folder}/az.log\ncat <<'END'\n${answer}\nEND`)
  await writeProgram('xdg-open', `echo "$1" > ${folder}/opened`)
})

afterEach(() => world.advertising.clear())

afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

async function writeProgram(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

/** The demo app's login, by the names that `npm start` prints. */
const asApp = {
  AZURE_CLIENT_ID: callingApps['demo-app'].clientId,
  AZURE_CLIENT_SECRET: callerSecret('demo-app'),
}

function start(args: readonly string[], login: Readonly<Record<string, string>> = asApp) {
  const path = [folder, process.env.PATH].join(delimiter)
  const env = { PATH: path, HOME: folder, BROKER_URL: world.origin, ...login }
  return spawn(process.execPath, ['scripts/broker.ts', ...args], { env })
}

/** Runs `npm run broker -- …`; each is a process that logs in by itself. */
async function run(
  args: readonly string[],
  { input = '', login }: { readonly input?: string; readonly login?: Readonly<Record<string, string>> } = {},
) {
  const child = start(args, login)
  child.stdin.end(input)
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

/** A person's login is the Azure CLI's. */
const asPerson = { login: {} }

describe('connect', () => {
  test('prints the link, opens it, and ends with the consent', async () => {
    const tenant = world.newTenant()
    const child = start(['connect', '--tenant', tenant, '--open'])
    const err = text(child.stderr)
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const link = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
    expect(link).toContain(`${world.origin}/oauth/authorize?session=`)
    await expect.poll(() => readFile(join(folder, 'opened'), 'utf8').catch(() => '')).toBe(`${link}\n`)
    await world.finish(link, 'ada@outlook.example')
    expect(await ended).toBe(0)
    expect(await err).toMatch(/Connected\.\nTenant +\S+\n/)
    expect(await err).toMatch(/^Vended +a token until \S+/m)
    expect(await err).toMatch(/^Called +Microsoft Advertising knows this user as ada@outlook\.example$/m)
  })

  test('of a tenant that is connected but can’t be used says what to do', async () => {
    const tenant = world.newTenant()
    const child = start(['connect', '--tenant', tenant])
    const err = text(child.stderr)
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const link = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
    // The first call is that of the sign-in.
    await world.advertising.fault({ kind: 'fault', code: 106, path: '/User/Query', after: 1 })
    await world.finish(link, 'ada@outlook.example')
    expect(await ended).toBe(1)
    expect(await err).toMatch(/^Vended +a token/m)
    expect(await err).toContain(
      `The tenant is connected. To learn more: npm run broker -- diagnose --tenant ${tenant}`,
    )
  })

  test('ends with the failure of the sign-in, as JSON for programs', async () => {
    await world.signIn.forgetConsents()
    const child = start(['connect', '--tenant', world.newTenant(), '--json'])
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const created = JSON.parse((await lines.next()).value ?? '')
    await world.finish(created.connectUrl, 'ada@outlook.example', 'decline')
    expect(JSON.parse((await lines.next()).value ?? '')).toMatchObject({
      session: created.id,
      state: 'failed',
    })
    expect(await ended).toBe(1)
  })

  test('says why there is no link', async () => {
    const url = ['--return-url', 'https://elsewhere.example/']
    expect(await run(['connect', '--tenant', world.newTenant(), ...url])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^invalid_request \(HTTP 400\)\n.*returnUrl.*\nWho acts +your app/),
    })
  })
})

describe('tenants', () => {
  test('lists the workspace’s tenants, or shows one', async () => {
    const tenant = await world.connected()
    const { code, out } = await run(['tenants'])
    expect(code).toBe(0)
    expect(out).toMatch(/^TENANT +ENVIRONMENT +STATUS/)
    expect(out).toMatch(new RegExp(`^${tenant} +production +connected +a…@outlook.example +\\d+`, 'm'))
    const one = await run(['tenants', '--tenant', tenant, '--json'])
    expect(JSON.parse(one.out)).toMatchObject({ tenant, status: 'connected' })
  })

  test('isn’t for a person, and says what is', async () => {
    const { code, err } = await run(['tenants'], asPerson)
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('caller_not_allowed') })
    expect(err).toContain('Tenants.Manage is for apps. A person (az login) can only have Broker.Operate.')
    const asked = await readFile(join(folder, 'az.log'), 'utf8')
    expect(asked).toMatch(/--resource 66666666-\S+ --tenant 44444444-/)
  })
})

describe('accounts', () => {
  test('lists what the tenant reaches, after asking Microsoft again', async () => {
    const { code, out } = await run(['accounts', '--tenant', await world.connected(), '--discover'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ACCOUNT +NUMBER +NAME/)
    expect(out).toMatch(/^\d+ +[A-Z]\d+ .* default$/m)
    const usable = ['--usable', '--search', 'no such name']
    const none = await run(['accounts', '--tenant', await world.connected(), ...usable])
    expect(none).toMatchObject({ code: 0, out: '', err: expect.stringContaining('no such accounts') })
  })

  test('of a tenant that doesn’t exist is refused', async () => {
    const { code, err } = await run(['accounts', '--tenant', 'missing'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('tenant_not_found') })
  })
})

describe('vend', () => {
  test('shows what belongs to a token, but neither token', async () => {
    const tenant = await world.connected()
    const shown = await run(['vend', '--tenant', tenant])
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining(`${tenant} (production)`) })
    const json = await run(['vend', '--tenant', tenant, '--json'])
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    for (const secret of [body.accessToken, body.developerToken])
      expect(shown.out + shown.err + json.out).not.toContain(secret)
    expect(JSON.parse(json.out)).toMatchObject({
      accountId: body.accountId,
      headers: { CustomerAccountId: body.accountId },
    })
  })

  test('with --show-token prints the headers of a call, and what they can do', async () => {
    const tenant = await world.connected()
    const { code, err, out } = await run(['vend', '--tenant', tenant, '--show-token'])
    const headers = Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(': ') as [string, string]),
    )
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('anyone can act') })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(headers).toEqual(body.headers)
  })

  test('isn’t for a person; of a tenant that isn’t connected, it names the command that connects it', async () => {
    const tenant = world.newTenant()
    await world.session(tenant)
    const person = await run(['vend', '--tenant', tenant], asPerson)
    expect(person).toMatchObject({ code: 1, err: expect.stringContaining('Tokens.Vend is for apps.') })
    const app = await run(['vend', '--tenant', tenant])
    expect(app).toMatchObject({ code: 1, err: expect.stringMatching(/^tenant_not_connected/) })
    expect(app.err).toMatch(new RegExp(`^Command +npm run broker -- connect --tenant ${tenant}$`, 'm'))
    const json = await run(['vend', '--tenant', tenant, '--json'])
    expect({ code: json.code, body: JSON.parse(json.out) }).toMatchObject({
      code: 1,
      body: { code: 'tenant_not_connected', status: 409 },
    })
  })
})

describe('call', () => {
  test('passes a call through, with the body of a pipe', async () => {
    const tenant = await world.connected()
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const asked = JSON.stringify({ AccountId: body.accountId, CampaignType: 'Search' })
    const args = ['call', 'CampaignManagement/Campaigns/QueryByAccountId', '--tenant', tenant]
    const found = await run([...args, '--account', body.accountId, '--body', '-'], { input: asked })
    expect(found.code).toBe(0)
    expect(JSON.parse(found.out)).toHaveProperty('Campaigns')
    const file = join(folder, 'body.json')
    await writeFile(file, asked)
    expect((await run([...args, '--body', file])).out).toBe(found.out)
  })

  test('shows Microsoft’s own refusal with its cause, and the broker’s with who acts', async () => {
    const tenant = await world.connected()
    await world.advertising.fault({ kind: 'fault', code: 106 })
    const refused = await run(['call', 'CustomerManagement/User/Query', '--tenant', tenant])
    expect({ code: refused.code, err: refused.err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^Microsoft Advertising answered 403\.\nVerdict +user_without_rights\nWho acts +the adv.*\nTracking id +[0-9a-f-]{36}\n\n/,
      ),
    })
    expect(refused.out).toContain('106')
    const missing = await run(['call', 'CustomerManagement/User/Query', '--tenant', 'missing'])
    expect(missing).toMatchObject({ code: 1, err: expect.stringMatching(/^tenant_not_found \(HTTP 403\)/) })
    const unknown = await run(['call', 'Campaigns/QueryByAccountId', '--tenant', tenant])
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('campaignManagement') })
  })
})

describe('events, diagnose, disconnect', () => {
  test('tell, test, and end a connection', async () => {
    const tenant = await world.connected()
    const told = await run(['events', '--tenant', tenant, '--limit', '1'])
    expect(told).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^TIME +EVENT +DETAIL\n20\S+ +\S+ .*\n$/),
    })
    const well = await run(['diagnose', '--tenant', tenant])
    expect(well).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Who acts +no one: there is nothing/m),
    })
    const unasked = await run(['disconnect', '--tenant', tenant])
    expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
    const ended = await run(['disconnect', '--tenant', tenant, '--yes'])
    expect(ended).toMatchObject({ code: 0, out: `${tenant} is disconnected.\n` })
    const ill = await run(['diagnose', '--tenant', tenant])
    expect(ill).toMatchObject({ code: 1, out: expect.stringContaining('not_connected') })
  })

  test('refuse a tenant that doesn’t exist', async () => {
    for (const verb of [['events'], ['diagnose'], ['disconnect', '--yes']]) {
      const { code, err } = await run([...verb, '--tenant', 'missing'])
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('tenant_not_found') })
    }
  })
})

test('the exit status of a diagnosis is 1 if the broker refuses it, and 2 if there is no login or no broker', async () => {
  const asked = ['diagnose', '--tenant', 'missing']
  for (const [login, status] of [
    [asApp, 1],
    [{ BROKER_TOKEN: 'x.y.z' }, 1],
    [{ ...asApp, AZURE_CLIENT_SECRET: 'another-secret' }, 2],
    [{ BROKER_TOKEN: 'x.y.z', BROKER_URL: 'http://127.0.0.1:1' }, 2],
  ] as const)
    expect((await run(asked, { login })).code, JSON.stringify(login)).toBe(status)
})

test('a login that doesn’t work is named, with its authority’s reason', async () => {
  const login = { ...asApp, AZURE_CLIENT_SECRET: 'another-secret' }
  const { code, err } = await run(['tenants'], { login })
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringContaining('invalid_client: AADSTS7000215'),
  })
  expect(err).not.toContain('another-secret')
})

test('what can’t be understood shows what can be typed, and --help shows every option', async () => {
  expect(await run(['conect'])).toMatchObject({ code: 2, err: expect.stringContaining('  connect ') })
  expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('  refuse-app ') })
  expect(await run(['vend', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('--show-token'),
  })
  expect(await run(['vend'])).toMatchObject({ code: 2, err: expect.stringContaining('--tenant acme') })
})
