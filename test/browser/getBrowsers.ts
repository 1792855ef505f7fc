import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { browserNames, findBrowser } from './findBrowser.ts'

/**
 * Gets what the browser tests need and this machine doesn't have: Playwright's own browsers. Ends with status 1 if one
 * is still missing, after a line that says what to install.
 */
const playwright = fileURLToPath(new URL('cli.js', import.meta.resolve('playwright-core/package.json')))

/** Enough for a download of 100 MB over a slow line. */
const limitMilliseconds = 600_000

const packages = {
  chromium: 'Chromium or Chrome (Debian: apt-get install chromium)',
  firefox: 'Firefox (Debian: apt-get install firefox-esr)',
} as const

for (const name of browserNames) {
  if (await findBrowser(name)) continue
  process.stderr.write(`Downloading Playwright’s ${name}, because none is installed; this happens once.\n`)
  const options = { stdio: 'ignore', timeout: limitMilliseconds } as const
  spawnSync(process.execPath, [playwright, 'install', name], options)
  if (await findBrowser(name)) continue
  process.stderr.write(`The download failed. Install ${packages[name]}; until then, its tests are skipped.\n`)
  process.exitCode = 1
}
