import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import { bindingCookies } from '../shared/access/browser.ts'
import { authorize } from '../shared/connect/authorize.ts'
import { connectUrl } from '../shared/connect/connectUrl.ts'
import { bindingSeconds } from '../shared/connect/lifetimes.ts'
import { readText } from '../shared/http/body.ts'
import type { HandledRequest } from '../shared/http/checkRequest.ts'
import { isPrefetch, prefetchResponse } from '../shared/http/prefetch.ts'
import { operation } from '../shared/http/route.ts'
import { appName } from '../shared/pages/appName.ts'
import { connectStartPage, continuePage, toResult, toSignIn } from '../shared/pages/connectStartPage.ts'
import { embeddedBrowserPage } from '../shared/pages/embeddedBrowserPage.ts'
import { failurePage } from '../shared/pages/failurePage.ts'
import { redirect } from '../shared/pages/page.ts'
import { prefetchAnswer, redirectAnswer, refusedPage } from '../shared/pages/pageAnswers.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'

/** Enough for a link's token and the name of its field. */
const maxFormBytes = 1024

/** `/oauth/authorize?session=…`: begins a sign-in, binds the browser, redirects to the sign-in. */
pageRoute('authorize', 'oauth/authorize', {
  GET: operation({
    id: 'openConnectLink',
    tag: 'browser',
    summary: 'The link that the advertiser opens: starts the sign-in, or asks first',
    // Links travel by mail and pick up tracking parameters on the way.
    query: z.object({ session: z.string().max(200).default('') }),
    response: {
      status: 302,
      description: 'Redirect to the identity provider’s sign-in.',
      headers: ['Location'],
    },
    otherResponses: [
      { status: 200, description: 'The page of a link that asks first.', content: 'page' },
      prefetchAnswer,
      redirectAnswer,
      refusedPage,
    ],
    handle: async (request) =>
      isPrefetch(request.raw)
        ? prefetchResponse
        : lead(request, { sessionToken: request.query.session, pressed: false }),
  }),
  POST: operation({
    id: 'startSignIn',
    tag: 'browser',
    summary: 'The button on the page of a link that asks first',
    readsBodyItself: true,
    response: {
      status: 200,
      description: 'A page that continues to the identity provider’s sign-in.',
      content: 'page',
    },
    otherResponses: [refusedPage],
    handle: async (request) => {
      const form = new URLSearchParams(await readText(request.raw, maxFormBytes))
      return lead(request, { sessionToken: form.get('session') ?? '', pressed: true })
    },
  }),
})

async function lead(
  { broker, browser, raw }: Pick<HandledRequest<unknown, unknown, unknown>, 'broker' | 'browser' | 'raw'>,
  { pressed, sessionToken }: { readonly pressed: boolean; readonly sessionToken: string },
): Promise<HttpResponseInit> {
  const { clock, config } = broker
  const userAgent = raw.headers.get('user-agent') ?? ''
  const ended = await authorize(broker, { sessionToken, browser, pressed, userAgent })
  if ('failed' in ended) return failurePage(ended, config)
  if ('asks' in ended) {
    const invited = { app: appName(config, ended.workspace), account: ended.displayName }
    return ended.asks === 'embedded_browser'
      ? embeddedBrowserPage(connectUrl(config, sessionToken), sessionToken, invited)
      : connectStartPage(sessionToken, invited)
  }
  if ('returnUrl' in ended) {
    const url = ended.returnUrl
    return pressed ? continuePage({ url, ...toResult }, appName(config)) : redirect(url)
  }
  const url = ended.url.href
  const options = { browser, now: clock.now(), maxAge: bindingSeconds }
  const cookies = bindingCookies(config.publicUrl, ended.binding, options)
  const page = pressed
    ? continuePage({ url, ...toSignIn }, appName(config, ended.workspace))
    : redirect(url, 302)
  return { ...page, cookies }
}
