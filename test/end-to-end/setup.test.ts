import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localDeveloperTokens } from '../../local/advertising/caller.ts'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import { type AzureState, emptyAzure } from '../azure/state.ts'
import { openWorld, type World } from './world.ts'

const root = join(import.meta.dirname, '..', '..')
const appId = '44444444-4444-4444-8444-444444444444'

let world: World
let clone: string
let env: Record<string, string>

/** A broker whose vault is empty, and an Azure CLI that is logged in to an empty subscription. */
beforeAll(async () => {
  world = await openWorld({ emptyVault: true })
  clone = join(world.stack.folder, 'clone')
  await mkdir(join(clone, 'infra'), { recursive: true })
  const settings = world.stack.settings()
  const secretText = 'local-value-of-production-microsoft-client-secret'
  const state = { ...emptyAzure(settings.KEY_VAULT_URL!, appId), secretText, brokerUrl: world.origin }
  await writeFile(join(clone, 'state.json'), JSON.stringify(state))
  await writeFile(join(clone, 'az'), `#!/bin/sh\nexec node '${join(root, 'test/azure/az.ts')}' "$@"\n`)
  await chmod(join(clone, 'az'), 0o755)
  env = {
    PATH: [clone, join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    HOME: process.env.HOME ?? '',
    AZ_STATE: join(clone, 'state.json'),
    AZ_IDENTITY_ENDPOINT: settings.IDENTITY_ENDPOINT!,
    AZ_IDENTITY_HEADER: settings.IDENTITY_HEADER!,
    NODE_EXTRA_CA_CERTS: settings.NODE_EXTRA_CA_CERTS!,
    KEY_VAULT_VERIFY_CHALLENGE_RESOURCE: 'false',
    PRODUCTION_DEVELOPER_TOKEN: localDeveloperTokens.production[0]!,
    BROKER_TOKEN: await world.stack.callerToken('demo-operator'),
  }
})

afterAll(() => world?.close())

async function runNode(script: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  return promisify(execFile)(process.execPath, [join(root, script), ...args], { cwd: clone, env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error) => error as { code: number; stdout: string },
  )
}

test('an empty subscription gets everything but the package, and the broker is well with it', {
  timeout: 180_000,
}, async () => {
  const wanted = [
    '--location',
    'westeurope',
    '--app',
    appId,
    '--return-url',
    'https://app.example.com/connected',
    '--alert-email',
    'ops@example.com',
  ]
  const planned = await runNode('scripts/setup.ts', ...wanted, '--plan')
  expect(planned.stdout).toContain('+ sealing key: sealing-keys\n')
  const done = await runNode('scripts/setup.ts', ...wanted)
  expect(done.stdout).toContain('\nNext: commit infra/msads-broker.bicepparam, then npm run deploy\n')
  expect(done.code).toBe(0)
  // The vault has what production needs, but for Google's OAuth client.
  const { stdout } = await runNode('scripts/doctor.ts', '--json', '--url', world.origin)
  const bad = (JSON.parse(stdout) as DoctorReport).checks
    .filter(({ ok }) => ok === false)
    .map(({ name }) => name)
  expect(bad).not.toContain('secret sealing-keys')
  expect(bad.filter((name) => name.startsWith('secret production-'))).toEqual([
    'secret production-google-client-secret',
  ])
  const tenant = await world.connected()
  expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)

  const again = await runNode('scripts/setup.ts', '--json')
  const { steps } = JSON.parse(again.stdout) as { steps: { status: string }[] }
  expect(new Set(steps.map(({ status }) => status))).toEqual(new Set(['right']))

  // The package is that of this clone, and the broker that answers has it already.
  const refused = await runNode('scripts/deploy.ts', '--check', '--parameters', 'infra/less.bicepparam')
  expect(refused.code).toBe(2)
  const deployed = await runNode('scripts/deploy.ts')
  expect(deployed.stdout).toContain('✓ resources of the template\n')
  expect(deployed.stdout).toContain(`\nThe broker runs at ${world.origin}\n`)
  expect(deployed.stdout).toContain(`connect --tenant try --open --url ${world.origin}`)
  expect(deployed.code).toBe(0)
  const file = await readFile(join(clone, 'infra/msads-broker.bicepparam'), 'utf8')
  await writeFile(
    join(clone, 'infra/less.bicepparam'),
    file.replace(/param workspaces = [\s\S]*?\n\]\n/, 'param workspaces = []\n'),
  )
  const less = await runNode('scripts/deploy.ts', '--check', '--parameters', 'infra/less.bicepparam')
  expect(less.stdout).toContain(`workspaces: Without ${appId}`)
  expect(less.stdout).toContain('with --accept workspaces\n')
  expect(less.code).toBe(1)
  // What Debian's 2.45 says of a parameter file.
  const state = JSON.parse(await readFile(env.AZ_STATE!, 'utf8')) as AzureState
  await writeFile(env.AZ_STATE!, JSON.stringify({ ...state, isOld: true }))
  const old = await runNode('scripts/setup.ts')
  expect(old.code).toBe(1)
  expect(old.stdout).toContain('Your Azure CLI is too old for this command. Run az upgrade')
  const { calls } = JSON.parse(await readFile(env.AZ_STATE!, 'utf8')) as AzureState
  expect(JSON.stringify(calls)).not.toContain(env.PRODUCTION_DEVELOPER_TOKEN)
})
