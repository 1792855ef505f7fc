import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testsNamedIn } from '../../scripts/namedTests.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/security-standards.md'), 'utf8')

/** The rows of each standard's table, by the first word of its heading's second half. */
const standards = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.split(':')[0] ?? '', rowsOf(part)] as const),
)

function rowsOf(part: string) {
  const lines = part.split('\n').filter((line) => /^\| \d/.test(line))
  return lines.map((line) => {
    const [sections = '', , state = '', how = '', tests = ''] = line.slice(2).split(' | ')
    return { sections, state, how, tests }
  })
}

/** `4.1–4.3, 5` → 4.1, 4.2, 4.3, 5. */
function sectionsOf(text: string): string[] {
  return text.split(', ').flatMap((part) => {
    const [from = '', to] = part.split('–')
    if (!to) return [from]
    const [chapter, [first = 0, last = 0]] = [
      from.slice(0, from.lastIndexOf('.')),
      [from, to].map((each) => Number(each.slice(each.lastIndexOf('.') + 1))),
    ]
    return Array.from({ length: last - first + 1 }, (_, index) => `${chapter}.${first + index}`)
  })
}

const numbered = (chapter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${chapter}.${index + 1}`)

describe.each([
  [
    'RFC 9700',
    ['2.1', '2.1.1', '2.1.2', '2.2.1', '2.2.2', ...numbered('2', 6).slice(2), ...numbered('4', 17)],
  ],
  ['RFC 8725', numbered('3', 12)],
  ['RFC 9207', ['2.4', '3', '4']],
  ['OWASP ASVS 5.0, V9', [...numbered('9.1', 3), ...numbered('9.2', 4)]],
  [
    'OWASP ASVS 5.0, V10',
    [2, 3, 5, 16, 5, 2, 3].flatMap((count, section) => numbered(`10.${section + 1}`, count)),
  ],
])('%s', (standard, sections) => {
  const rows = standards.get(standard) ?? []

  test('has a row for each of its requirements', () => {
    const found = rows.flatMap(({ sections: text }) => sectionsOf(text))
    const missing = sections.filter(
      (section) => !found.some((each) => each === section || each.startsWith(`${section}.`)),
    )
    expect(missing).toEqual([])
    const unknown = found.filter((each) => !sections.some((own) => `${each}.`.startsWith(`${own}.`)))
    expect(unknown).toEqual([])
  })

  test('names a test for what is met, and a reason for everything else', () => {
    for (const { sections: section, state, how, tests } of rows) {
      expect(['met', 'partly met', 'not met', 'not applicable'], section).toContain(state)
      expect(how.length, section).toBeGreaterThan(5)
      if (/^(?:met|partly met)$/.test(state)) expect(testsNamedIn(tests), section).not.toEqual([])
    }
  })
})
