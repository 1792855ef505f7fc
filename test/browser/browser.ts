import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

const artifacts = fileURLToPath(new URL('../.artifacts', import.meta.url))

/** The usual places of Chrome or Chromium, by platform. */
const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Without these, Chromium connects to outside services on every start. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a headless Chromium: an installed one, otherwise the one in a dev dependency (Linux x64). */
export async function openBrowser(): Promise<Browser> {
  const executablePath = installed.find((path) => existsSync(path))
  if (executablePath) return chromium.launch({ executablePath, args: quiet })
  // In a single process, a context can't be closed without the browser.
  const args = [...sparticuz.args.filter((arg) => arg !== '--single-process'), ...quiet]
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args })
}

/** Saves a screenshot under `test/.artifacts/`: of the whole page, or of the visible part. */
export async function picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage })
}
