import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, startChild } from '../../local/child.ts'
import { findFreePort } from '../../local/ports.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type LocalStart, startLocally } from './startLocally.ts'

const root = join(import.meta.dirname, '../..')
const children: Child[] = []
let folder: string
let origin: string
let stack: LocalStart

/** As `docs/first-app.md` says: the stack with the app's return URL, and the app beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-sample-'))
  const port = String(await findFreePort())
  origin = `http://localhost:${port}`
  stack = await startLocally(folder, ['--return-url', `${origin}/connected`])
  children.push(stack)
  const app = startChild({
    name: 'The sample app',
    command: process.execPath,
    args: ['samples/app/app.mjs'],
    env: { ...process.env, BROKER_URL: `http://127.0.0.1:${stack.ports.broker}`, PORT: port },
    cwd: root,
  })
  children.push(app)
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
  const command = [...stack.printed.values()].find((each) => each.includes('client_secret')) ?? ''
  expect(command.split('\n')).toHaveLength(3)
  const [, url = ''] = /curl -s (\S+)/.exec(command) ?? []
  const fields = new URLSearchParams(
    [...command.matchAll(/-d (\w+=\S+)/g)].map(([, field]) => field).join('&'),
  )
  const answer = await fetch(url, { method: 'POST', body: fields })
  expect(await answer.json()).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) })
})
