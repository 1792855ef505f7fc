import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import type { Broker } from '../shared/broker.ts'
import { askFirstPage } from '../shared/connect/askFirstPage.ts'
import { authorize } from '../shared/connect/authorize.ts'
import { bindingCookie, newBrowser, recognizeBrowser } from '../shared/connect/browser.ts'
import { failurePage } from '../shared/connect/pages.ts'
import { readText } from '../shared/http/body.ts'
import { isLookAhead, nothingSpent } from '../shared/http/lookAhead.ts'
import { redirect } from '../shared/http/page.ts'
import { operation, route } from '../shared/http/route.ts'
import { signInOrigins } from '../shared/identity/signInTable.ts'

/** A session's identifier and the name of its field. */
const longestFormBytes = 1024

/** `/oauth/authorize?session=…`: spends the connect session, binds the browser, leads to the sign-in. */
route('authorize', 'oauth/authorize', {
  GET: operation({
    summary: 'The link that the advertiser’s browser opens: leads to the sign-in, or asks first',
    // Links travel by mail and pick up tracking parameters on the way.
    query: z.object({ session: z.string().max(200).default('') }),
    answer: { status: 302, description: 'To the identity provider’s sign-in.' },
    handle: async ({ broker, query, raw }) =>
      isLookAhead(raw) ? nothingSpent : lead(broker, query.session, raw.headers.get('cookie'), 302),
  }),
  POST: operation({
    summary: 'The button of a link that asks first',
    readsBodyItself: true,
    answer: { status: 303, description: 'To the identity provider’s sign-in.' },
    handle: async ({ broker, raw }) => {
      const form = new URLSearchParams(await readText(raw, longestFormBytes))
      return lead(broker, form.get('session') ?? '', raw.headers.get('cookie'), 303)
    },
  }),
})

/** @param status 303 answers a press of the button, so that nothing is posted to the sign-in. */
async function lead(
  broker: Broker,
  sessionToken: string,
  cookie: string | null,
  status: 302 | 303,
): Promise<HttpResponseInit> {
  const { config } = broker
  const browser = recognizeBrowser(config.publicUrl, cookie) ?? newBrowser()
  const url = await authorize(broker, { sessionToken, browser, pressed: status === 303 })
  if (url === 'ask_first') return askFirstPage(sessionToken, signInOrigins(config))
  if (!url) return failurePage({ failed: 'link_not_valid' })
  return redirect(url.href, status, { 'Set-Cookie': bindingCookie(config.publicUrl, browser) })
}
