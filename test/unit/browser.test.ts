import { describe, expect, test } from 'vitest'
import {
  type BindingCookie,
  type Browser,
  bindingCookies,
  deriveBrowserSecret,
  findBinding,
  newBinding,
  recognizeBrowser,
  sha256,
} from '../../shared/access/browser.ts'

const https = 'https://broker.example.com'
const loopback = 'http://127.0.0.1:7071'
const now = new Date('2026-11-28T12:00:00.123Z')
const later = new Date('2026-11-28T12:00:00.124Z')
const begin = (publicUrl: string, browser?: Browser, at = now) => {
  const binding = newBinding()
  return { binding, cookies: bindingCookies(publicUrl, binding, { browser, now: at, maxAge: 60 }) }
}
const sentBack = (cookies: readonly BindingCookie[]) =>
  cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

describe('a browser', () => {
  test.each([https, loopback])('is recognized by its cookies at %s, among others', (publicUrl) => {
    const [second, first] = [begin(publicUrl, undefined, later), begin(publicUrl)]
    const header = `a=b; ${sentBack([...second.cookies, ...first.cookies])}; c=d`
    const browser = recognizeBrowser(publicUrl, header)
    expect(browser?.bindings.map(({ hash }) => hash)).toEqual([first.binding.hash, second.binding.hash])
    expect(browser?.bindings.map(({ secret }) => secret)).toEqual([
      first.binding.secret,
      second.binding.secret,
    ])
  })

  test.each(['__Host-msads-sign-in', '__Host-msads-sign-in-mi1a2b3c-_h-x'])(
    'is recognized by the cookie of an earlier version: %s',
    (cookieName) => {
      const secret = 'GE--Kn1K-tIfiu4To8A54p7L4WpYx2bRGE--Kn1K-tI'
      const browser = recognizeBrowser(https, `${cookieName}=${secret}`)
      expect(browser?.bindings.map((binding) => binding.secret)).toEqual([secret])
    },
  )

  test.each([
    ...[null, '', 'a=b', 'msads-sign-in=short', `x-msads-sign-in=${'a'.repeat(43)}`],
    ...[`msads-sign-in-1=${'a'.repeat(43)}`, `__Host-msads-sign-in=${'a'.repeat(43)}`],
  ])('is not recognized by the cookies "%s"', (cookie) => {
    expect(recognizeBrowser(loopback, cookie)).toBeUndefined()
  })

  test('is distinguished from any other', () => {
    const [one, other] = [begin(https), begin(https)]
    const browser = recognizeBrowser(https, sentBack(one.cookies))
    expect(findBinding(browser, one.binding.hash)).toMatchObject(one.binding)
    expect(findBinding(browser, other.binding.hash)).toBeUndefined()
    expect(findBinding(undefined, one.binding.hash)).toBeUndefined()
    expect(findBinding(browser, '')).toBeUndefined()
  })

  test('gets a cookie of its own name for each sign-in, even two in the same millisecond', () => {
    const names = [begin(https), begin(https), begin(https, undefined, later)].map(
      ({ cookies }) => cookies[0]?.name,
    )
    expect(new Set(names).size).toBe(3)
    // RFC 6265bis, section 4.1.3.2: Secure, Path=/ and no Domain.
    expect(begin(https).cookies).toEqual([
      {
        name: expect.stringMatching(/^__Host-msads-sign-in-[0-9a-z]{8}-[0-9a-f]{4}$/),
        value: expect.stringMatching(/^[0-9A-Za-z]{43}$/),
        ...{ maxAge: 60, path: '/', httpOnly: true, sameSite: 'Lax', secure: true },
      },
    ])
    expect(begin(loopback).cookies[0]).toMatchObject({
      name: expect.stringMatching(/^msads-sign-in-/),
      secure: false,
    })
  })

  test('keeps the cookies of 20 sign-ins; the oldest ones are removed', () => {
    const at = (index: number) => new Date(now.getTime() + index)
    const all = Array.from({ length: 21 }, (_, index) => begin(https, undefined, at(index)).cookies[0])
    const known = (count: number) =>
      recognizeBrowser(https, sentBack(all.slice(0, count).flatMap((cookie) => cookie ?? [])))
    expect(begin(https, known(19)).cookies).toHaveLength(1)
    const removed = (count: number) => begin(https, known(count)).cookies.slice(1)
    expect(removed(20)).toEqual([{ ...all[0], value: '', maxAge: 0 }])
    expect(removed(21).map(({ name }) => name)).toEqual([all[0]?.name, all[1]?.name])
  })

  test('derives verifier and nonce for one sign-in only, and never the same', () => {
    const [one, other] = [newBinding(), newBinding()]
    const values = [
      deriveBrowserSecret(one, 'pkce', 'state'),
      deriveBrowserSecret(one, 'nonce', 'state'),
      deriveBrowserSecret(one, 'pkce', 'another'),
      deriveBrowserSecret(other, 'pkce', 'state'),
    ]
    expect(new Set(values).size).toBe(values.length)
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
    expect(deriveBrowserSecret(one, 'pkce', 'state')).toBe(values[0])
  })

  test('creates the challenge of RFC 7636, appendix B', () => {
    expect(sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })
})
