import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld
let settingsFile: string

beforeAll(async () => {
  world = await openOperatorWorld()
  settingsFile = join(world.stack.folder, 'commands.settings.json')
  await writeFile(settingsFile, JSON.stringify({ Values: world.stack.settings() }))
})

afterAll(() => world.stack.stop())

/** Each command is a process that loads the whole broker. */
const slow = { timeout: 120_000 }

/** A command's output and exit code; its environment contains no settings. */
async function runCommand(script: string, ...args: string[]) {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME }
  const all = [`scripts/${script}.ts`, '--settings', settingsFile, ...args]
  const run = promisify(execFile)(process.execPath, all, { env: environment })
  const ended = await run.then((done) => ({ code: 0, ...done })).catch((error) => error)
  return { code: Number(ended.code), out: String(ended.stdout), err: String(ended.stderr) }
}

test('each command works with only a settings file', slow, async () => {
  const name = await world.connect('ada', 'ada@outlook.example')
  expect(await runCommand('migrate-grants', '--to', 'sealed')).toMatchObject({ code: 0, out: 'moved 1\n' })
  expect(await runCommand('rotate-sealing-key')).toMatchObject({
    code: 0,
    out: expect.stringContaining('now seals. 1 older key(s)'),
  })
  expect(await runCommand('rotate-sealing-key', '--prune')).toMatchObject({
    code: 1,
    out: expect.stringContaining('Wait and try again.'),
  })
  expect(await runCommand('migrate-grants', '--to', 'vault')).toMatchObject({ code: 0, out: 'moved 1\n' })
  expect(await runCommand('rebuild-tables', '--dry-run')).toMatchObject({ code: 0, out: 'present 1\n' })
  expect(await runCommand('rebuild-tables')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('stop the broker, and wait until no one has written for 600 s'),
  })
  expect(await world.refreshes(name)).toBe(true)
})

test(
  'the first sealing key needs a vault’s address and an identity, but no settings of a broker',
  slow,
  async () => {
    const { stack, broker } = world
    const vault = stack.parts.grantVault.origin
    const identity = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'NODE_EXTRA_CA_CERTS'] as const
    const env = Object.fromEntries(identity.map((name) => [name, stack.settings()[name]!]))
    const rotate = (url: string, ...args: string[]) =>
      promisify(execFile)(process.execPath, ['scripts/rotate-sealing-key.ts', '--vault', url, ...args], {
        env: { PATH: process.env.PATH, KEY_VAULT_VERIFY_CHALLENGE_RESOURCE: 'false', ...env },
      }).catch((error) => error)
    expect((await rotate(vault)).stdout).toContain('now seals. 0 older key(s)')
    expect(await broker.vaults.grants[1]!.read('sealing-keys')).toBeDefined()
    expect(await rotate(vault, '--prune')).toMatchObject({ code: 2 })
    expect(await rotate('my-vault')).toMatchObject({ code: 2, stderr: expect.stringContaining('https://') })
    const refused = await rotate('https://127.0.0.1:1')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('failed (') })
  },
)

test('an invalid command says what to type, and changes nothing', slow, async () => {
  expect(await runCommand('migrate-grants')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--to sealed or --to vault'),
  })
  expect(await runCommand('rotate-sealing-key', '--purge')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--purge'),
  })
  for (const script of ['rebuild-tables', 'rotate-sealing-key', 'doctor']) {
    const run = promisify(execFile)(process.execPath, [`scripts/${script}.ts`], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    })
    const ended = await run.catch((error) => error)
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^Pass the broker: .*--settings/),
    })
  }
  const missing = { settings: 'nowhere.json' }
  expect(await runCommand('rebuild-tables', '--settings', missing.settings)).toMatchObject({
    code: 2,
    err: expect.stringContaining('nowhere.json'),
  })
})
