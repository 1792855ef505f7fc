import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, startChild } from '../../local/child.ts'
import { findFreePort } from '../../local/ports.ts'
import { defaultPorts } from '../../local/settings.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'

const root = join(import.meta.dirname, '../..')
const children: Child[] = []
let folder: string
let origin: string
/** The commands that `npm start` prints, by what they do. */
const printed = new Map<string, string>()

/** As `docs/first-app.md` says: the stack with the app's return URL, and the app beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-sample-'))
  const free = await Promise.all(
    Object.entries(defaultPorts).map(async ([name, { variable }]) => ({
      name,
      variable,
      port: String(await findFreePort()),
    })),
  )
  const port = String(await findFreePort())
  origin = `http://localhost:${port}`
  const start = (name: string, args: string[], env: Record<string, string>) => {
    const child = startChild({
      name,
      command: process.execPath,
      args,
      env: { ...process.env, ...env },
      cwd: root,
      onLine,
    })
    children.push(child)
    return child
  }
  const onLine = (line: string) => {
    if (!line.startsWith('{')) return
    const { what, command } = JSON.parse(line)
    if (command) printed.set(what, command)
  }
  const options = ['--json', '--no-demo', '--host', 'embedded', '--folder', folder]
  const stack = start(
    'npm start',
    ['local/start.ts', ...options, '--return-url', `${origin}/connected`],
    Object.fromEntries(free.map(({ variable, port }) => [variable, port])),
  )
  await stack.waitForLine(/Ctrl-C/)
  const broker = `http://127.0.0.1:${free.find(({ name }) => name === 'broker')?.port}`
  const app = start('The sample app', ['samples/app/app.mjs'], { BROKER_URL: broker, PORT: port })
  await app.waitForLine(/sample app is at/)
}, 120_000)

afterAll(async () => {
  for (const child of children.reverse()) await child.stop()
  await rm(folder, { recursive: true, force: true })
})

const connectUrl = async () => {
  const answer = await fetch(`${origin}/connect`, { method: 'POST', redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { authorizeUrl: answer.headers.get('location') ?? '', cookie }
}

test('the sample app connects an advertiser, vends, and lists the campaigns', async () => {
  const before = await fetch(`${origin}/campaigns`)
  expect({ status: before.status, text: await before.text() }).toMatchObject({
    status: 502,
    text: expect.stringContaining('tenant_not_found'),
  })

  const { authorizeUrl, cookie } = await connectUrl()
  const person = { username: 'ada@outlook.example', password: 'open-sesame' }
  const visit = await createVisitor().signIn({ authorizeUrl, ...person, stopAt: `${origin}/connected` })
  expect(visit.stopped).toBe(true)
  const back = await fetch(visit.url, { headers: { cookie } })
  expect(await back.text()).toContain('The sign-in ended: connected')
  expect(await (await fetch(visit.url)).text()).toContain('begun in another browser')

  const campaigns = await fetch(`${origin}/campaigns`)
  expect(campaigns.status).toBe(200)
  expect(await campaigns.text()).toMatch(/The campaigns of account \d+:[\s\S]*"Id"/)
})

test('the printed lines get a token of the demo app', async () => {
  const command = [...printed.values()].find((each) => each.includes('client_secret')) ?? ''
  expect(command.split('\n')).toHaveLength(3)
  const [, url = ''] = /curl -s (\S+)/.exec(command) ?? []
  const fields = new URLSearchParams(
    [...command.matchAll(/-d (\w+=\S+)/g)].map(([, field]) => field).join('&'),
  )
  const answer = await fetch(url, { method: 'POST', body: fields })
  expect(await answer.json()).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) })
})
