import type { Page } from 'playwright-core'

/** Signs in on the stand-in's page, which may have a name in its field. */
export async function signIn(page: Page, username: string): Promise<void> {
  // Playwright’s `fill` adds to a field of type `email` in Firefox.
  await page.press('#username', 'ControlOrMeta+a')
  await page.keyboard.type(username)
  await page.fill('#password', 'open-sesame')
  await page.click('#sign-in')
}
