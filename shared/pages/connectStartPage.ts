import type { HttpResponseInit } from '@azure/functions'
import { html, pageResponse } from './page.ts'

/**
 * The page of a link that may have been sent by mail: a request alone, like a mail scanner's, spends
 * nothing; the button spends it.
 */
export function connectStartPage(sessionToken: string, app: string | undefined): HttpResponseInit {
  const title = 'Connect Microsoft Advertising'
  const body = html`<div class="card">
<h1>${title}</h1>
<p>${app ?? 'An app'} asks you to connect a Microsoft Advertising account. Continue to sign in and see the permissions it requests. The link works once.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="session" value="${sessionToken}">
<p class="ways"><button class="button" id="continue">Continue to sign-in</button></p>
</form>
</div>`
  return pageResponse({ title, app, body })
}

/**
 * The button's answer: a page that continues automatically, because a form policy would apply to every later redirect.
 */
export function continuePage(
  url: string,
  app: string | undefined,
  headers: Readonly<Record<string, string>>,
): HttpResponseInit {
  const title = 'To the sign-in'
  const body = html`<div class="card">
<h1>${title}</h1>
<p class="ways"><a class="button" href="${url}">Continue to sign-in</a></p>
</div>`
  return pageResponse({ title, app, body, headers, onward: url })
}
