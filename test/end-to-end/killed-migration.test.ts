import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, startChild } from '../../local/child.ts'
import type { LoggedRequest } from '../../local/vault/control.ts'
import { prepareProcess } from '../../scripts/commandLine.ts'
import { type Broker, createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { walkTenants } from '../../shared/operations/tenantWalk.ts'
import { type Load, startLoad } from './killing.ts'
import { openWorld, type World } from './world.ts'

const settings = {
  REFRESH_POLICY: 'always',
  LEASE_SECONDS: '30',
  VEND_WAIT_SECONDS: '1',
  ROW_CACHE_SECONDS: '0',
}
const people = ['ada@outlook.example', 'radia@contoso.example']
/** Every grant's secret has a name of random hexadecimal digits: half of the new ones begin with one of these. */
const halfOfAll = [...'01234567'].map((digit) => `grant-${digit}`)

let world: World
/** A broker in this process, to read the rows. */
let reader: Broker
let settingsFile: string
let tenants: string[]

beforeAll(async () => {
  // A strict sign-in reveals every replacement of a newer token by an older one.
  world = await openWorld({ settings, strict: true })
  const all = { ...world.stack.settings(), ...settings }
  await prepareProcess(all)
  reader = createBroker(parseConfig(all), () => undefined)
  settingsFile = join(world.stack.folder, 'migration.settings.json')
  await writeFile(settingsFile, JSON.stringify({ Values: all }))
  // Vends that require 61 s of it keep refreshing.
  await world.signIn.settings({ accessTokenSeconds: 63 })
  tenants = []
  for (let round = 0; round < 12; round++)
    tenants.push(...(await Promise.all(people.map((each) => world.connected(each)))))
}, 120_000)

afterAll(() => world.close())

/** The command, one grant at a time. */
function migrate(to: 'sealed' | 'vault'): Child & { readonly lines: readonly string[] } {
  const lines: string[] = []
  const args = ['scripts/migrate-grants.ts', '--settings', settingsFile, '--to', to, '--concurrency', '1']
  const env = { PATH: process.env.PATH, HOME: process.env.HOME }
  const onLine = (line: string) => void lines.push(line)
  const name = 'migrate-grants'
  return { ...startChild({ name, command: process.execPath, args, env, cwd: process.cwd(), onLine }), lines }
}

/** Repeats the command, as its last line says, until nothing is left to move. */
async function migrateToTheEnd(to: 'sealed' | 'vault'): Promise<void> {
  const round = async () => {
    const child = migrate(to)
    await expect.poll(() => child.isRunning(), { timeout: 30_000, interval: 50 }).toBe(false)
    return child.lines.join('\n')
  }
  await expect.poll(round, { timeout: 60_000, interval: 500 }).toMatch(/(moved|already_there) \d+$/)
}

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${world.stack.parts.grantVault.origin}/_control/${path}`, {
    method,
    ...(body && { headers, body: JSON.stringify(body) }),
  })
  return answer.status === 204 ? undefined : answer.json()
}

/**
 * Runs the command, repeatedly if all the grants in question were leased, and kills it as soon as one of its requests
 * hangs.
 */
async function killWhenItHangs(to: 'sealed' | 'vault'): Promise<void> {
  let child = migrate(to)
  const hanging = async () => {
    if (!child.isRunning()) child = migrate(to)
    return ((await control('GET', 'requests')) as LoggedRequest[]).map(({ fault }) => fault)
  }
  await expect.poll(hanging, { timeout: 60_000, interval: 20 }).toContain('hang')
  expect(child.isRunning()).toBe(true)
  await child.kill('SIGKILL')
  await control('DELETE', 'faults')
  await control('DELETE', 'requests')
}

async function rows(): Promise<Tenant[]> {
  const read = tenants.map((tenant) => reader.tenants.read({ workspace: 'demo', tenant }))
  return (await Promise.all(read)).map((stored) => stored!.tenant)
}

async function countIn(store: 'sealed' | 'vault'): Promise<number> {
  return (await rows()).filter(({ grant }) => grant?.reference.startsWith(`${store}:`)).length
}

/** The secrets of the last few grants in the vault, in the command's order. */
async function lastSecrets(count: number): Promise<string[]> {
  const secrets: string[] = []
  for await (const name of walkTenants(reader.tables)) {
    const stored = await reader.tenants.read(name)
    const [, secret] = /^vault:[^/]+\/([^/]+)/.exec(stored?.tenant.grant?.reference ?? '') ?? []
    if (secret) secrets.push(secret)
  }
  return secrets.slice(-count)
}

/**
 * Every tenant refreshes from its grant's current place; then the load ends, and no answer was worse than a request to
 * wait.
 */
async function expectAllToRefresh(load: Load): Promise<void> {
  await world.signIn.forget()
  const refreshed = async () => {
    const calls = await world.refreshCalls()
    return new Set(calls.filter(({ outcome }) => outcome === 'ok').map(({ family }) => family)).size
  }
  await expect.poll(refreshed, { timeout: 60_000, interval: 200 }).toBe(tenants.length)
  await load.stop()
  expect([...load.statuses].filter((status) => ![200, 503].includes(status))).toEqual([])
}

const destroying = { operation: 'delete' }

test('a migration to sealed that is killed twice completes when it is run again: no grant is lost, no secret remains', async () => {
  const load = startLoad(world, tenants, new Set([0]))
  // It's killed when a row names the new place and the old one is about to be destroyed.
  for (const name of await lastSecrets(12))
    await control('POST', 'faults', { ...destroying, name, kind: 'hang' })
  await killWhenItHangs('sealed')
  expect(await countIn('sealed')).toBeGreaterThan(0)
  // It's killed when the old one is destroyed and the row still lists it.
  for (const name of await lastSecrets(6)) {
    await control('POST', 'faults', { ...destroying, name, kind: 'cutAfterEffect', times: 1 })
    await control('POST', 'faults', { ...destroying, name, kind: 'hang' })
  }
  await killWhenItHangs('sealed')
  // On a busy machine, it may have reached every row by then.
  const isUnfinished = ({ grant, secretsToDestroy }: Tenant) =>
    secretsToDestroy !== undefined || grant?.reference.startsWith('vault:')
  expect((await rows()).filter(isUnfinished).length).toBeGreaterThan(0)

  await migrateToTheEnd('sealed')
  expect(await countIn('sealed')).toBe(tenants.length)
  await expectAllToRefresh(load)
  // The tenants' next refreshes have destroyed the leftovers of the killed commands.
  expect(await world.grantSecrets()).toEqual([])
}, 120_000)

test('a migration to vaults that is killed after a copy leaves only that copy', async () => {
  const load = startLoad(world, tenants, new Set([0]))
  for (const name of halfOfAll) {
    // It's killed when the copy is in the vault and the row doesn't name it yet.
    await control('POST', 'faults', { operation: 'set', name, kind: 'cutAfterEffect', times: 1 })
    await control('POST', 'faults', { operation: 'set', name, kind: 'hang' })
  }
  await killWhenItHangs('vault')
  expect(await countIn('sealed')).toBeGreaterThan(0)

  await migrateToTheEnd('vault')
  expect(await countIn('vault')).toBe(tenants.length)
  await expectAllToRefresh(load)
  expect(await world.grantSecrets()).toHaveLength(tenants.length + 1)
}, 120_000)
