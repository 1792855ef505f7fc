import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { html, pageResponse, redirect } from '../../shared/pages/page.ts'
import { prefersJson } from '../../shared/pages/problemPage.ts'

const headersOf = (answer: { headers?: unknown }) => answer.headers as Record<string, string>

describe('markup', () => {
  test('escapes markup in values', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { html: markup } = html`<p title="${text}">${text}</p>`
        const inner = markup.slice('<p title="'.length, -'</p>'.length)
        expect(inner.replace('">', '')).not.toMatch(/[<>"']/)
      }),
    )
  })

  test('shows the original values when parsed', () => {
    const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = html`${text}`.html.replace(
          /&(amp|lt|gt|quot|#39);/g,
          (_, name: string) => characters[name] ?? '',
        )
        expect(read).toBe(text)
      }),
    )
  })

  test('keeps its own markup, joins lists, and leaves out absent values', () => {
    expect(
      html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}${undefined}${false}${null}</ul>`.html,
    ).toBe('<ul><li>a</li><li>&lt;</li></ul>')
    expect(html`${0}`.html).toBe('0')
  })
})

describe('a page', () => {
  const page = { title: 'A <title>', body: html`<p>x</p>`, script: 'document.title' }

  test('allows its own style and script by their hashes, and nothing else', () => {
    const answer = pageResponse(page)
    const policy = headersOf(answer)['Content-Security-Policy'] ?? ''
    const hash = createHash('sha256').update(page.script).digest('base64')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'sha256-${hash}'`)
    expect(policy).toContain("frame-ancestors 'none'")
    const sheet = /<style>([\s\S]*?)<\/style>/.exec(String(answer.body))?.[1] ?? ''
    expect(policy).toContain(`'sha256-${createHash('sha256').update(sheet).digest('base64')}'`)
    expect(policy).not.toMatch(/unsafe|https:|\*/)
  })

  test('is never stored, framed or sniffed, and escapes its title', () => {
    const answer = pageResponse(page)
    expect(headersOf(answer)).toMatchObject({
      'Cache-Control': 'no-store',
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    expect(answer.body).toContain('<title>A &lt;title&gt;</title>')
  })

  test('posts forms only to itself, and can continue automatically', () => {
    const answer = pageResponse({ ...page, onward: 'https://app.example.com/?a=1&b="' })
    expect(headersOf(answer)['Content-Security-Policy']).toContain("form-action 'self';")
    expect(answer.body).toContain(
      '<meta http-equiv="refresh" content="0;url=https://app.example.com/?a=1&amp;b=&quot;">',
    )
  })
})

test('a redirect is a 303 that leaks no address', () => {
  expect(redirect('https://app.example.com/')).toMatchObject({
    status: 303,
    headers: { Location: 'https://app.example.com/', 'Referrer-Policy': 'no-referrer' },
  })
})

test.each([
  ['', false],
  ['*/*', false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['text/html, application/json', false],
  ['text/html;q=0.5, application/json;q=0.9', true],
  ['application/json, text/plain, */*', true],
  ['application/problem+json', true],
  ['application/json;q=0', false],
])('Accept “%s” prefers JSON: %s', (accept, preferred) => {
  expect(prefersJson(accept)).toBe(preferred)
})
