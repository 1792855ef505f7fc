import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { type BrowserName, browserNames, browserTypes, findBrowser } from './findBrowser.ts'

const artifacts = fileURLToPath(new URL('../.artifacts', import.meta.url))

/** Starts a headless browser. */
export async function openBrowser(name: BrowserName = 'chromium'): Promise<Browser> {
  const found = await findBrowser(name)
  if (!found) throw new Error(`There is no ${name}: npm run browsers`)
  const browser = await browserTypes[name].launch(found)
  if (found.channel) acceptUnknownMedia(browser)
  return browser
}

/** A browser of Playwright, with the part that speaks WebDriver BiDi: there is no public way to it. */
interface Internals {
  readonly _connection: { toImpl(browser: unknown): { readonly _browserSession: BidiSession } }
}

interface BidiSession {
  send(method: string, parameters: unknown): Promise<unknown>
}

/** Playwright sets a color scheme for each context, by a command that Firefox ESR 153 doesn't know yet. */
function acceptUnknownMedia(browser: Browser): void {
  const session = (browser as unknown as Internals)._connection.toImpl(browser)._browserSession
  const send = session.send.bind(session)
  session.send = async (method, parameters) =>
    method === 'emulation.setMediaFeaturesOverride' ? {} : send(method, parameters)
}

/** Shows pages in dark colors from here on. Only in Chromium: an installed Firefox can't be asked. */
export async function darken(page: Page): Promise<void> {
  if (nameOf(page) === 'chromium') await page.emulateMedia({ colorScheme: 'dark' })
}

const nameOf = (page: Page) => page.context().browser()?.browserType().name() ?? ''

const missing = new Set<BrowserName>()
for (const name of browserNames) if (!(await findBrowser(name))) missing.add(name)

/**
 * Runs the same tests in each browser, each in one process. A browser that this machine doesn't have is skipped: `npm
 * test` says so before it starts.
 */
export function inEachBrowser(defineTests: (browser: () => Browser) => void): void {
  for (const name of browserNames) {
    describe.skipIf(missing.has(name))(`in ${name}`, () => {
      let browser: Browser
      beforeAll(async () => {
        browser = await openBrowser(name)
      })
      afterAll(() => browser?.close())
      defineTests(() => browser)
    })
  }
}

/** Saves a screenshot in the browser's folder of `test/.artifacts/`: of the whole page, or of the visible part. */
export async function picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const folder = join(artifacts, nameOf(page))
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage })
}
