import type { HttpResponseInit } from '@azure/functions'
import { answerPage, html } from '../http/page.ts'

/**
 * The page of a link that may have travelled by mail: whoever merely looks at it, as scanners of mails do, spends
 * nothing; the button does.
 * @param formTargets origins that the sign-in may be at: the form's answer redirects there.
 */
export function askFirstPage(sessionToken: string, formTargets: readonly string[]): HttpResponseInit {
  const title = 'Connect Microsoft Advertising'
  const body = html`<div class="card">
<h1>${title}</h1>
<p>You were asked to connect a Microsoft Advertising account. Go on to sign in and to see what is asked for. The link works once.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="session" value="${sessionToken}">
<button class="button" id="continue">Continue to sign-in</button>
</form>
</div>`
  return answerPage({ title, body, formTargets })
}
