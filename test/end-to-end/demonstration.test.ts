import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { steps } from '../../local/demonstration/steps.ts'
import { findFreePort } from '../../local/ports.ts'
import { defaultPorts } from '../../local/settings.ts'

const root = join(import.meta.dirname, '../..')

/** Runs the part of `npm start` after installation and build, with its own ports and folder. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'broker-demonstration-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const variables = Object.values(defaultPorts).map(({ variable }) => variable)
  const ports = await Promise.all(variables.map(async (name) => [name, String(await findFreePort())]))
  const child = spawn(
    process.execPath,
    [join(root, 'local/start.ts'), '--host', 'embedded', '--folder', folder, ...args],
    { cwd: root, env: { ...process.env, ...Object.fromEntries(ports), ...env } },
  )
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { out, err, status }
}

test('npm start -- --once --json runs the whole demonstration, reports each step, and exits with 0', async () => {
  const { out, err, status } = await start(['--once', '--json'])
  const told = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const performed = told.filter(({ event }) => event === 'step')
  expect(performed.filter(({ ok }) => !ok)).toEqual([])
  expect(performed.map(({ name }) => name)).toEqual(steps.map(({ name }) => name))
  expect(told.at(-1)).toMatchObject({ event: 'ended', ok: true, steps: steps.length })
  expect({ status, err }).toEqual({ status: 0, err: '' })
}, 120_000)

test('a variable that is not a port is reported on one line, with its purpose', async () => {
  const { err, status } = await start(['--once'], { LOCAL_VAULT_PORT: 'eight' })
  expect(status).toBe(1)
  expect(err.trim()).toBe(
    'LOCAL_VAULT_PORT is "eight", which is not a port: 1 to 65535, e.g. LOCAL_VAULT_PORT=8443.',
  )
})

test.each([
  'http://app.example.com/connected',
  'localhost:3000/connected',
  'https://*.example.com/connected',
])('the return URL %s, which the broker would refuse, is reported before anything starts', async (url) => {
  const { err, status } = await start(['--once', '--return-url', url])
  expect(status).toBe(2)
  expect(err).toContain(`--return-url is "${url}", which is not the URL of a page.`)
})
