import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundleApp, spawnCli, spawnHost, writeApp, writeFixtureApp } from './host-app/fixture.ts'

async function fail(args: readonly string[]) {
  const child = spawnCli(args)
  let output = ''
  child.stderr!.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  return { code, output }
}

test('values of local.settings.json reach the app, but do not override the environment', async () => {
  await using folder = await writeApp({
    'package.json': '{"main":"index.js"}',
    'local.settings.json': '{"Values":{"ONE":"settings","TWO":"settings"}}',
    'index.js': 'const { ONE, TWO } = process.env; console.log(ONE, TWO, process.cwd())',
  })
  const host = await spawnHost(folder.path, { TWO: 'environment' })
  expect(host.lines).toContain(`settings environment ${folder.path}`)
  expect(await host.stop()).toBe(0)
})

test('the functions are listed with method and address', async () => {
  await using folder = await writeFixtureApp({})
  const host = await spawnHost(folder.path)
  expect(host.lines).toContain(`\tquery: [GET] ${host.origin}/api/query`)
  expect(host.lines).toContain('\ttick: timerTrigger')
  expect(await (await fetch(`${host.origin}/api/query?q=1`)).json()).toMatchObject({ q: '1' })
  expect(await host.stop()).toBe(0)
})

test('SIGTERM runs the terminate hooks, cuts off running requests, and exits', async () => {
  await using folder = await writeFixtureApp({})
  const host = await spawnHost(folder.path)
  const pending = fetch(`${host.origin}/api/slow`)
  const cut = expect(pending).rejects.toThrow('fetch failed')
  // An answer to a later request proves that the first one has arrived.
  await fetch(`${host.origin}/api/query`)
  expect(await host.stop()).toBe(0)
  await cut
  expect(host.lines.at(-1)).toBe('hook: app terminated')
})

test('without hooks, SIGTERM reaches only the app', async () => {
  await using folder = await writeFixtureApp({})
  const host = await spawnHost(folder.path, {}, ['--without-hooks'])
  // The signal ended the process, because this app doesn't handle it.
  expect(await host.stop()).toBe(null)
  expect(host.lines).not.toContain('hook: app terminated')
})

test.each(['no', 'yes'])(
  'an invocation beyond functionTimeout ends the process with status 1, HTTP streams: %s',
  async (STREAM) => {
    await using folder = await writeFixtureApp({ functionTimeout: '00:00:01' })
    const host = await spawnHost(folder.path, { STREAM })
    const requests = [fetch(`${host.origin}/api/slow`), fetch(`${host.origin}/api/slow`)]
    const settled = await Promise.allSettled(requests)
    // Without streaming, the host answers for a failed invocation.
    if (STREAM === 'yes') expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await host.ended).toBe(1)
    await host.line('slow ran longer than functionTimeout allows (1 s). Azure restarts the worker')
    expect(host.lines).not.toContain('hook: app terminated')
  },
)

test('an unanswered caller makes the host exit with status 1', async () => {
  await using folder = await writeFixtureApp({})
  const host = await spawnHost(folder.path, { STREAM: 'yes' })
  await expect(fetch(`${host.origin}/api/nothing`)).rejects.toThrow('fetch failed')
  expect(await host.stop()).toBe(1)
})

test('a request before the app is loaded gets 503', async () => {
  await using folder = await writeApp({
    'package.json': '{"main":"index.mjs"}',
    'index.mjs': `const port = process.env.WEBSITE_HOSTNAME.split(':')[1]
      console.log('early', (await fetch('http://127.0.0.1:' + port)).status)`,
  })
  const host = await spawnHost(folder.path)
  expect(host.lines).toContain('early 503')
  expect(await host.stop()).toBe(0)
})

test('ES modules and globs in `main` are loaded, file after file', async () => {
  const entry = fileURLToPath(new URL('host-app/app.ts', import.meta.url))
  const bundle = await bundleApp('esm', entry)
  await using folder = await writeApp({
    'package.json': '{"type":"module","main":"dist/{first,functions/*}.js"}',
    'dist/first.js':
      "import core from '@azure/functions-core'\nconsole.log('core', typeof core.registerFunction)",
    'dist/functions/app.js': bundle,
  })
  const host = await spawnHost(folder.path, { STREAM: 'yes' })
  expect(host.lines[0]).toBe('core function')
  expect((await fetch(`${host.origin}/api/query`)).status).toBe(200)
  await host.stop()
})

test.each([
  ['function-a', 'Same/Route', ['GET'], 'function-b', 'same/route', 'have the same route'],
  ['function-a', 'adminstuff', ['GET'], 'function-b', 'b', "conflicts with the host's own routes"],
  ['function-a', 'Runtime/x', ['GET'], 'function-b', 'b', "conflicts with the host's own routes"],
])('%s on %s (%j) with %s on %s ends the host: %s', async (a, routeA, methods, b, routeB, reason) => {
  const register = (name: string, route: string) =>
    `core.registerFunction({ name: '${name}', bindings: { request: { type: 'httpTrigger', direction: 'in', ` +
    `authLevel: 'anonymous', methods: ${JSON.stringify(methods)}, route: '${route}' } } }, () => {})`
  await using folder = await writeApp({
    'package.json': '{"main":"index.js"}',
    'index.js': `const core = require('@azure/functions-core')\n${register(a, routeA)}\n${register(b, routeB)}`,
  })
  const { code, output } = await fail(['--app', folder.path, '--port', '0'])
  expect(code).toBe(1)
  expect(output).toContain(reason)
})

test.each([
  [{ 'package.json': '{"main":"dist/app.cjs"}' }, 'no file matches it'],
  [{ 'package.json': '{}' }, 'names no `main`'],
  [{}, 'no readable package.json'],
  [
    { 'package.json': '{"main":"a.cjs"}', 'a.cjs': 'throw new Error("broken")' },
    '"a.cjs" failed to load: broken',
  ],
  [{ 'host.json': '{"functionTimeout":1}' }, 'functionTimeout'],
])('an app that cannot be loaded ends the host with status 1: %j', async (files, reason) => {
  await using folder = await writeApp(files as Record<string, string>)
  const { code, output } = await fail(['--app', folder.path, '--port', '0'])
  expect(code).toBe(1)
  expect(output).toContain(reason)
})

test('a taken port makes the host exit with status 1, the port, and a fix', async () => {
  await using folder = await writeFixtureApp({})
  await using server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, output } = await fail(['--app', folder.path, '--port', String(port)])
  expect(code).toBe(1)
  expect(output).toMatch(new RegExp(`Port ${port}.*taken.*--port`, 's'))
})
