import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { openBrowser } from './browser.ts'

let world: World
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  ;[world, browser] = await Promise.all([openWorld(), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await world?.close()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 800, height: 700 } })
  page = await context.newPage()
})

afterEach(() => context.close())

async function signIn(on: Page = page): Promise<void> {
  await on.fill('#username', 'ada@outlook.example')
  await on.fill('#password', 'open-sesame')
  await on.click('#sign-in')
  const consent = await on.$('#accept')
  if (consent) await consent.click()
}

/** The status that the app learns. */
async function statusAtApp(on: Page = page): Promise<string | null> {
  await on.waitForURL(`${world.returnUrl}**`)
  return new URL(on.url()).searchParams.get('status')
}

const linkTo = async (tenant = world.newTenant()) => (await world.session(tenant)).connectUrl

describe('a person gets connected', () => {
  test('after a second click on the link before the answer came', async () => {
    const connectUrl = await linkTo()
    await page.setContent(`<a id="link" href="${connectUrl}">Connect</a>`)
    await page.click('#link', { clickCount: 2, delay: 5 })
    await page.waitForSelector('#username')
    await signIn()
    expect(await statusAtApp()).toBe('connected')
  })

  test('after Back from the identity provider’s page', async () => {
    const connectUrl = await linkTo()
    await page.goto(world.returnUrl)
    await page.goto(connectUrl)
    await page.waitForSelector('#username')
    await page.goBack()
    await page.goto(connectUrl)
    await signIn()
    expect(await statusAtApp()).toBe('connected')
  })

  test('after the tab was closed at the identity provider', async () => {
    const connectUrl = await linkTo()
    await page.goto(connectUrl)
    await page.waitForSelector('#username')
    await page.close()
    page = await context.newPage()
    await page.goto(connectUrl)
    await signIn()
    expect(await statusAtApp()).toBe('connected')
  })

  test('after the app showed the link in an iframe, where nothing can be shown', async () => {
    const connectUrl = await linkTo()
    await page.setContent(`<iframe src="${connectUrl}"></iframe>`, { waitUntil: 'load' })
    await page.goto(connectUrl)
    await signIn()
    expect(await statusAtApp()).toBe('connected')
  })

  test('and comes back to the result with Back or the link, afterwards', async () => {
    const connectUrl = await linkTo()
    await page.goto(connectUrl)
    await signIn()
    expect(await statusAtApp()).toBe('connected')
    const result = page.url()
    await page.goto(connectUrl)
    await page.waitForURL(`${world.returnUrl}**`)
    expect(page.url()).toBe(result)
  })
})

describe('two tabs of one browser', () => {
  /** Both tabs are at the identity provider before the first one goes on. */
  async function signInWithBoth(links: readonly [string, string]): Promise<Page> {
    const other = await context.newPage()
    await page.goto(links[0])
    await other.goto(links[1])
    await other.waitForSelector('#username')
    await signIn()
    await signIn(other)
    return other
  }

  test('connect two tenants', async () => {
    const other = await signInWithBoth([await linkTo(), await linkTo()])
    expect([await statusAtApp(), await statusAtApp(other)]).toEqual(['connected', 'connected'])
  })

  test('with one link: the one that is slower ends at the result of the other', async () => {
    const connectUrl = await linkTo()
    const other = await signInWithBoth([connectUrl, connectUrl])
    expect(await statusAtApp(other)).toBe('connected')
    expect(other.url()).toBe(page.url())
  })
})
