import type { HttpResponseInit } from '@azure/functions'
import { type ConnectFailure, connectFailures, type FailureDefinition } from '../connect/failures.ts'
import type { Actor } from '../problems.ts'
import { adminLink, adminLinkScript, adminLinkStyle } from './adminLink.ts'
import { appName, type NamingConfig, withAppName } from './appName.ts'
import { type IconName, icon } from './icon.ts'
import { type Html, html, pageResponse } from './page.ts'

const statusByActor = { advertiser: 403, advertiserAdmin: 403, app: 400, operator: 503, nobody: 503 } as const

function statusOf(actor: Actor, { isBrought }: ConnectFailure): number {
  const status = statusByActor[actor]
  return isBrought && status === 503 ? 403 : status
}

const iconByActor: Readonly<Record<Actor, IconName>> = {
  advertiser: 'stop',
  advertiserAdmin: 'lock',
  app: 'stop',
  operator: 'stop',
  nobody: 'wait',
}

/** The page shown when connecting fails: what happened, who must act, and the next steps. */
export function failurePage(failure: ConnectFailure, config: NamingConfig): HttpResponseInit {
  const { title, explanation, actor, steps }: FailureDefinition = connectFailures[failure.failed]
  const app = appName(config, failure.workspace)
  const heading = withAppName(title, app)
  const body = html`<div class="card">
${icon(iconByActor[actor])}
<h1>${heading}</h1>
<p>${withAppName(explanation, app)}</p>
${steps && html`<ol>${steps.map((step) => html`<li>${withAppName(step, app)}</li>`)}</ol>`}
${failure.signedInAs && actor !== 'operator' && actor !== 'nobody' && html`<p>You signed in as ${withWholeNames(failure.signedInAs)}.</p>`}
${failure.advice && html`<p><strong>${withWholeNames(failure.advice)}</strong></p>`}
${
  failure.adminConsentUrl &&
  adminLink(
    failure.adminConsentUrl,
    steps?.map((step) => withAppName(step, app)),
  )
}
${nextSteps(failure, app)}
${supportLine(failure, app)}
</div>`
  const script = failure.adminConsentUrl ? adminLinkScript : undefined
  return pageResponse(
    { title: heading, app, body, status: statusOf(actor, failure), ...(script && { script }) },
    adminLinkStyle,
  )
}

/**
 * The page to which Microsoft sends an administrator after the admin-consent link. Anyone can open it, and nothing in
 * its address proves an approval, so it doesn't claim one.
 */
export function adminConsentedPage(granted: boolean, config: NamingConfig): HttpResponseInit {
  const app = appName(config)
  const title = withAppName(granted ? 'If you approved the app, you’re done' : 'The app wasn’t approved', app)
  const text = granted
    ? 'People in your organization can then connect their Microsoft Advertising accounts. Tell the person who sent you this link to start again.'
    : 'Nothing was changed. People in your organization can’t connect until an administrator approves the app.'
  const body = html`<div class="card">${icon(granted ? 'done' : 'stop')}<h1>${title}</h1><p>${withAppName(text, app)}</p></div>`
  return pageResponse({ title, app, body })
}

/** The more likely step comes first. */
function nextSteps(
  { adminConsentUrl, backUrl, again }: ConnectFailure,
  app: string | undefined,
): Html | false {
  if (!backUrl && !again) return false
  const back = `Back to ${app ?? 'the app'}`
  return html`<p class="ways">${again && html`<a class="button" href="${again.url}">${again.anotherAccount ? 'Use another account' : 'Try again'}</a>`}${backUrl && html`<a class="button${(again || adminConsentUrl) && ' plain'}" href="${backUrl}">${back}</a>`}</p>`
}

/** Details for the support of the app, not of Microsoft. */
function supportLine({ failed, reason, traceId }: ConnectFailure, app: string | undefined): Html {
  const finer = reason && reason !== failed ? ` (${reason})` : ''
  return html`<p class="support quiet">For ${app ?? 'the app'}’s support: <code id="code">${failed}${finer}</code>${
    traceId && html`<br>Microsoft’s trace id: <code>${traceId}</code>`
  }</p>`
}

/** A masked name such as `a…@outlook.com` wraps only if it's wider than the page. */
function withWholeNames(text: string): Html[] {
  return text
    .split(/(\S{0,9}…@[\w.-]{0,253}\w)/)
    .map((part, index) => (index % 2 === 1 ? html`<span class="whole">${part}</span>` : html`${part}`))
}
