import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

/** Each command is a process that loads the whole broker. */
const slow = { timeout: 120_000 }

/** `npm run broker -- unserved-tenants` with these environments; its environment contains no settings. */
async function unserved(environments: string, ...args: string[]) {
  const settings = join(world.stack.folder, `${environments.replace(',', '-')}.settings.json`)
  const values = { ...world.stack.settings(), ENVIRONMENTS: environments }
  await writeFile(settings, JSON.stringify({ Values: values }))
  const all = ['scripts/broker.ts', 'unserved-tenants', ...args, '--settings', settings]
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME }
  const run = promisify(execFile)(process.execPath, all, { env: environment })
  const ended = await run.then((done) => ({ code: 0, ...done })).catch((error) => error)
  return { code: Number(ended.code), out: String(ended.stdout), err: String(ended.stderr) }
}

test('tenants of an environment that is gone are listed, and disconnected on demand', slow, async () => {
  const name = await world.connect('acme', 'ada@outlook.example')
  const { environment } = await world.read(name)
  const other = environment === 'production' ? 'sandbox' : 'production'
  expect(await unserved('production,sandbox')).toMatchObject({ code: 0, out: '' })

  const listed = await unserved(other)
  expect(listed).toMatchObject({ code: 0 })
  expect(listed.out).toMatch(new RegExp(`^agency\tacme\t${environment}\tmicrosoft\tconnected\t20[^\t]+Z\n$`))
  expect(await world.read(name)).toMatchObject({ status: 'connected' })

  const ended = await unserved(other, '--disconnect')
  expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/\tdisconnected\n$/) })
  const row = await world.read(name)
  expect(row).toMatchObject({ status: 'disconnected' })
  expect(row.grant).toBeUndefined()
  const history = await world.broker.tenants.events(name, 1)
  expect(history).toMatchObject({
    events: [
      { type: 'tenant.disconnected', detail: expect.stringContaining(`no longer serves ${environment}`) },
    ],
  })
  expect(await unserved(other)).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringContaining('Every tenant'),
  })
})
