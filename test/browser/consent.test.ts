import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { darken, inEachBrowser, picture } from './browser.ts'
import { signIn } from './signIn.ts'

let world: World
let context: BrowserContext
let page: Page

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.close())

/** Saves the page as on a computer and on a phone, where nothing may be wider than the screen. */
async function pictures(name: string): Promise<void> {
  await picture(page, name)
  await page.setViewportSize({ width: 360, height: 640 })
  await picture(page, `${name}-phone`)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
}

inEachBrowser((browser) => {
  beforeAll(() => world.signIn.forgetConsents())

  beforeEach(async () => {
    context = await browser().newContext({ viewport: { width: 800, height: 700 } })
    page = await context.newPage()
  })

  afterEach(() => context.close())

  describe('a person', () => {
    test('opens the link, signs in, consents, and is back at the app', async () => {
      const tenant = world.newTenant()
      const { connectUrl } = await world.session(tenant)
      await page.goto(connectUrl)
      await picture(page, 'sign-in')
      await signIn(page, 'ada@outlook.example')
      await picture(page, 'consent')
      await page.click('#accept')
      await page.waitForURL(`${world.returnUrl}**`)
      await picture(page, 'back-at-the-app')
      expect(new URL(page.url()).searchParams.get('status')).toBe('connected')
      expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
    })

    test('passes a second factor along the way', async () => {
      const { connectUrl } = await world.session(world.newTenant())
      await page.goto(connectUrl)
      await signIn(page, 'radia@contoso.example')
      await picture(page, 'second-factor')
      await page.fill('#code', '000000')
      await page.click('#verify')
      await page.click('#accept')
      await page.waitForURL(`${world.returnUrl}**`)
    })

    test('types a wrong password, gets an error, and can try again', async () => {
      const { connectUrl } = await world.session(world.newTenant())
      await page.goto(connectUrl)
      await page.fill('#username', 'edsger@contoso.example')
      await page.fill('#password', 'wrong')
      await page.click('#sign-in')
      await picture(page, 'wrong-password')
      expect(await page.textContent('#error')).toBeTruthy()
      await signIn(page, 'edsger@contoso.example')
      await page.click('#accept')
      await page.waitForURL(/connected|accounts/)
    })

    test('declines, and the app learns it', async () => {
      const { connectUrl } = await world.session(world.newTenant(), { environment: 'sandbox' })
      await page.goto(connectUrl)
      await signIn(page, 'ada@outlook.example')
      await page.click('#decline')
      await page.waitForURL(`${world.returnUrl}**`)
      expect(new URL(page.url()).searchParams.get('error')).toBe('consent_declined')
    })
  })

  describe('every final page is readable', () => {
    test.each([
      ['no_advertising_user', 'niklaus@outlook.example', 'no Microsoft Advertising access'],
      ['wrong_account_kind', 'barbara@outlook.example', 'work or school account'],
      ['consent_not_given', 'donald@fabrikam.example', 'Either you declined'],
      ['advertising_not_enabled', 'margaret@fabrikam.example', 'administrator'],
    ])('%s', async (code, person, words) => {
      const { connectUrl } = await world.session(world.newTenant())
      await page.goto(connectUrl)
      await signIn(page, person)
      const consent = await page.$('#accept')
      if (consent) await consent.click()
      const approval = await page.$('#back')
      if (approval) await approval.click()
      await page.waitForSelector('#code')
      await pictures(code)
      expect(await page.textContent('main')).toContain(words)
      expect(await page.textContent('#code')).toContain(code)
      if (await page.isVisible('#copy')) {
        await page.click('#copy')
        await expect.poll(() => page.textContent('#copied')).toMatch(/^Copied|is selected/)
      }
      await page.click('text=Back to Demo Reports')
      await page.waitForURL(`${world.returnUrl}**`)
      expect(new URL(page.url()).searchParams.get('error')).toBe(code)
    })

    test('a permission that Microsoft didn’t grant', async () => {
      await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind: 'narrowScope' })
      const { connectUrl } = await world.session(world.newTenant())
      await page.goto(connectUrl)
      await signIn(page, 'radia@contoso.example')
      await page.fill('#code', '000000')
      await page.click('#verify')
      const consent = await page.$('#accept')
      if (consent) await consent.click()
      await page.waitForSelector('main .support #code')
      await pictures('scope_not_granted')
      expect(await page.textContent('#code')).toContain('scope_not_granted')
      expect(await page.textContent('main')).toContain('nothing you need to do')
    })

    test('the approval that is missing, by its own number', async () => {
      await world.signIn.fault({ endpoint: 'authorize', kind: 'adminConsent' })
      await page.goto((await world.session(world.newTenant())).connectUrl)
      await pictures('admin_consent_required')
      expect(await page.textContent('#code')).toBe('admin_consent_required')
    })

    test('after a Google account that Microsoft Advertising doesn’t know, Google’s list of accounts', async () => {
      const fault = { kind: 'fault', code: 105, reason: 'UserNotFound', path: '/User/Query', times: 1 }
      await world.advertising.fault(fault)
      await page.goto((await world.session(world.newTenant(), { identityProvider: 'google' })).connectUrl)
      await signIn(page, 'tony@gmail.example')
      await page.click('#accept')
      await page.click('text=Use another account')
      await page.waitForSelector('#signed-in')
      await picture(page, 'google-chooser')
      await page.click('#another')
      expect(await page.inputValue('#username')).toBe('')
    })

    test('a person whom the app didn’t expect, who then connects', async () => {
      const tenant = world.newTenant()
      const options = { loginHint: 'edsger@contoso.example' }
      await page.goto((await world.session(tenant, options)).connectUrl)
      expect(await page.inputValue('#username')).toBe(options.loginHint)
      await signIn(page, 'ada@outlook.example')
      await page.waitForURL(/oauth\/confirm/)
      await pictures('unexpected-person')
      await darken(page)
      await picture(page, 'unexpected-person-phone-dark')
      const question = page.url()
      await page.click('#another')
      await page.waitForSelector('#username')
      expect(await page.inputValue('#username')).toBe('')
      await page.goto(question)
      // Both clicks in one turn: a mouse's second click would wait for a page that the first one leaves.
      await page.evaluate('for (const _ of [1, 2]) document.querySelector("#connect").click()')
      // The second click may abort the first one's navigation, at which `waitForURL` would fail.
      await expect.poll(() => page.url(), { timeout: 15_000 }).toContain(world.returnUrl)
      expect(new URL(page.url()).searchParams.get('status')).toBe('connected')
      expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
    })

    test('Google’s page about an administrator’s policy is the last one', async () => {
      await page.goto((await world.session(world.newTenant(), { identityProvider: 'google' })).connectUrl)
      await signIn(page, 'leslie@workspace.example')
      await page.waitForSelector('#error')
      expect(await page.textContent('#error')).toContain('admin_policy_enforced')
    })

    test('a used link in another browser, with the way back', async () => {
      const { connectUrl } = await world.session(world.newTenant())
      await world.finish(connectUrl, 'ada@outlook.example')
      await page.goto(connectUrl)
      await pictures('link_already_used')
      expect(await page.textContent('h1')).toBe('This link has already been used')
      await page.click('a:has-text("Back to Demo Reports")')
      await page.waitForURL(`${world.returnUrl}**`)
      expect(new URL(page.url()).searchParams.get('error')).toBe('link_already_used')
    })

    test('a link that is no longer valid, with the way back', async () => {
      const tenant = world.newTenant()
      const { connectUrl } = await world.session(tenant)
      await world.call('DELETE', `/v1/tenants/${tenant}`)
      await page.goto(connectUrl)
      await pictures('link_not_valid')
      expect(await page.textContent('h1')).toBe('This link no longer works')
      await page.click('a:has-text("Back to Demo Reports")')
      await page.waitForURL(`${world.returnUrl}**`)
    })

    test('the hint before Google’s sign-in, in a browser inside another app', async () => {
      const userAgent = 'Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) Chrome/143 Mobile Safari/537.36'
      const inside = await browser().newContext({ userAgent, viewport: { width: 800, height: 700 } })
      page = await inside.newPage()
      await page.goto((await world.session(world.newTenant(), { identityProvider: 'google' })).connectUrl)
      await pictures('embedded_browser')
      await page.click('#copy')
      await expect.poll(() => page.textContent('#copied')).toMatch(/^Copied|is selected/)
      await page.click('#continue')
      await page.waitForSelector('#error')
      await inside.close()
    })

    test('a sign-in that another browser started', async () => {
      const { callbackUrl } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
      await page.goto(callbackUrl)
      await pictures('other_browser')
      expect(await page.textContent('h1')).toContain('this browser')
      await page.click('a:has-text("Back to Demo Reports")')
      await page.waitForURL(`${world.returnUrl}**`)
    })

    test('someone else’s connection, on a phone, in the dark', async () => {
      const tenant = await world.connected()
      await page.setViewportSize({ width: 320, height: 640 })
      await darken(page)
      const { connectUrl } = await world.session(tenant)
      await page.goto(connectUrl)
      await signIn(page, 'edsger@contoso.example')
      const consent = await page.$('#accept')
      if (consent) await consent.click()
      await page.waitForSelector('#code')
      await picture(page, 'different_user-phone-dark')
      expect(await page.textContent('main')).toContain('a…@outlook.example')
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(320)
    })

    test('someone else’s connection, with identical masked names', async () => {
      const tenant = await world.connected()
      const { connectUrl } = await world.session(tenant)
      await page.goto(connectUrl)
      await signIn(page, 'alan@outlook.example')
      const consent = await page.$('#accept')
      if (consent) await consent.click()
      await page.waitForSelector('#code')
      await picture(page, 'different_user-alike')
      expect(await page.textContent('main')).toContain('looks the same when shortened: a…@outlook.example.')
    })

    test('the pages load nothing from elsewhere and cannot be framed', async () => {
      const answer = await fetch(`${world.origin}/oauth/authorize?session=nobody`)
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    })
  })
})
