import type { HttpResponseInit } from '@azure/functions'
import { type Invitation, invitation } from './invitation.ts'
import { html, pageResponse } from './page.ts'

/**
 * The page of a link that may have been sent by mail: a request alone, like a mail scanner's, begins no sign-in; the
 * button does.
 */
export function connectStartPage(sessionToken: string, invited: Invitation): HttpResponseInit {
  const title = 'Connect Microsoft Advertising'
  const body = html`<div class="card">
<h1>${title}</h1>
<p>${invitation(invited)}</p>
<p>Continue to sign in and see the permissions it requests. The link works until you have given your consent.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="session" value="${sessionToken}">
<p class="ways"><button class="button" id="continue">Continue to sign-in</button></p>
</form>
</div>`
  return pageResponse({ title, app: invited.app, body })
}

/** Where a page leads. */
export interface Onward {
  readonly url: string
  readonly title: string
  readonly button: string
}

/** The words of a page that continues to the sign-in. */
export const toSignIn = { title: 'To the sign-in', button: 'Continue to sign-in' }
/** The words of a page that continues to the result of an earlier sign-in. */
export const toResult = { title: 'You’ve already signed in', button: 'Continue' }

/**
 * The button's answer: a page that continues automatically, because a form policy would apply to every later redirect.
 */
export function continuePage({ button, title, url }: Onward, app: string | undefined): HttpResponseInit {
  const body = html`<div class="card">
<h1>${title}</h1>
<p class="ways"><a class="button" href="${url}">${button}</a></p>
</div>`
  return pageResponse({ title, app, body, onward: url })
}
