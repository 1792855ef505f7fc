import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callingApps } from '../../local/callers.ts'
import { registeredRoutes } from '../unit/registeredRoutes.ts'
import { openWorld, type World } from './world.ts'

let world: World
let settings: string

beforeAll(async () => {
  world = await openWorld()
  settings = join(world.stack.folder, 'refused-apps.settings.json')
  await writeFile(settings, JSON.stringify({ Values: world.stack.settings() }))
})

afterAll(() => world.close())

/** Each command is a process that loads the whole broker, and each host takes seconds to start. */
const slow = { timeout: 120_000 }

/** `npm run broker`; its environment contains no settings. */
async function command(...args: string[]) {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME }
  const all = ['scripts/broker.ts', ...args, '--settings', settings]
  const run = promisify(execFile)(process.execPath, all, { env: environment })
  const ended = await run.then((done) => ({ code: 0, ...done })).catch((error) => error)
  return { code: Number(ended.code), out: String(ended.stdout), err: String(ended.stderr) }
}

const app = callingApps['demo-app'].clientId

/** A process that starts now reads the rules now; the place of its number among the brokers. */
async function startProcess(): Promise<number> {
  await world.addBroker()
  return world.brokers.length - 1
}

test('an app is cut off from every route that its token opens, and let in again', slow, async () => {
  const tenant = await world.connected()
  const refusal = await command('refuse-app', app, '--reason', 'its secret\nwas in a log')
  expect(refusal).toMatchObject({ code: 0, out: expect.stringContaining(`${app} (workspace: demo)`) })
  const after = await startProcess()
  const closed: string[] = []
  const form = { raw: 'grant_type=client_credentials', type: 'application/x-www-form-urlencoded' }
  for (const { path, operations, failures } of await registeredRoutes()) {
    const { statusOf = (same: number) => same } = failures
    for (const [method, { role, bodyFormat }] of Object.entries(operations)) {
      if (!role || method === 'HEAD') continue
      const at = `/${path.replace('{tenant}', tenant).replaceAll(/\{[^}]+\}/g, 'x')}`
      const answer = await world.call(method, at, { broker: after, ...(bodyFormat && form) })
      const { code, actor } = answer.body
      expect({ at, status: answer.status, code, actor }).toEqual({
        ...{ at, status: statusOf(403), code: 'caller_refused', actor: 'operator' },
      })
      if (!bodyFormat) expect(answer.body).toMatchObject({ app })
      expect(JSON.stringify(answer.body)).not.toContain('its secret')
      closed.push(`${method} ${path}`)
    }
  }
  for (const part of ['/token', '/ads/', '/accounts', '/connect-sessions', '/grants', '/diagnosis'])
    expect(closed.filter((each) => each.includes(part))).not.toEqual([])
  const others = await world.call('GET', '/v1/tenants', { app: 'other-app', broker: after })
  expect(others.status).toBe(200)

  const listed = await command('refused-apps')
  expect(listed.out).toMatch(new RegExp(`^${app}\\t20\\d\\d-[\\d-]+T[\\d:.]+Z\\tits secret was in a log\\n$`))
  expect(await command('allow-app', app)).toMatchObject({ code: 0 })
  expect(await command('refused-apps')).toMatchObject({ code: 0, out: '' })
  const vended = await world.call('GET', `/v1/tenants/${tenant}/token`, { broker: await startProcess() })
  expect(vended.status).toBe(200)
})

test('a rule keeps what a later version has written beside it', slow, async () => {
  const table = world.tableClient('BrokerState')
  await table.upsertEntity({ partitionKey: 'app', rowKey: app, vendsPerMinute: 600 }, 'Merge')
  await command('refuse-app', app)
  await command('allow-app', app)
  expect(await table.getEntity('app', app)).toMatchObject({ refused: false, vendsPerMinute: 600 })
})

test('a command that would have no effect changes nothing and says why', slow, async () => {
  expect(await command('refuse-app', app, '--workspace', 'other')).toMatchObject({
    code: 2,
    err: expect.stringContaining('the workspace demo, not other'),
  })
  expect(await command('refuse-app')).toMatchObject({ code: 2, err: expect.stringContaining('client ID') })
  expect(await command('refuse')).toMatchObject({ code: 2, err: expect.stringContaining('refused-apps') })
  expect((await command('refuse-app', 'a', 'b')).code).toBe(2)
  expect(await command('refused-apps')).toMatchObject({ code: 0, out: '' })
})

test('in a process that never read the rules, only an operator gets through', slow, async () => {
  const { faults } = world.stack.parts.azurite.service.control
  faults.add({ kind: 'serverBusy', table: 'BrokerState', rows: 1 })
  try {
    const unread = await startProcess()
    const vend = await world.call('GET', '/v1/tenants', { broker: unread })
    expect({ status: vend.status, code: vend.body.code }).toEqual({
      status: 503,
      code: 'storage_unavailable',
    })
    expect(vend.headers.get('retry-after')).toBe('5')
    const ready = await world.call('GET', '/ready', { app: 'demo-operator', broker: unread })
    expect(ready.body.checks).toContainEqual(
      expect.objectContaining({ name: 'table BrokerState', ok: false }),
    )
    faults.clear()
    const again = () => world.call('GET', '/v1/tenants', { broker: unread })
    await expect.poll(async () => (await again()).status, { timeout: 20_000 }).toBe(200)
  } finally {
    faults.clear()
  }
})
