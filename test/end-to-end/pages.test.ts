import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ persistent: true })
})

afterAll(() => world.close())

const ask = (path: string, init: RequestInit = {}) => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...init.headers }
  return fetch(`${world.origin}${path}`, { redirect: 'manual', ...init, headers })
}
const posted = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'text/plain' } })

describe('every request of a browser gets a page', () => {
  test.each<[string, string, RequestInit, number]>([
    ['a link that was cut off', `/oauth/authorize?session=${'x'.repeat(300)}`, {}, 400],
    ['a doubled state', '/oauth/callback?state=a&state=b', {}, 400],
    ['a long description', `/oauth/callback?error=x&error_description=${'x'.repeat(5000)}`, {}, 400],
    ['a choice that nobody opened', '/oauth/accounts?choice=x&page=0', {}, 410],
    ['a choice with a long name', `/oauth/accounts?choice=${'x'.repeat(300)}`, {}, 400],
    ['a body that is no form', '/oauth/accounts', posted('%%%'), 410],
    ['a body that is too large', '/oauth/accounts', posted('x'.repeat(300_000)), 413],
    ['an unsupported method', '/oauth/authorize', { method: 'DELETE' }, 405],
    ['an unknown address', '/oauth/nowhere?a=1', {}, 404],
  ])('%s', async (_title, path, init, status) => {
    const answer = await ask(path, init)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await answer.text()).toMatch(/<h1>[^<]+<\/h1>/)
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, POST, HEAD')
  })

  test('a problem document only if JSON is preferred', async () => {
    const headers = { accept: 'application/json, */*' }
    const answer = await ask('/oauth/nowhere', { headers })
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json()).toMatchObject({ status: 404, code: 'route_not_found' })
  })

  test('a link with the duplicate tracking parameters of a mail still works', async () => {
    const { connectUrl } = await world.session(world.newTenant())
    const answer = await fetch(`${connectUrl}&utm_source=a&utm_source=b`, { redirect: 'manual' })
    expect(answer.status).toBe(302)
  })
})

describe('storage does not answer', () => {
  test('after the sign-in: a page with a link back, and a sign-in that works once storage is back', async () => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    const { grantVault, vault } = world.stack.parts
    await Promise.all([vault.stop(), grantVault.stop()])
    const answer = await ask(callbackUrl.slice(world.origin.length), { headers: { cookie } })
    await Promise.all([vault.start(), grantVault.start()])
    const body = await answer.text()
    expect(answer.status).toBe(503)
    expect(body).toContain('storage_unavailable')
    expect(body).toContain('error=storage_unavailable')
    const again = (/href="([^"]*\/oauth\/authorize\?[^"]*)"/.exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
    expect((await ask(again.slice(world.origin.length), { headers: { cookie } })).status).toBe(302)
    expect((await createVisitor().visit(again)).status).toBe(400)
  })

  test('before it: a page that can be reloaded', async () => {
    const { connectUrl } = await world.session(world.newTenant())
    await world.stack.parts.azurite.stop()
    const answer = await ask(connectUrl.slice(world.origin.length))
    await world.stack.parts.azurite.start()
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('<a class="button" href="">Try again</a>')
    expect((await ask(connectUrl.slice(world.origin.length))).status).toBe(302)
  })
})
