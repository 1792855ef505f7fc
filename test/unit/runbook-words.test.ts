import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tenantEventTypes } from '../../shared/domain/tenantEvents.ts'
import { readText, root } from './infraFiles.ts'

const find = (...patterns: string[]) => globSync(patterns, { cwd: fileURLToPath(root) })

/** Each word in a runbook that is written as code, with the page; examples of commands and queries don't count. */
const words = find('docs/runbooks/*.md').flatMap((page) =>
  [
    ...readText(page)
      .replaceAll(/```[\s\S]*?```/g, '')
      .matchAll(/`([a-z]\w*(?:\.[a-z]\w*)*)`/g),
  ].map(([, word = '']) => ({ page, word })),
)

/** Reasons that `toProblem` puts together, which test/unit/runbooks.test.ts compares, and words of Microsoft's. */
const others = new Set([
  ...['tables_forbidden', 'tables_unavailable', 'vault_forbidden', 'vault_unavailable'],
  // Tools, which test/unit/runbook-commands.test.ts compares.
  ...['bash', 'jq', 'openssl'],
  ...['caller_key_not_known_yet', 'operation_Id', 'xms_cc', 'tr', 'lastTry'],
])

test('every event that a runbook names is one that the log or a tenant’s history has', () => {
  const logged = [...readText('shared/domain/logEvents.ts').matchAll(/^ {2}'([\w.]+)':/gm)]
  const known = new Set<string>([...logged.map(([, event = '']) => event), ...tenantEventTypes])
  const named = words.filter(({ word }) => word.includes('.'))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ word }) => !known.has(word))).toEqual([])
})

test('every field, code, reason and parameter that a runbook names is a word of the code', () => {
  const sources = find('shared/**/*.ts', 'functions/*.ts', 'scripts/**/*.ts', 'infra/**/*.bicep')
  const code = new Set(sources.map(readText).join('\n').match(/\w+/g))
  const named = words.filter(({ word }) => !word.includes('.') && !others.has(word))
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(({ word }) => !code.has(word))).toEqual([])
})
