import { existsSync } from 'node:fs'
import sparticuz from '@sparticuz/chromium'
import { type BrowserType, chromium, firefox, type LaunchOptions } from 'playwright-core'

/** The browsers in which people are tested to connect. */
export const browserNames = ['chromium', 'firefox'] as const

/** A name of {@link browserNames}. */
export type BrowserName = (typeof browserNames)[number]

/** Playwright's browser of each name. */
export const browserTypes: Readonly<Record<BrowserName, BrowserType>> = { chromium, firefox }

/** The usual places of Chrome, Chromium, and Firefox, by platform. */
const installed: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ],
  firefox: [
    '/usr/bin/firefox-esr',
    '/usr/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
    'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
  ],
}

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

/**
 * Playwright drives an unchanged Firefox by WebDriver BiDi, which it calls a channel. It never sees a page that Back
 * takes from memory: `goBack` waits for its `load`.
 */
const unchangedFirefox: LaunchOptions = {
  channel: 'moz-firefox',
  firefoxUserPrefs: { 'browser.sessionhistory.max_total_viewers': 0, 'fission.bfcacheInParent': false },
}

/**
 * Finds a browser: Playwright's own if it was downloaded, otherwise an installed one, otherwise the Chromium in a dev
 * dependency (Linux on x64).
 * @returns undefined if there is none.
 */
export async function findBrowser(name: BrowserName): Promise<LaunchOptions | undefined> {
  const args = name === 'chromium' ? quiet : []
  const own = browserTypes[name].executablePath()
  if (existsSync(own)) return { executablePath: own, args }
  const executablePath = installed[name].find((path) => existsSync(path))
  if (executablePath) return { executablePath, args, ...(name === 'firefox' && unchangedFirefox) }
  return name === 'chromium' && process.platform === 'linux' && process.arch === 'x64'
    ? findPackedChromium()
    : undefined
}

async function findPackedChromium(): Promise<LaunchOptions> {
  // In a single process, a context can't be closed without the browser.
  const args = [...sparticuz.args.filter((arg) => arg !== '--single-process'), ...quiet]
  return { executablePath: await sparticuz.executablePath(), args }
}
