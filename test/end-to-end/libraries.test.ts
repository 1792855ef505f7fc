import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { homeDirectoryId } from '../../local/callers.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type LocalStart, startLocally } from './startLocally.ts'

const root = join(import.meta.dirname, '../..')
let folder: string
let start: LocalStart
/** The printed lines, unchanged. */
let lines: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-libraries-'))
  start = await startLocally(folder)
  lines = [...start.printed.values()].find((each) => each.includes('AZURE_AUTHORITY_HOST')) ?? ''
  await connectAcme()
}, 120_000)

afterAll(async () => {
  await start?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function connectAcme(): Promise<void> {
  const command = [...start.printed.values()].find((each) => each.includes('connect-sessions')) ?? ''
  const { stdout } = await shell(command.replace('/mine/', '/acme/'))
  const { connectUrl } = JSON.parse(stdout)
  const stopAt = `http://127.0.0.1:${start.ports.returnPage}`
  const person = { username: 'ada@outlook.example', password: 'open-sesame' }
  const visit = await createVisitor().signIn({ authorizeUrl: connectUrl, ...person, stopAt })
  expect(visit.url).toContain('status=connected')
}

/** A terminal of the developer's own: nothing of this process's environment. */
const shell = (command: string) =>
  promisify(execFile)('bash', ['-ec', command], { cwd: root, env: { PATH: process.env.PATH ?? '' } })

/** Runs a client after the printed lines. @returns what it printed. */
async function runClient(way: string, directory = ''): Promise<string> {
  const command = `'${process.execPath}' test/end-to-end/libraryClients.ts ${way} ${directory}`
  return (await shell(`${lines}\n${command}`)).stdout.trim()
}

describe('after the lines that npm start prints', () => {
  test.each(['DefaultAzureCredential', 'EnvironmentCredential', 'ClientSecretCredential'])(
    'an app with %s and no option gets a token and vends',
    async (way) => {
      expect(await runClient(way)).toBe('200 vended')
    },
  )

  test('MSAL Node vends once the address is one of its known authorities, and not before', async () => {
    expect(await runClient('knownAuthorities')).toBe('200 vended')
    expect(await runClient('msal')).toMatch(/endpoints_resolution_error|untrusted_authority/)
  })

  test('with the directory’s own ID, both libraries need their documented option', async () => {
    expect(await runClient('disableInstanceDiscovery', homeDirectoryId)).toBe('200 vended')
    expect(await runClient('knownAuthorities', homeDirectoryId)).toBe('200 vended')
    const without = await runClient('ClientSecretCredential', homeDirectoryId)
    expect(without).toMatch(/endpoints_resolution_error|untrusted_authority/)
  })
})

test('a client that does not trust the stack’s certificate gets no token', async () => {
  lines = lines.replace(/^export NODE_EXTRA_CA_CERTS=.*$/m, '')
  expect(await runClient('EnvironmentCredential')).toMatch(/certificate|network_error|endpoints_resolution/)
})
