import { expect, test } from 'vitest'
import { isEmbeddedBrowser } from '../../shared/identity/embeddedBrowser.ts'

const android = 'Mozilla/5.0 (Linux; Android 15; Pixel 9'
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36'
const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'

test.each([
  ['Android’s WebView', `${android}; wv) ${chrome}`],
  ['Facebook on Android', `${android}) ${chrome} [FB_IAB/FB4A;FBAV/490.0.0.0;]`],
  ['Facebook on an iPhone', `${iPhone} Mobile/15E148 [FBAN/FBIOS;FBAV/490.0.0.0]`],
  ['Instagram', `${iPhone} Mobile/15E148 Instagram 350.0.0.0 (iPhone15,2; iOS 18_1)`],
  ['LinkedIn', `${iPhone} Mobile/15E148 [LinkedInApp]/9.30`],
  ['LINE', `${android}) ${chrome} Line/14.1.0`],
  ['a web view on an iPhone that doesn’t name itself', `${iPhone} Mobile/15E148`],
])('%s is a browser inside another app', (_title, userAgent) => {
  expect(isEmbeddedBrowser(userAgent)).toBe(true)
})

test.each([
  ['Chrome on Android', `${android}) ${chrome}`],
  ['Safari on an iPhone', `${iPhone} Version/18.1 Mobile/15E148 Safari/604.1`],
  ['Chrome on an iPhone', `${iPhone} CriOS/143.0.0.0 Mobile/15E148 Safari/604.1`],
  ['Safari on a Mac', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'],
  ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'],
  ['no user agent', ''],
])('%s is not', (_title, userAgent) => {
  expect(isEmbeddedBrowser(userAgent)).toBe(false)
})
