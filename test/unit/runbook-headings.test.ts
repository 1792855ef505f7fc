import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readText, root } from './infraFiles.ts'

/** Procedures, which someone plans, or which begin with the fix because each minute counts. */
const procedures = [
  'README',
  'app-credential-stolen',
  'deleted-vault-secret',
  'move-subscription',
  'offboarding',
  'rebuild-tables',
  'region-loss',
  'sealing-key-rotation',
  'secret-rotation',
]

const pages = readdirSync(new URL('docs/runbooks', root)).map((file) => file.replace(/\.md$/, ''))

test('each runbook of an alert says what it means, how to look, how to fix, and how to check, in this order', () => {
  expect(pages.filter((page) => procedures.includes(page))).toHaveLength(procedures.length)
  const alerts = pages.filter((page) => !procedures.includes(page))
  expect(alerts.length).toBeGreaterThan(15)
  for (const page of alerts) {
    const headings = readText(`docs/runbooks/${page}.md`).match(/^## .+$/gm)
    expect(headings, page).toEqual(['## What it means', '## How to look', '## How to fix', '## How to check'])
  }
})

test('each procedure ends in how to check it, too', () => {
  for (const page of pages.filter((each) => each !== 'README')) {
    const headings = readText(`docs/runbooks/${page}.md`).match(/^## How to check$/gm)
    expect(headings, page).toHaveLength(1)
  }
})

test('the list of alerts gives each its page’s severity, the worst first', () => {
  const rows = [...readText('docs/runbooks/README.md').matchAll(/^\| \[([\w-]+)\]\(\1\.md\) \| (\d) /gm)]
  const listed = rows.map(([, page = '', severity = '']) => ({ page, severity: Number(severity) }))
  expect(listed.map(({ page }) => page).toSorted()).toEqual(
    pages.filter((page) => !procedures.includes(page)).toSorted(),
  )
  for (const { page, severity } of listed)
    expect(readText(`docs/runbooks/${page}.md`), page).toContain(`lert \`${page}\`, severity ${severity}: `)
  expect(listed).toEqual(listed.toSorted((a, b) => a.severity - b.severity))
})
