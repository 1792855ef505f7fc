import type { HttpResponseInit } from '@azure/functions'
import { copyLink, copyLinkStyle, copyScript } from './copyLink.ts'
import { icon } from './icon.ts'
import { type Invitation, invitation } from './invitation.ts'
import { html, pageResponse } from './page.ts'

/** The page before a sign-in that Google would refuse, because the link was opened inside another app. */
export function embeddedBrowserPage(
  connectUrl: string,
  sessionToken: string,
  invited: Invitation,
): HttpResponseInit {
  const title = 'Open this link in your browser'
  const body = html`<div class="card">
${icon('stop')}
<h1>${title}</h1>
<p>${invitation(invited)}</p>
<p>It seems that you opened this link inside another app. You’re about to sign in with Google, which doesn’t allow that there. Open the link in Chrome, Safari, or another browser: use this app’s menu, or copy the link and paste it into the browser.</p>
${copyLink('connect-link', 'Your link', connectUrl)}
<form method="post" action="/oauth/authorize">
<input type="hidden" name="session" value="${sessionToken}">
<p class="ways"><button class="button plain" id="continue">Continue here anyway</button></p>
</form>
</div>`
  const script = copyScript('connect-link', 'Copied. Paste it into your browser.')
  return pageResponse({ title, app: invited.app, body, script }, copyLinkStyle)
}
