import * as z from 'zod'
import { readAdminConsent } from '../shared/connect/adminConsent.ts'
import { finishSignIn } from '../shared/connect/callback.ts'
import { isPrefetch, prefetchResponse } from '../shared/http/prefetch.ts'
import { operation } from '../shared/http/route.ts'
import { adminConsentedPage, failurePage } from '../shared/pages/failurePage.ts'
import { redirect } from '../shared/pages/page.ts'
import { prefetchAnswer, refusedPage } from '../shared/pages/pageAnswers.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'

const authorizationResponse = z.object({
  state: z.string().max(200).optional(),
  code: z.string().max(8000).optional(),
  error: z.string().max(200).optional(),
  error_subcode: z.string().max(200).optional(),
  // Only searched for an error number, so its length must not stop the person.
  error_description: z.string().optional(),
  error_uri: z.string().optional(),
  iss: z.string().max(2000).optional().describe('Which provider answers (RFC 9207).'),
  admin_consent: z.string().optional(),
})

/** `GET /oauth/callback`: Microsoft's redirect URI, and that of Google's sign-ins which an older release began. */
pageRoute('callback', 'oauth/callback', {
  GET: finish({
    id: 'finishSignIn',
    summary: 'The redirect URI to which Microsoft returns the browser',
  }),
})

/** `GET /oauth/callback/google`: the same for Google. */
pageRoute('callbackGoogle', 'oauth/callback/google', {
  GET: finish({
    id: 'finishGoogleSignIn',
    summary: 'The redirect URI to which Google returns the browser',
    arrivedAt: 'google',
  }),
})

/** Validates, exchanges, proves, stores. Redirects to the app, or shows why connecting failed. */
function finish({ arrivedAt, ...named }: { id: string; summary: string; arrivedAt?: 'google' }) {
  return operation({
    ...named,
    tag: 'browser',
    query: authorizationResponse,
    response: {
      status: 303,
      description: 'Redirect to the app’s return URL with `tenant` and `status`.',
      headers: ['Location'],
    },
    otherResponses: [
      { status: 200, description: 'The page after an administrator’s consent.', content: 'page' },
      prefetchAnswer,
      refusedPage,
    ],
    handle: async ({ broker, browser, query, raw }) => {
      if (isPrefetch(raw)) return prefetchResponse
      const adminConsent = readAdminConsent(query)
      if (adminConsent) return adminConsentedPage(adminConsent === 'granted', broker.config)
      const ended = await finishSignIn(broker, { ...query, arrivedAt }, browser)
      if (!('failed' in ended)) return redirect(ended.returnUrl)
      return ended.failed === 'consent_declined' && ended.backUrl
        ? redirect(ended.backUrl)
        : failurePage(ended, broker.config)
    },
  })
}
