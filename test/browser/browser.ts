import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

const artifacts = fileURLToPath(new URL('../.artifacts', import.meta.url))

/** Where a Chrome or Chromium is installed, by platform's habit. */
const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Without these, Chromium asks for the outside world at every start. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a headless Chromium: an installed one, else the one that a dev dependency ships (Linux x64). */
export async function openBrowser(): Promise<Browser> {
  const executablePath = installed.find((path) => existsSync(path))
  if (executablePath) return chromium.launch({ executablePath, args: quiet })
  // With everything in one process a context cannot be closed without the browser.
  const args = [...sparticuz.args.filter((arg) => arg !== '--single-process'), ...quiet]
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args })
}

/** Keeps a picture under `test/.artifacts/`: of the whole page, or of what a person sees of it at once. */
export async function picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage })
}
