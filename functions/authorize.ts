import * as z from 'zod'
import { authorize } from '../shared/connect/authorize.ts'
import { bindingCookie, newBrowser, recognizeBrowser } from '../shared/connect/browser.ts'
import { failurePage } from '../shared/connect/pages.ts'
import { redirect } from '../shared/http/page.ts'
import { pageRoute } from '../shared/http/pageRoute.ts'
import { operation } from '../shared/http/route.ts'

/** `GET /oauth/authorize?session=…`: spends the connect session, binds the browser, leads to the sign-in. */
pageRoute('authorize', 'oauth/authorize', {
  GET: operation({
    summary: 'The link that the advertiser’s browser opens: leads to the sign-in',
    // Links travel by mail and pick up tracking parameters on the way.
    query: z.object({ session: z.string().max(200).default('') }),
    answer: { status: 302, description: 'To the identity provider’s sign-in.' },
    handle: async ({ broker, query, raw }) => {
      // A browser that looks ahead, or a HEAD request, is not a person and spends nothing.
      const lookingAhead = /prefetch|prerender/.test(
        raw.headers.get('sec-purpose') ?? raw.headers.get('purpose') ?? '',
      )
      if (lookingAhead || raw.method === 'HEAD')
        return { status: 204, headers: { 'Cache-Control': 'no-store' } }
      const { publicUrl } = broker.config
      const browser = recognizeBrowser(publicUrl, raw.headers.get('cookie')) ?? newBrowser()
      const url = await authorize(broker, query.session, browser)
      if (!url) return failurePage({ failed: 'link_not_valid' }, broker.config)
      return redirect(url.href, 302, { 'Set-Cookie': bindingCookie(publicUrl, browser) })
    },
  }),
})
