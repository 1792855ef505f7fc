import * as z from 'zod'
import { authorize } from '../shared/connect/authorize.ts'
import { bindingCookie, newBrowser, recognizeBrowser } from '../shared/connect/browser.ts'
import { failurePage } from '../shared/connect/pages.ts'
import { isLookAhead, nothingSpent } from '../shared/http/lookAhead.ts'
import { redirect } from '../shared/http/page.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET /oauth/authorize?session=…`: spends the connect session, binds the browser, leads to the sign-in. */
route('authorize', 'oauth/authorize', {
  GET: operation({
    summary: 'The link that the advertiser’s browser opens: leads to the sign-in',
    // Links travel by mail and pick up tracking parameters on the way.
    query: z.object({ session: z.string().max(200).default('') }),
    answer: { status: 302, description: 'To the identity provider’s sign-in.' },
    handle: async ({ broker, query, raw }) => {
      if (isLookAhead(raw)) return nothingSpent
      const { publicUrl } = broker.config
      const browser = recognizeBrowser(publicUrl, raw.headers.get('cookie')) ?? newBrowser()
      const url = await authorize(broker, query.session, browser)
      if (!url) return failurePage({ failed: 'link_not_valid' })
      return redirect(url.href, 302, { 'Set-Cookie': bindingCookie(publicUrl, browser) })
    },
  }),
})
