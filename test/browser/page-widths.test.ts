import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inEachBrowser, picture } from './browser.ts'
import { everyPage, type KnownPage } from './everyPage.ts'

const pages = await everyPage()

test('no page of shared/pages is missing among those that are looked at', () => {
  const folder = join(import.meta.dirname, '../../shared/pages')
  const made = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split(/^export function /m)
      .slice(1)
      .filter((each) =>
        /\): (?:HttpResponseInit|Page\b[^{]*(?:\{[^}]*\})?) \{$/m.test(each.split(/^\}/m)[0]!),
      )
      .map((each) => /^\w+/.exec(each)![0]),
  )
  const names = made.filter((name) => name !== 'pageResponse' && name !== 'redirect')
  expect([...new Set(pages.map(({ madeBy }) => madeBy))].toSorted()).toEqual(names.toSorted())
})

inEachBrowser((browser) => {
  let page: Page
  beforeAll(async () => {
    page = await browser().newPage()
  })
  afterAll(() => page?.close())

  test.each(pages)(
    '$name fits a screen of 1280, 390, and 320 pixels, with everything open',
    async ({ html, name }: KnownPage) => {
      await page.setContent(html.replace(/<meta http-equiv="refresh"[^>]*>/, ''))
      await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true })')
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 640 })
        if (width === 390) await picture(page, `widths/${name}-${width}`, { fullPage: false })
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${width}`).toBeLessThanOrEqual(
          width,
        )
      }
    },
  )
})
