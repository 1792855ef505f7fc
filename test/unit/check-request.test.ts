import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { newBinding } from '../../shared/access/browser.ts'
import type { Broker } from '../../shared/broker.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { checkRequest, type RequestRules } from '../../shared/http/checkRequest.ts'
import { createReadPathParams, type ReceivedRequest } from '../../shared/http/receiveRequest.ts'
import { Problem } from '../../shared/problems.ts'
import { type AppRole, appRoles } from '../../shared/settings/appRoles.ts'

const publicUrl = 'https://broker.example'
const token = { issuedAt: new Date('2026-11-28T08:00:00Z'), expiresAt: new Date('2026-11-29T08:00:00Z') }
const caller = { app: 'the-app', workspace: 'agency', rights: new Set(['Tokens.Vend']), token }
const broker = {
  callers: { authenticate: async () => caller },
  refusedApps: { isRefused: async () => false },
  config: { publicUrl, maxBodyBytes: 1000, callerIssuers: [] },
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
    params: createReadPathParams(path)(url.pathname),
  }
}

const accepted = <P>(acceptance: RequestRules<P, unknown, unknown>, request: ReceivedRequest, at = path) =>
  checkRequest({ broker, path: at }, acceptance, request)

/** The same, with the answer to whether the app is refused. */
const judged = (isRefused: () => Promise<boolean>, role: AppRole, rights: readonly AppRole[] = [role]) => {
  const authenticate = async () => ({ ...caller, rights: new Set(rights) })
  const judging = { ...broker, callers: { authenticate }, refusedApps: { isRefused } } as unknown as Broker
  return checkRequest({ broker: judging, path: 'v1/x' }, { role }, get('/v1/x'))
}

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

describe('a request that is limited', () => {
  const taken: unknown[] = []
  const take = (...took: unknown[]) => void taken.push(took)
  const limiting = { ...broker, requestLimiter: { take } } as unknown as Broker
  const checked = (rules: object, at = '/v1/tenants/acme/things/x') =>
    checkRequest({ broker: limiting, path }, { ...vending, ...rules }, get(at))

  test('is counted for its app, workspace, and tenant', async () => {
    taken.length = 0
    await checked({ limit: 'grantsPerMinute' })
    expect(taken).toEqual([['grantsPerMinute', { app: 'the-app', workspace: 'agency', tenant: 'acme' }]])
  })

  test('is counted only if it’s valid, and only if its body is of that kind', async () => {
    taken.length = 0
    await expect(checked({ limit: 'grantsPerMinute' }, '/v1/tenants/%20/things/x')).rejects.toThrow()
    await checked({ limit: () => undefined })
    await checked({})
    expect(taken).toEqual([])
  })

  test('is refused by its limit', async () => {
    const refuse = () => {
      throw new Problem('too_many_requests')
    }
    const refusing = { ...broker, requestLimiter: { take: refuse } } as unknown as Broker
    const rules = { ...vending, limit: 'grantsPerMinute' } as const
    const asked = checkRequest({ broker: refusing, path }, rules, get('/v1/tenants/acme/things/x'))
    await expect(asked).rejects.toMatchObject({ code: 'too_many_requests' })
  })
})

describe('an app without the role', () => {
  test('learns when its token was issued and ends, and that a managed identity keeps it for a day', async () => {
    const refusal = await judged(async () => false, 'Tenants.Manage', ['Tokens.Vend']).catch((error) => error)
    expect(refusal).toMatchObject({
      code: 'caller_not_allowed',
      extras: {
        members: {
          token: { issuedAt: '2026-11-28T08:00:00.000Z', expiresAt: '2026-11-29T08:00:00.000Z' },
        },
      },
    })
    for (const said of [/issued at 2026-11-28T08/, /expires at 2026-11-29T08/, /managed identity .*24 hours/])
      expect(refusal.message).toMatch(said)
  })
})

describe('an app that the operator has cut off', () => {
  const refused = { code: 'caller_refused', extras: { members: { app: 'the-app' } } }

  test.each(appRoles)('is refused where %s is required, even if it lacks that role', async (role) => {
    await expect(judged(async () => true, role)).rejects.toMatchObject(refused)
    await expect(judged(async () => true, role, [])).rejects.toMatchObject(refused)
  })

  test('is refused by its object id, too', async () => {
    const authenticate = async () => ({ ...caller, objectId: 'object', rights: new Set(appRoles) })
    const isRefused = async (...ids: string[]) => ids.includes('object')
    const judging = { ...broker, callers: { authenticate }, refusedApps: { isRefused } } as unknown as Broker
    const asked = checkRequest({ broker: judging, path: 'v1/x' }, vending, get('/v1/x'))
    await expect(asked).rejects.toMatchObject(refused)
  })

  test('can’t be told apart in a process that never read the rules, so only operators get through', async () => {
    const unread = async () => {
      throw new StorageUnavailableError('tables', 503, 'ServerBusy')
    }
    await expect(judged(unread, 'Tokens.Vend')).rejects.toBeInstanceOf(StorageUnavailableError)
    await expect(judged(unread, 'Tenants.Manage')).rejects.toBeInstanceOf(StorageUnavailableError)
    expect((await judged(unread, 'Broker.Operate')).caller.app).toBe('the-app')
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

describe('a route whose caller’s credential can be in the body', () => {
  const posted = (form: string, at: string): ReceivedRequest => ({
    ...get(at),
    method: 'POST',
    body: new Response(form).body as ReceivedRequest['body'],
    headers: {
      get: (name) =>
        ({ authorization: 'Bearer x', 'content-type': 'application/x-www-form-urlencoded' })[name] ?? null,
    },
  })
  const body = z.object({ who: z.string() })
  const rules: RequestRules<unknown, unknown, { who: string }> = {
    role: 'Tokens.Vend',
    body,
    bodyFormat: 'form',
    authenticate: async (_broker, { authorization, body: { who } }) => {
      const rights = new Set<AppRole>(who === 'vender' ? ['Tokens.Vend'] : [])
      return { ...caller, app: `${authorization} ${who}`, workspace: who, rights }
    },
  }
  const check = (form: string, own: Broker = broker) =>
    checkRequest({ broker: own, path }, rules, posted(form, '/v1/tenants/acme/things/x'))

  test('finds the caller by the header and the body, and the tenant in that caller’s workspace', async () => {
    expect(await check('who=vender')).toMatchObject({
      caller: { app: 'Bearer x vender' },
      tenant: { workspace: 'vender', tenant: 'acme' },
      body: { who: 'vender' },
    })
  })

  test('asks for the role, and whether the app is refused, as everywhere', async () => {
    await expect(check('who=reader')).rejects.toMatchObject({ code: 'caller_not_allowed' })
    const isRefused = async (app: string) => app === 'Bearer x vender'
    const refusing = { ...broker, refusedApps: { isRefused } } as unknown as Broker
    await expect(check('who=vender', refusing)).rejects.toMatchObject({ code: 'caller_refused' })
  })

  test('reads its body as a form, and every other route’s as JSON', async () => {
    const { bodyFormat: _, ...asJson } = rules
    const request = posted('who=vender', '/v1/tenants/acme/things/x')
    const checked = checkRequest({ broker, path }, asJson, request)
    await expect(checked).rejects.toMatchObject({ code: 'unsupported_media_type' })
  })

  test('reads no body that is too large or malformed for a caller', async () => {
    await expect(check('')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(check(`who=${'x'.repeat(1001)}`)).rejects.toMatchObject({ code: 'body_too_large' })
  })
})
