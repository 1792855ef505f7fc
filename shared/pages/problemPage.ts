import type { HttpResponseInit } from '@azure/functions'
import type { ReceivedRequest } from '../http/receiveRequest.ts'
import { problemResponse } from '../http/responses.ts'
import { type Problem, type ProblemCode, problems } from '../problems.ts'
import { type IconName, icon } from './icon.ts'
import { html, pageResponse } from './page.ts'

interface Words {
  readonly sign: IconName
  readonly title: string
  readonly text: string
  /** Whether requesting the same address again can help. */
  readonly again?: boolean
}

const brokenHere: Words = {
  sign: 'stop',
  title: 'Something went wrong on our side',
  text: 'This is a problem on our side. There’s nothing you need to do. Go back to the app and try again later.',
}

/** The texts for known problems; every other problem is on our side. */
const words: Readonly<Partial<Record<ProblemCode, Words>>> = {
  invalid_request: {
    sign: 'stop',
    title: 'This link is damaged',
    text: 'The link was cut off or changed on its way to you. Go back to the app and start again.',
  },
  route_not_found: {
    sign: 'stop',
    title: 'This page doesn’t exist',
    text: 'Go back to the app and start again.',
  },
  method_not_allowed: {
    sign: 'stop',
    title: 'This page can’t do that',
    text: 'Go back to the app and start again.',
  },
  body_too_large: {
    sign: 'stop',
    title: 'That’s too much at once',
    text: 'Go back one page and select fewer accounts, or choose all of them.',
  },
  tenant_changed: {
    sign: 'wait',
    title: 'Someone else is changing this connection',
    text: 'Try again in a moment.',
    again: true,
  },
  storage_unavailable: {
    sign: 'wait',
    title: 'We can’t reach our storage right now',
    text: 'Nothing was lost. Try again in a minute.',
    again: true,
  },
}

/** A failure as a page, for routes that browsers open; a problem document if the request prefers JSON. */
export function problemPageResponse(
  problem: Problem,
  requestId: string,
  request: ReceivedRequest,
): HttpResponseInit {
  if (prefersJson(request.headers.get('accept') ?? '')) return problemResponse(problem, requestId)
  const { sign: name, title, text, again } = words[problem.code] ?? brokenHere
  const body = html`<div class="card">
${icon(name)}
<h1>${title}</h1>
<p>${text}</p>
${again && request.method === 'GET' && html`<p class="ways"><a class="button" href="">Try again</a></p>`}
<p class="support quiet">For the app’s support: <code id="code">${problem.code}</code><br>Request: <code>${requestId}</code></p>
</div>`
  const { Allow } = (problem.extras.headers ?? {}) as { Allow?: string }
  const { status } = problems[problem.code]
  return pageResponse({ title, body, status, ...(Allow && { headers: { Allow } }) })
}

/** Whether the header names JSON, and no page before it (RFC 9110, section 12.5.1). Browsers never name JSON. */
export function prefersJson(accept: string): boolean {
  const weights = accept.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    return { type, weight: quality === undefined ? 1 : Number(quality) || 0 }
  })
  const weightOf = (pattern: RegExp) =>
    Math.max(0, ...weights.filter(({ type }) => pattern.test(type)).map(({ weight }) => weight))
  return weightOf(/^application\/(problem\+)?json$/) > weightOf(/^(text\/html|application\/xhtml\+xml)$/)
}
