import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { newBinding } from '../../shared/access/browser.ts'
import type { Broker } from '../../shared/broker.ts'
import { checkRequest, type RequestRules } from '../../shared/http/checkRequest.ts'
import { type ReceivedRequest, readPathParams } from '../../shared/http/receiveRequest.ts'

const publicUrl = 'https://broker.example'
const caller = { app: 'the-app', workspace: 'agency', rights: new Set(['Tokens.Vend']) }
const broker = {
  callers: { authenticate: async () => caller },
  config: { publicUrl, maxBodyBytes: 1000 },
} as unknown as Broker
const path = 'v1/tenants/{tenant}/things/{thing}'
const vending = { role: 'Tokens.Vend' } as const

function get(pathname: string, cookie: string | null = null): ReceivedRequest {
  const url = new URL(pathname, publicUrl)
  return {
    method: 'GET',
    url: url.href,
    query: url.searchParams,
    body: null,
    headers: { get: (name) => (name === 'cookie' ? cookie : null) },
    params: readPathParams(path, url.pathname),
  }
}

const accepted = <P>(acceptance: RequestRules<P, unknown, unknown>, request: ReceivedRequest, at = path) =>
  checkRequest({ broker, path: at }, acceptance, request)

describe('a request below a tenant', () => {
  test('concerns the tenant that the path names, in the caller’s own workspace', async () => {
    const params = z.object({ thing: z.string() })
    const { tenant, ...rest } = await accepted({ ...vending, params }, get('/v1/tenants/acme/things/x'))
    expect(tenant).toEqual({ workspace: 'agency', tenant: 'acme' })
    expect(rest).toMatchObject({ caller, params: { thing: 'x' } })
  })

  test.each(['%20', 'a%2Fb', '-a', 'a'.repeat(129)])('is refused if the path contains %s', async (id) => {
    await expect(accepted(vending, get(`/v1/tenants/${id}/things/x`))).rejects.toMatchObject({
      code: 'invalid_request',
      extras: { members: { errors: [{ in: 'path', field: 'tenant' }] } },
    })
  })

  test('is refused before it is read if the caller lacks the role', async () => {
    await expect(accepted({ role: 'Tenants.Manage' }, get('/v1/tenants/%20/things/x'))).rejects.toMatchObject(
      {
        code: 'caller_not_allowed',
        extras: { members: { requiredRole: 'Tenants.Manage', app: 'the-app' } },
      },
    )
  })
})

describe('a request that anyone can make', () => {
  const binding = newBinding()
  const name = '__Host-msads-sign-in'
  const cookie = `${name}=${binding.secret}`

  test('includes the browser that has our cookies', async () => {
    expect((await accepted({}, get('/oauth/callback', cookie), 'oauth/callback')).browser).toEqual({
      bindings: [{ name, ...binding }],
    })
    expect((await accepted({}, get('/oauth/callback'), 'oauth/callback')).browser).toBeUndefined()
  })

  test('is the only kind with a browser: an app’s cookie has no meaning', async () => {
    expect((await accepted(vending, get('/v1/tenants/acme/things/x', cookie))).browser).toBeUndefined()
  })
})
