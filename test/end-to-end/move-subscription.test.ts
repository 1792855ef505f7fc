import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMissingTables } from '../../scripts/createMissingTables.ts'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { Secret } from '../../shared/secret.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
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

/** The loop of step 2, run by bash with a stand-in for `az`. */
async function copySecrets(): Promise<void> {
  const page = await readFile(join(root, 'docs/runbooks/move-subscription.md'), 'utf8')
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

test('the new broker’s tables are rebuilt from the old vaults, and one command moves what is left', async () => {
  const kept = await world.connect('kept', 'ada@outlook.example', old())
  const ended = await world.connect('ended', 'grace@contoso.example', old())
  await disconnectTenant(old().grantServices, ended)
  const broker = moved()
  await createMissingTables(broker)
  const report = await rebuildTables(broker, await findTagged(broker.vaults.grants), 'write')
  expect(report).toMatchObject({ counts: { connected: 1 } })
  const stored = (await broker.tenants.read(kept))?.tenant
  expect(stored?.grant?.reference).toContain(`vault:${new URL(newUrl()).host}/`)
  expect(await world.refreshes(kept, moved())).toBe(true)
  expect(await moved().grantServices.marks.read(ended)).toBeInstanceOf(Date)
  expect(await migrateGrants(moved(), 'vault')).toEqual({ already_there: 1 })
  expect(await world.refreshes(kept, moved({}))).toBe(true)
})
