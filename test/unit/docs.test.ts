import { beforeAll, describe, expect, test } from 'vitest'
import { connectFailures } from '../../shared/connect/failures.ts'
import type { Contract } from '../../shared/contract/document.ts'
import { buildContract } from '../../shared/contract/openapi.ts'
import { docsPage } from '../../shared/pages/docsPage.ts'
import { pageResponse } from '../../shared/pages/page.ts'
import { problems } from '../../shared/problems.ts'
import { registeredRoutes } from './registeredRoutes.ts'

let contract: Contract
let body: string
let headers: Record<string, string>

beforeAll(async () => {
  contract = buildContract(await registeredRoutes(), 'https://broker.example.com')
  const page = docsPage(contract)
  const answer = pageResponse(page, page.style)
  body = String(answer.body)
  headers = answer.headers as Record<string, string>
})

describe('the docs page', () => {
  test('has an anchor for every problem, the target of the problem’s type', () => {
    for (const code of Object.keys(problems)) expect(body).toContain(`id="${code}"`)
  })

  test('has an anchor for every outcome of connecting', () => {
    for (const code of Object.keys(connectFailures)) expect(body).toContain(`id="connect-${code}"`)
  })

  test('shows every operation, and no id twice', () => {
    const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [path, methods] of Object.entries(contract.paths)) {
      expect(body).toContain(`<code>${path}</code>`)
      for (const { summary } of Object.values(methods)) expect(body).toContain(summary)
    }
  })

  test('lists every operation next to the text', () => {
    const listed = /<nav[\s\S]*?<\/nav>/.exec(body)?.[0] ?? ''
    for (const [, id] of body.matchAll(/<section class="card" id="([^"]+)"/g))
      expect(listed).toContain(`href="#${id}"`)
  })

  test('links only within the page, or to the contract', () => {
    const targets = [...body.matchAll(/href="([^"]+)"/g)].map(([, target = '']) => target)
    for (const target of targets.filter((t) => t !== '/openapi.json'))
      expect(body).toContain(` id="${target.slice(1)}"`)
  })

  test('runs only its own script and loads nothing', () => {
    expect(body).not.toMatch(/<link|<img|src=/)
    expect(body.match(/<script/g)).toHaveLength(1)
    expect(headers['Content-Security-Policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; form/,
    )
  })

  test('groups the routes, vending first', () => {
    const anchors = [...body.matchAll(/<h3 class="tag" id="([^"]+)"/g)].map(([, id]) => id)
    expect(anchors).toHaveLength(contract.tags.length)
    expect(anchors[0]).toBe('tag-vending')
  })

  test('shows each operation of apps in every language', () => {
    const sections = body.split('<section class="card" ').slice(1)
    for (const section of sections.filter((text) => text.includes('App role')))
      for (const language of ['curl', 'TypeScript', 'C#', 'Python'])
        expect(section).toContain(`<h4>${language}</h4>`)
  })
})
