import { describe, expect, test } from 'vitest'
import {
  bindingCookie,
  deriveBrowserSecret,
  isSameBrowser,
  newBrowser,
  recognizeBrowser,
  sha256,
} from '../../shared/access/browser.ts'

const https = 'https://broker.example.com'
const loopback = 'http://127.0.0.1:7071'
const sentBack = (cookie: string) => cookie.split(';')[0] ?? ''

describe('a browser', () => {
  test.each([https, loopback])('is recognized by its cookie at %s, among others', (publicUrl) => {
    const browser = newBrowser()
    const cookie = `a=b; ${sentBack(bindingCookie(publicUrl, browser))}; c=d`
    expect(recognizeBrowser(publicUrl, cookie)).toEqual(browser)
  })

  test.each([null, '', 'a=b', 'msads-sign-in=short', `x-msads-sign-in=${'a'.repeat(43)}`])(
    'is not recognized by the cookies "%s"',
    (cookie) => {
      expect(recognizeBrowser(loopback, cookie)).toBeUndefined()
    },
  )

  test('is distinguished from any other', () => {
    const [one, other] = [newBrowser(), newBrowser()]
    expect(isSameBrowser(one, one.hash)).toBe(true)
    expect(isSameBrowser(other, one.hash)).toBe(false)
    expect(isSameBrowser(undefined, one.hash)).toBe(false)
    expect(isSameBrowser(one, '')).toBe(false)
  })

  test('derives verifier and nonce for one sign-in only, and never the same', () => {
    const [one, other] = [newBrowser(), newBrowser()]
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
