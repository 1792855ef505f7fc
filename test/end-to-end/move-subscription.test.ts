import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { letTimePass } from './letTimePass.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

const root = join(import.meta.dirname, '..', '..')

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const oldUrl = () => world.stack.parts.vault.origin
const newUrl = () => world.stack.parts.grantVault.origin
const old = () => world.createBroker({ GRANT_VAULT_URLS: oldUrl() })
/** The broker in the new subscription: its own tables, main vault, and grant vault. */
const moved = (settings: Record<string, string> = { READ_ONLY_GRANT_VAULT_URLS: oldUrl() }) =>
  world.createBroker({
    TABLES_PREFIX: 'Moved',
    KEY_VAULT_URL: newUrl(),
    GRANT_VAULT_URLS: newUrl(),
    ...settings,
  })

const readPage = () => readFile(join(root, 'docs/runbooks/move-subscription.md'), 'utf8')

/** The loop of step 2, run by bash with a stand-in for `az`. */
async function copySecrets(): Promise<void> {
  const page = await readPage()
  const [, loop = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? []
  const tools = join(world.stack.folder, 'bin')
  await mkdir(tools, { recursive: true })
  const program = join(root, 'test/end-to-end/azKeyVault.mjs')
  await writeFile(join(tools, 'az'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  await chmod(join(tools, 'az'), 0o755)
  const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '', NODE_EXTRA_CA_CERTS = '' } = world.stack.settings()
  const env = {
    ...{ IDENTITY_ENDPOINT, IDENTITY_HEADER, NODE_EXTRA_CA_CERTS },
    PATH: [tools, process.env.PATH].join(delimiter),
    AZ_VAULTS: JSON.stringify({ old: oldUrl(), new: newUrl() }),
    OLD_KEY_VAULT_NAME: 'old',
    NEW_KEY_VAULT_NAME: 'new',
  }
  await promisify(execFile)('bash', ['-euc', loop], { env })
}

test('the page’s loop copies each secret with its value, expiry, content type, and tags', async () => {
  const expiresOn = new Date('2027-05-06T07:08:09Z')
  const tags = { owner: 'the team', 'cost center': 'a=b' }
  const { main } = old().vaults
  await main.write('production-developer-token-next', new Secret('with a $(date) "inside"'), {
    expiresOn,
    tags,
  })
  await copySecrets()
  const copy = moved().vaults.main
  const names = ['production-developer-token-next', 'production-microsoft-client-secret', 'sealing-keys']
  for (const name of names) {
    const [before, after] = [await main.read(name), await copy.read(name)]
    expect(before).toBeDefined()
    expect(after?.value).toEqual(before?.value)
    expect(after?.tags).toEqual(before?.tags)
    if (before?.expiresOn) expect(after?.expiresOn).toEqual(before.expiresOn)
  }
  expect(await copy.read(names[0]!)).toMatchObject({ expiresOn, tags })
})

/** A settings file as the page has it, beside the variables of the shell. */
async function writeSettings(name: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const file = join(world.stack.folder, `${name}.settings.json`)
  await writeFile(file, JSON.stringify({ Values: { ...world.stack.settings(), ...settings } }))
  return file
}

/** Runs a line of the page in the clone, in a shell that has only the page’s own variables. */
async function runLine(line: string) {
  const env = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME },
    OLD_SETTINGS: await writeSettings('old', { GRANT_STORE: 'vault', GRANT_VAULT_URLS: oldUrl() }),
    NEW_SETTINGS: await writeSettings('new', {
      TABLES_PREFIX: 'Moved',
      KEY_VAULT_URL: newUrl(),
      GRANT_VAULT_URLS: newUrl(),
      READ_ONLY_GRANT_VAULT_URLS: oldUrl(),
    }),
  }
  const silent = line.replace('npm run ', 'npm run -s ')
  const ended = await promisify(execFile)('bash', ['-euc', silent], { cwd: root, env }).catch(
    (error) => error,
  )
  return { code: Number(ended.code ?? 0), out: String(ended.stdout), err: String(ended.stderr) }
}

test('the page’s own lines move sealed grants to the old vaults, rebuild the new broker’s tables from them, and move the rest', {
  timeout: 120_000,
}, async () => {
  const lines = [...(await readPage()).matchAll(/`(npm run (?!doctor)[^`]+)`/g)].map(([, line = '']) => line)
  const [toVaults = '', rebuild = '', backup, restore, list = '', refuse = '', moveRest = '', ...others] =
    lines
  expect(others).toEqual([])
  // A backup before and a restore instead of the rebuild: end-to-end/backup moves to another account with them.
  expect([backup, restore]).toEqual([
    'npm run backup -- --settings "$OLD_SETTINGS"',
    'npm run restore -- --settings "$NEW_SETTINGS" --wait',
  ])
  const sealed = world.createBroker({ GRANT_VAULT_URLS: oldUrl(), GRANT_STORE: 'sealed' })
  const kept = await world.connect('kept', 'ada@outlook.example', sealed)
  const ended = await world.connect('ended', 'grace@contoso.example', old())
  await disconnectTenant(old().grantServices, ended)

  expect(await runLine(toVaults)).toMatchObject({ code: 0, out: expect.stringMatching(/^moved 1\b/) })
  expect(await runLine(toVaults)).toMatchObject({ code: 0, out: 'already_there 1, no_grant 1\n' })

  // No broker has swept the new tables, so the line watches them. The storage's clock is put forward by that time.
  const watched = await runLine(rebuild.replace(' --wait', ''))
  expect(watched).toMatchObject({ code: 1, err: expect.stringContaining('they are watched for 600 s first') })
  letTimePass(world, 610)
  expect(await runLine(rebuild)).toMatchObject({ code: 0, out: expect.stringMatching(/\bconnected 1\b/) })

  const refuseApp = (line: string) => runLine(line.replace('<client-id>', 'the-stolen-app'))
  await refuseApp(refuse.replace('NEW_SETTINGS', 'OLD_SETTINGS'))
  expect(await runLine(list)).toMatchObject({ code: 0, out: expect.stringMatching(/^the-stolen-app\t/) })
  expect(await refuseApp(refuse)).toMatchObject({ code: 0 })
  expect(await moved().appRules.list()).toMatchObject([{ app: 'the-stolen-app', refused: expect.anything() }])

  const broker = moved()
  const stored = (await broker.tenants.read(kept))?.tenant
  expect(stored?.grant?.reference).toContain(`vault:${new URL(newUrl()).host}/`)
  expect(await world.refreshes(kept, moved())).toBe(true)
  expect(await moved().grantServices.marks.read(ended)).toBeInstanceOf(Date)
  expect(await runLine(moveRest)).toMatchObject({ code: 0, out: 'already_there 1\n' })
  expect(await world.refreshes(kept, moved({}))).toBe(true)
})
