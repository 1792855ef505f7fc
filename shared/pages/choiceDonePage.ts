import type { HttpResponseInit } from '@azure/functions'
import { icon } from './icon.ts'
import { html, pageResponse } from './page.ts'

/**
 * The page after a choice, which continues to the app automatically. Not a redirect: the policy of the page with
 * the form would apply to every later redirect, and the app's own can lead anywhere (CSP `form-action`).
 */
export function choiceMadePage(url: string, app = 'the app'): HttpResponseInit {
  const title = `Back to ${app}`
  const body = html`<div class="card">
${icon('done')}
<h1>You are connected</h1>
<p>If ${app} doesn’t open automatically, use the button.</p>
<p class="ways"><a class="button" id="onward" href="${url}">${title}</a></p>
</div>`
  return pageResponse({ title, app: app === 'the app' ? undefined : app, body, onward: url })
}

/** The choice was made earlier; the next step is the same. */
export function choiceAlreadyMadePage(url: string, app = 'the app'): HttpResponseInit {
  const title = 'You’ve already chosen'
  const body = html`<div class="card">
${icon('done')}
<h1>${title}</h1>
<p>Your choice was saved. To change it, start again from ${app}.</p>
<p class="ways"><a class="button" id="onward" href="${url}">Back to ${app}</a></p>
</div>`
  return pageResponse({ title, app: app === 'the app' ? undefined : app, body, status: 410 })
}

/** The page for a choice that is over, or that another browser started. */
export function choiceExpiredPage(app?: string): HttpResponseInit {
  const title = 'This choice is no longer available'
  const body = html`<div class="card">
${icon('wait')}
<h1>${title}</h1>
<p>The page expired, was opened in another browser, or someone else has connected since. Go back to ${app ?? 'the app'}. It can ask you which accounts to use.</p>
</div>`
  return pageResponse({ title, app, body, status: 410 })
}
