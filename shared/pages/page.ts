import { createHash } from 'node:crypto'
import type { HttpResponseInit } from '@azure/functions'
import { withGuardHeaders } from '../http/responses.ts'
import { pageStyle } from './pageStyle.ts'

/** Markup that needs no further escaping. */
export interface Html {
  readonly html: string
}

/** A tagged template for HTML: values are escaped unless they're {@link Html}; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return { html: parts.reduce((text, part, index) => text + markupOf(values[index - 1]) + part) }
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function markupOf(value: unknown): string {
  if (value === undefined || value === null || value === false) return ''
  if (Array.isArray(value)) return value.map(markupOf).join('')
  if (typeof value === 'object' && 'html' in value) return String(value.html)
  return String(value).replace(/[&<>"']/g, (character) => escapes[character] ?? '')
}

/** A page's contents. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** The name by which people know the calling app; it's shown above the page and in its title. */
  readonly app?: string | undefined
  /** Default is 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The text of our script; the policy allows only this script. */
  readonly script?: string
  /** The address to which the browser continues automatically. */
  readonly onward?: string
}

/** Answers with a page that loads no resources, can't be framed, and runs only its own script. */
export function pageResponse(page: Page, extraStyle = ''): HttpResponseInit {
  const sheet = pageStyle + extraStyle
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(sheet)}'`,
    ...(page.script === undefined ? [] : [`script-src '${hashOf(page.script)}'`]),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${
    page.onward &&
    html`
<meta http-equiv="refresh" content="0;url=${page.onward}">`
  }
<title>${page.title}${page.app && html` · ${page.app}`}</title>
<style>${{ html: sheet }}</style>
</head>
<body>
${page.app && html`<header class="top"><b>${page.app}</b> <span>Microsoft Advertising</span></header>`}
<main>
${page.body}
</main>
${page.script !== undefined && html`<script>${{ html: page.script }}</script>`}
</body>
</html>`
  return {
    status: page.status ?? 200,
    headers: withGuardHeaders({
      'Content-Type': 'text/html; charset=utf-8',
      ...page.headers,
      'Content-Security-Policy': policy.join('; '),
    }),
    body: document.html,
  }
}

/** Redirects the browser; 303, so nothing is posted again (RFC 9700, section 4.12). */
export function redirect(url: string, status: 302 | 303 = 303): HttpResponseInit {
  return { status, headers: withGuardHeaders({ Location: url }) }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
