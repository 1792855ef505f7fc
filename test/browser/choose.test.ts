import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callingApps } from '../../local/callers.ts'
import { people } from '../../local/people.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { openBrowser, picture } from './browser.ts'

const grace = 'grace@contoso.example'
/** A page of thousands of accounts, in a browser that shares the machine with other test files. */
const patient = { timeout: 15_000 }

let world: World
let browser: Browser
let returnUrl: string
const servers: Server[] = []
let context: BrowserContext | undefined

beforeAll(async () => {
  const login = await listen((_, answer) => answer.end('<h1>The app’s own sign-in</h1>'))
  returnUrl = `${await listen((_, answer) => answer.writeHead(302, { location: `${login}/login` }).end())}/connected`
  const workspace = {
    workspace: 'demo',
    displayName: 'Acme Reports',
    apps: [callingApps['demo-app'].clientId],
    returnUrls: [returnUrl],
  }
  const settings = { WORKSPACES: JSON.stringify([workspace]) }
  ;[world, browser] = await Promise.all([openWorld({ settings }), openBrowser()])
  const { objectId } = people.find(({ username }) => username === grace) ?? { objectId: '' }
  // In addition to her own six.
  await world.advertising.control('POST', 'accounts', { environment: 'production', objectId, count: 5000 })
})

afterEach(() => context?.close())

afterAll(async () => {
  await browser?.close()
  await world?.close()
  for (const server of servers) server.close()
})

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Waits for the answer to a form: its title, and then its focus, which the browser sets only when it first draws it. */
async function arrived(page: Page, title: RegExp): Promise<void> {
  await expect.poll(() => page.title(), patient).toMatch(title)
  await expect.poll(() => focused(page), patient).toBe('count')
}

/** Signs in as Grace, up to the page that asks for accounts. */
async function openPage(options: BrowserContextOptions = {}): Promise<{ page: Page; tenant: string }> {
  context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options })
  const page = await context.newPage()
  const tenant = world.newTenant()
  const body = { environment: 'production', returnUrl }
  const session = await world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, { body })
  await page.goto(session.body.connectUrl)
  await page.fill('#username', grace)
  await page.fill('#password', 'open-sesame')
  await page.click('#sign-in')
  if (await page.$('#accept')) await page.click('#accept')
  await page.waitForURL(/oauth\/accounts/)
  return { page, tenant }
}

const selectedIds = async (tenant: string) => {
  const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts?limit=200&search=Branch 49`)
  return body.accounts.filter(({ selected }: { selected: boolean }) => selected)
}
const focused = (page: Page) =>
  page.evaluate<string>(
    'document.activeElement.id || document.activeElement.value || document.activeElement.tagName',
  )

/** Screenshots of the page, light and dark; checks that it fits the window's width. */
async function pictures(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await picture(page, `${name}-${colorScheme}`, { fullPage: false })
    const width = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(width).toBeLessThanOrEqual(0)
  }
}

describe('5,006 accounts to choose from', { timeout: 60_000 }, () => {
  test('on a phone of 320 pixels, light and dark: nothing is cut off, and several rows are visible', async () => {
    const { page } = await openPage({ viewport: { width: 320, height: 640 } })
    await page.waitForSelector('#ticked:not([hidden])')
    await pictures(page, 'choose-320')
    const bar = await page.locator('.finish').boundingBox()
    const rows = await page
      .locator('#accounts li')
      .evaluateAll(
        (all, top) => all.filter((row) => row.getBoundingClientRect().bottom <= top).length,
        bar?.y ?? 0,
      )
    expect(rows).toBeGreaterThanOrEqual(3)
    await page.click('#choose')
    await page.waitForSelector('#fault')
    expect(await focused(page)).toBe('fault')
    await pictures(page, 'choose-fault-320')
  })

  test('is quick, shows the selection, and lets the list be skipped', async () => {
    const { page } = await openPage({ viewport: { width: 1280, height: 800 } })
    const answer = await page.reload()
    expect(answer!.request().timing().responseEnd).toBeLessThan(2000)
    expect((await answer!.body()).length).toBeLessThan(100_000)
    await page.check('#accounts li:nth-child(2) input')
    expect(await page.textContent('#ticked')).toBe('1 of 5,006 selected')
    await pictures(page, 'choose-1280')
    await page.focus('.skip')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('choose')
    await page.fill('#q', 'no such account')
    await expect.poll(() => page.textContent('#none'), patient).toContain('Press Enter to search all 5,006.')
    await page.press('#q', 'Enter')
    await arrived(page, /^0 accounts match “no such account”/)
  })

  test('with only the keyboard: search, select, continue, default, and back at the app', async () => {
    const { page, tenant } = await openPage()
    const { keyboard } = page
    for (let tabs = 0; (await focused(page)) !== 'q' && tabs < 5; tabs++) await keyboard.press('Tab')
    await keyboard.type('Branch 4999')
    await keyboard.press('Enter')
    await arrived(page, /^1 account matches “Branch 4999”/)
    await keyboard.press('Tab')
    expect(await focused(page)).toBe('clear')
    for (const press of ['Tab', 'Tab', 'Space']) await keyboard.press(press)
    expect(await page.textContent('#ticked')).toBe('1 of 5,006 selected')
    await page.focus('#q')
    await page.fill('#q', '')
    await keyboard.press('Enter')
    await arrived(page, /^Choose accounts/)
    for (let tabs = 0; (await focused(page)) !== 'A' && tabs < 5; tabs++) await keyboard.press('Tab')
    await picture(page, 'choose-keyboard', { fullPage: false })
    // Enter on the first row continues instead of searching.
    for (const press of ['Tab', 'Space', 'Enter']) await keyboard.press(press)
    await page.waitForSelector('[name=default]')
    await picture(page, 'choose-default')
    expect(await page.locator('[name=default]').count()).toBe(2)
    for (let tabs = 0; (await page.locator(':focus[name=default]').count()) === 0 && tabs < 8; tabs++)
      await keyboard.press('Tab')
    await keyboard.press('ArrowDown')
    await keyboard.press('Enter')
    await page.waitForURL('**/login')
    expect((await selectedIds(tenant)).map(({ name }: { name: string }) => name)).toEqual(['Branch 4999'])
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('without JavaScript: selections survive pages and searches, and the choice returns to the app', async () => {
    const { page, tenant } = await openPage({ javaScriptEnabled: false })
    await page.check('#accounts li:nth-child(2) input')
    await page.click('button[value=page-2]')
    expect(await page.title()).toMatch(/^Page 2 of 51/)
    await page.check('#accounts li:nth-child(3) input')
    await page.fill('#q', 'Branch 49')
    await page.click('button[value=search]:not(.unseen)')
    await page.click('button[value=tick]')
    expect(await page.textContent('.tools')).toContain('Show 13 more selected')
    await page.click('button[value=ticked]')
    expect(await page.textContent('#count')).toMatch(/of 113 accounts selected/)
    await picture(page, 'choose-without-javascript', { fullPage: false })
    await page.click('#choose')
    await page.check('#accounts li:nth-child(1) input')
    await page.click('#choose')
    await page.waitForURL('**/login')
    expect(await selectedIds(tenant)).toHaveLength(111)
  })

  test('all of them, although 5,000 were selected before, through a return URL that redirects elsewhere', async () => {
    const { page, tenant } = await openPage()
    const choiceUrl = page.url()
    await page.fill('#q', 'Branch')
    await page.press('#q', 'Enter')
    await page.waitForSelector('button[value=tick]')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.click('button[value=tick]'),
    ])
    expect((await answer.body()).length).toBeLessThan(150_000)
    expect(await page.textContent('#ticked')).toBe('5,000 of 5,006 selected')
    await page.click('.scope label:nth-of-type(2)')
    expect(await page.isVisible('#accounts')).toBe(false)
    await picture(page, 'choose-all')
    await page.click('#choose')
    await page.check('#accounts li:nth-child(1) input')
    await page.click('#choose')
    await page.waitForURL('**/login')
    await page.goto(choiceUrl)
    expect(await page.textContent('h1')).toBe('You’ve already chosen')
    await picture(page, 'choose-again')
    await page.click('#onward')
    await page.waitForURL('**/login')
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts?limit=200`)
    expect(body.accounts.every(({ selected }: { selected: boolean }) => selected)).toBe(true)
  })
})
