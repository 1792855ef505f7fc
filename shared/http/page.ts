import { createHash } from 'node:crypto'
import type { HttpResponseInit } from '@azure/functions'
import { guardHeaders } from './answers.ts'

/** Markup that needs no further escaping. */
export interface Html {
  readonly html: string
}

/** A tagged template of HTML: whatever is put in is escaped, unless it is {@link Html} itself; lists are joined. */
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

/** One page. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** Default is 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A script of ours, by its text; the policy allows exactly it. */
  readonly script?: string
  /** Origins beside our own that a form's answer may redirect to (CSP `form-action`). */
  readonly formTargets?: readonly string[]
}

const style = `
:root{color-scheme:light dark;--ink:#1b1b1f;--quiet:#5b5b66;--paper:#fbfbfd;--card:#fff;--line:#d9d9e3;--accent:#0b5cad;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--quiet:#a9a9b6;--paper:#15151a;--card:#1f1f26;--line:#3a3a46;--accent:#7db8f5;--on-accent:#10233a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:40rem;margin:0 auto;padding:clamp(1rem,6vw,4rem) 1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:clamp(1rem,4vw,2rem)}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.5rem 0}
a{color:var(--accent)}
.button{display:inline-block;margin-top:1rem;padding:.6rem 1.1rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.quiet{color:var(--quiet);font-size:.875rem}
code{font-family:ui-monospace,Consolas,monospace;font-size:.875em;overflow-wrap:anywhere}
.copy{display:block;width:100%;padding:.6rem;border:1px solid var(--line);border-radius:.5rem;background:var(--paper);overflow-wrap:anywhere}
`

/** Answers a page that loads nothing from anywhere, is never framed, and runs no script but the one it names. */
export function answerPage(page: Page, extraStyle = ''): HttpResponseInit {
  const sheet = style + extraStyle
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(sheet)}'`,
    ...(page.script === undefined ? [] : [`script-src '${hashOf(page.script)}'`]),
    `form-action ${["'self'", ...(page.formTargets ?? [])].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title}</title>
<style>${{ html: sheet }}</style>
</head>
<body>
<main>
${page.body}
</main>
${page.script !== undefined && html`<script>${{ html: page.script }}</script>`}
</body>
</html>`
  return {
    status: page.status ?? 200,
    headers: {
      ...guardHeaders,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy.join('; '),
      ...page.headers,
    },
    body: document.html,
  }
}

/** Sends the browser on; 303, so that nothing is posted again (RFC 9700, section 4.12). */
export function redirect(
  url: string,
  status: 302 | 303 = 303,
  headers: Record<string, string> = {},
): HttpResponseInit {
  return { status, headers: { ...guardHeaders, Location: url, ...headers } }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
