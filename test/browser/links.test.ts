import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { inEachBrowser, picture } from './browser.ts'
import { signIn } from './signIn.ts'

let world: World
let app: Server
/** The app's page: on another site than the broker, which is at 127.0.0.1. */
let appUrl: string
/** What the app's page shows. */
let content = ''

beforeAll(async () => {
  world = await openWorld()
  app = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(content))
  await new Promise<void>((resolve) => app.listen(0, resolve))
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}/`
})

afterAll(async () => {
  app?.close()
  await world?.close()
})

const typeName = (page: Page) => signIn(page, 'ada@outlook.example')

/** Signs in and consents. */
async function connect(page: Page): Promise<void> {
  await typeName(page)
  await page.click('#accept')
}

/** The parameters that the app gets. */
async function outcomeOf(page: Page): Promise<Record<string, string>> {
  await page.waitForURL(`${world.returnUrl}**`)
  return Object.fromEntries(new URL(page.url()).searchParams)
}

/** Opens the app's page with a link, and clicks it. */
async function clickLink(page: Page, connectUrl: string): Promise<void> {
  content = `<a id="link" href="${connectUrl}">Connect</a>`
  await page.goto(appUrl)
  await page.click('#link')
  await page.waitForSelector('#username')
}

const linkTo = async (tenant = world.newTenant()) => (await world.session(tenant)).connectUrl

/** A link that is valid for a week, as in a mail. */
async function mailedLink(): Promise<string> {
  const body = { environment: 'production', returnUrl: world.returnUrl, expiresIn: 604_800 }
  const path = `/v1/tenants/${world.newTenant()}/connect-sessions`
  return (await world.call('POST', path, { body })).body.connectUrl
}

/** Lets time pass for everything that is kept between two requests: the rows expire earlier instead. */
async function wait(seconds: number): Promise<void> {
  const table = world.tableClient('SignIns')
  for await (const { partitionKey = '', rowKey = '', expiresAt } of table.listEntities<{ expiresAt: Date }>())
    await table.updateEntity(
      { partitionKey, rowKey, expiresAt: new Date(expiresAt.getTime() - seconds * 1000) },
      'Merge',
    )
}

inEachBrowser((browser) => {
  let context: BrowserContext
  let page: Page

  beforeEach(async () => {
    await world.signIn.forgetConsents()
    context = await browser().newContext({ viewport: { width: 800, height: 700 } })
    page = await context.newPage()
  })

  afterEach(() => context.close())

  describe('a person gets connected', () => {
    test('after a double click on the link', async () => {
      content = `<a id="link" href="${await linkTo()}">Connect</a>`
      await page.goto(appUrl)
      // By the page itself: Firefox's driver hangs if the first click of its own has led to another page by the second.
      await page.evaluate(
        "document.querySelector('#link').click(); setTimeout(() => document.querySelector('#link').click(), 5)",
      )
      await page.waitForSelector('#username')
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('after Back from the identity provider’s page, and another click', async () => {
      await clickLink(page, await linkTo())
      await page.goBack()
      await page.click('#link')
      await page.waitForSelector('#username')
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('after Back from the consent page, and another click', async () => {
      const connectUrl = await linkTo()
      await clickLink(page, connectUrl)
      await typeName(page)
      await page.waitForSelector('#accept')
      await page.goto(appUrl)
      await page.click('#link')
      await page.waitForSelector('#username')
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('after the tab was closed at the identity provider, and the link opened again', async () => {
      const connectUrl = await linkTo()
      await clickLink(page, connectUrl)
      await page.close()
      const next = await context.newPage()
      await clickLink(next, connectUrl)
      await connect(next)
      expect(await outcomeOf(next)).toMatchObject({ status: 'connected' })
    })

    test('in the whole tab, after the app showed the link in an iframe', async () => {
      const connectUrl = await linkTo()
      content = `<iframe src="${connectUrl}"></iframe>`
      // Nothing is spent on a frame, and it stays empty.
      const answered = page.waitForResponse((response) => response.url() === connectUrl)
      await page.goto(appUrl)
      expect((await answered).status()).toBe(204)
      expect(await page.frames()[1]?.$('#username')).toBeFalsy()
      await clickLink(page, connectUrl)
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('after a mail scanner submitted the form of the link’s page', async () => {
      const connectUrl = await mailedLink()
      const session = new URL(connectUrl).searchParams.get('session') ?? ''
      expect((await fetch(connectUrl)).status).toBe(200)
      const form = { method: 'POST', body: new URLSearchParams({ session }) }
      expect((await fetch(`${world.origin}/oauth/authorize`, form)).status).toBe(200)
      await page.goto(connectUrl)
      await page.click('#continue')
      await page.waitForSelector('#username')
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'confirmation_required' })
    })

    test('after ten minutes at the identity provider', async () => {
      await clickLink(page, await linkTo())
      await wait(600)
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('after ten minutes at the identity provider and another click, because the page had expired', async () => {
      const connectUrl = await linkTo()
      await clickLink(page, connectUrl)
      await wait(600)
      await clickLink(page, connectUrl)
      await connect(page)
      expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
    })

    test('by Back or by the link, at the same result, once someone has connected', async () => {
      const connectUrl = await linkTo()
      await clickLink(page, connectUrl)
      await connect(page)
      const outcome = await outcomeOf(page)
      await page.goto(connectUrl)
      expect(await outcomeOf(page)).toEqual(outcome)
    })
  })

  describe('two tabs', () => {
    test('connect two tenants, each its own', async () => {
      const tenants = [world.newTenant(), world.newTenant()]
      const tabs = [page, await context.newPage()]
      for (const [index, tab] of tabs.entries()) await clickLink(tab, await linkTo(tenants[index]))
      // The second tab's sign-in began last, and ends first.
      await connect(tabs[1] as Page)
      expect(await outcomeOf(tabs[1] as Page)).toMatchObject({ tenant: tenants[1], status: 'connected' })
      await typeName(page)
      expect(await outcomeOf(page)).toMatchObject({ tenant: tenants[0], status: 'connected' })
    })

    test('with the same link end at the same result', async () => {
      const connectUrl = await linkTo()
      const other = await context.newPage()
      await clickLink(page, connectUrl)
      await clickLink(other, connectUrl)
      await connect(page)
      const outcome = await outcomeOf(page)
      await typeName(other)
      expect(await outcomeOf(other)).toEqual(outcome)
    })
  })

  test('a browser that refuses cookies gets a page that names them; once it allows them, the link works', async () => {
    const connectUrl = await linkTo()
    await clickLink(page, connectUrl)
    // No test can set this preference in both browsers, so the cookies are gone when the person comes back.
    await context.clearCookies({ name: /msads-sign-in/ })
    await connect(page)
    await page.waitForSelector('#code')
    expect(await page.textContent('#code')).toBe('other_browser')
    expect(await page.textContent('main')).toContain('cookies')
    await picture(page, 'cookies-refused')
    await page.goto(appUrl)
    await page.click('#link')
    // Microsoft still knows the person, who has consented: only the account is asked for.
    await page.waitForSelector('#username')
    await typeName(page)
    expect(await outcomeOf(page)).toMatchObject({ status: 'connected' })
  })
})
