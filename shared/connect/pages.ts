import type { HttpResponseInit } from '@azure/functions'
import { answerPage, html } from '../http/page.ts'
import { type ConnectFailure, connectFailures } from './failures.ts'

const statusByActor = { advertiser: 403, advertiserAdmin: 403, app: 400, operator: 503, nobody: 503 } as const

/** The page on which connecting ends without a connection: what happened, who acts, and the way back. */
export function failurePage(failure: ConnectFailure): HttpResponseInit {
  const { title, explanation, actor } = connectFailures[failure.failed]
  const body = html`<div class="card">
<h1>${title}</h1>
<p>${explanation}</p>
${failure.advice && html`<p><strong>${failure.advice}</strong></p>`}
${failure.adminConsentUrl && adminLink(failure.adminConsentUrl)}
${failure.backUrl && html`<p><a class="button" href="${failure.backUrl}">Back to the app</a></p>`}
<p class="quiet">Code: <code id="code">${failure.failed}${failure.reason && ` (${failure.reason})`}</code>${
    failure.traceId && html`<br>Microsoft’s trace id: <code>${failure.traceId}</code>`
  }</p>
</div>`
  return answerPage({ title, body, status: statusByActor[actor] })
}

/** Where Microsoft sends an administrator after the admin-consent link. */
export function adminConsentedPage(granted: boolean): HttpResponseInit {
  const title = granted ? 'Thank you, the app is allowed now' : 'The app was not allowed'
  const text = granted
    ? 'People of your organisation can connect their Microsoft Advertising accounts now. Tell whoever sent you this link to start again.'
    : 'Nothing was changed. People of your organisation cannot connect until an administrator allows the app.'
  return answerPage({ title, body: html`<div class="card"><h1>${title}</h1><p>${text}</p></div>` })
}

function adminLink(url: string) {
  return html`<p>Link for your administrator:</p>
<p><a class="copy" id="admin-consent" href="${url}"><code>${url}</code></a></p>`
}
