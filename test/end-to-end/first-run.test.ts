import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localDeveloperTokens } from '../../local/advertising/caller.ts'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import { openWorld, type World } from './world.ts'

const root = join(import.meta.dirname, '..', '..')

let world: World
let env: Record<string, string>

/** The state after a first deployment: tables and queues, a broker, and a vault without a secret. */
beforeAll(async () => {
  world = await openWorld({ emptyVault: true })
  const tools = join(world.stack.folder, 'bin')
  await mkdir(tools)
  await writeFile(join(tools, 'az'), `#!/bin/sh\nexec node '${join(root, 'test/end-to-end/az.mjs')}' "$@"\n`)
  await chmod(join(tools, 'az'), 0o755)
  const settings = world.stack.settings()
  const kept = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'NODE_EXTRA_CA_CERTS'] as const
  env = {
    PATH: [tools, join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    HOME: process.env.HOME ?? '',
    ...Object.fromEntries(kept.map((name) => [name, settings[name]!])),
    VAULT_URL: settings.KEY_VAULT_URL!,
    KEY_VAULT_VERIFY_CHALLENGE_RESOURCE: 'false',
    BROKER_TOKEN: await world.stack.callerToken('demo-operator'),
    BROKER_APP_TOKEN: await world.stack.callerToken('demo-app'),
  }
})

afterAll(() => world?.close())

const shell = (command: string) => promisify(execFile)('bash', ['-ec', command], { cwd: root, env })

/** Runs the doctor like an operator with an address and a token but no settings. */
async function runDoctor(...options: string[]): Promise<DoctorReport & { code: number }> {
  const command = ['npm run -s doctor -- --json --url', world.origin, ...options].join(' ')
  const ended = await shell(command).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error) => error as { code: number; stdout: string },
  )
  return { ...(JSON.parse(ended.stdout) as DoctorReport), code: ended.code }
}

const badOnes = ({ checks }: DoctorReport) => checks.filter(({ ok }) => ok === false)

/** The contents of an operator's files: values that the sign-ins and Microsoft Advertising accept. */
async function writeValue(name: string): Promise<string> {
  const file = join(world.stack.folder, name)
  const environment = name.startsWith('sandbox') ? 'sandbox' : 'production'
  const value = name.endsWith('developer-token')
    ? localDeveloperTokens[environment][0]!
    : `local-value-of-${name}`
  await writeFile(file, value)
  return file
}

/** Runs a printed fix, with its placeholders filled in. */
async function fix(command: string): Promise<void> {
  const name = /--name (\S+)/.exec(command)?.[1]
  const filled = command
    .replace('<file>', name ? await writeValue(name) : '')
    .replace('<date>', new Date(Date.now() + 180 * 86_400_000).toISOString())
  expect(filled).not.toMatch(/<[a-z ]+>/)
  await shell(filled)
}

test('from an empty vault, the doctor’s own commands lead to the first vend', {
  timeout: 180_000,
}, async () => {
  const before = await runDoctor('--strict', '--category', 'package')
  // The package is good, although nothing can be vended: the operator must provide the secrets.
  expect(before.code).toBe(0)
  const wanting = badOnes(before)
  expect(wanting.map(({ name }) => name).toSorted()).toEqual(
    [
      'last sweep',
      'secret production-developer-token',
      'secret production-google-client-secret',
      'secret production-microsoft-client-secret',
      'secret sandbox-developer-token',
      'secret sandbox-google-client-secret',
      'secret sandbox-microsoft-client-secret',
      'secret sealing-keys',
    ].toSorted(),
  )
  for (const { resolution: command } of wanting) await fix(command!)
  const after = await runDoctor()
  expect(badOnes(after)).toEqual([])
  expect(after.code).toBe(0)

  const tenant = await world.connected()
  const vended = await world.call('GET', `/v1/tenants/${tenant}/token`)
  expect(vended.status).toBe(200)
  const developerToken = (await runDoctor()).checks.find(({ name }) => name === 'developer token: production')
  expect(developerToken).toMatchObject({ ok: true, detail: `accepted (tenant ${tenant})` })
})

test('the pages name what the first run must set', async () => {
  const pages = await Promise.all(
    ['docs/deploy.md', 'docs/runbooks/secret-rotation.md'].map((page) => readFile(join(root, page), 'utf8')),
  )
  for (const name of ['production-developer-token', 'production-microsoft-client-secret'])
    expect(pages.join()).toContain(name)
  expect(pages[0]).toContain('npm run rotate-sealing-key -- --vault ')
})
