import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DoctorReport } from '../../scripts/doctor/finding.ts'
import { openWorld, type World } from './world.ts'

let world: World
let proxy: Awaited<ReturnType<typeof startProxy>>

beforeAll(async () => {
  ;[world, proxy] = await Promise.all([openWorld(), startProxy()])
})

afterAll(async () => {
  await world?.close()
  await proxy?.stop()
})

/** Each process takes seconds to start. */
const slow = { timeout: 120_000 }

/** A proxy that forwards everything, and records to which port. */
async function startProxy() {
  const ports = new Set<number>()
  const sockets = new Set<net.Socket>()
  const server = http.createServer((incoming, outgoing) => {
    const { port, pathname, search } = new URL(incoming.url ?? '')
    ports.add(Number(port))
    const { method, headers } = incoming
    const target = { host: '127.0.0.1', port, path: pathname + search, method, headers }
    const request = http.request(target, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
    request.on('error', () => outgoing.destroy())
    incoming.pipe(request)
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', ({ url }, socket, head) => {
    const port = Number(url?.split(':').at(-1))
    ports.add(port)
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    sockets.add(upstream)
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    ports,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test(
  'a broker whose environment names a proxy says so instead of using it here and there',
  slow,
  async () => {
    const broker = await world.addBroker({ https_proxy: proxy.origin })
    const health = await fetch(`${broker.origin}/health`)
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({
      code: 'broker_not_configured',
      settings: [{ setting: 'https_proxy', meaning: expect.stringContaining('supports no outbound proxy') }],
    })
    await expect(broker.waitForLine(/https_proxy: names an outbound proxy/)).resolves.toBeDefined()
    const { table, vault, signIn } = world.stack.ports
    for (const port of [table, vault, signIn]) expect(proxy.ports).not.toContain(port)
  },
)

test.each(['ALL_PROXY', 'HTTPS_PROXY and HTTP_PROXY'])(
  'a command follows %s with every one of its calls',
  slow,
  async (variables) => {
    proxy.ports.clear()
    const { stack } = world
    const { ports } = stack
    const file = join(stack.folder, 'proxies.settings.json')
    await writeFile(file, JSON.stringify({ Values: stack.settings() }))
    const named = Object.fromEntries(variables.split(' and ').map((name) => [name, proxy.origin]))
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...named }
    const args = ['scripts/doctor.ts', '--json', '--settings', file]
    const ended = await promisify(execFile)(process.execPath, args, { env }).catch((error) => error)
    const { checks, outgoing } = JSON.parse(ended.stdout) as DoctorReport
    expect(outgoing?.map(({ host }) => host)).toContain(`127.0.0.1:${ports.table}`)
    const good = checks.filter(({ ok }) => ok).map(({ name }) => name)
    expect(good).toEqual(
      expect.arrayContaining(['settings', 'health', 'table Tenants', 'sign-in table: production microsoft']),
    )
    const called = [ports.broker, ports.table, ports.queue, ports.vault, ports.grantVault, ports.signIn]
    expect([...proxy.ports]).toEqual(expect.arrayContaining(called))
  },
)
