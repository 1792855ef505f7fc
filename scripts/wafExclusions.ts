import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { code, table } from './markdown.ts'

/** One line of `infra/front/wafExclusions.json`: what a web application firewall must not judge. */
export interface WafExclusion {
  /** Default is every method. */
  readonly method?: string
  readonly route: string
  /**
   * Where the field is: a query or form parameter, a member of a JSON body, the body as a whole, the request line, or
   * the answer. `everything` is the request and its answer.
   */
  readonly part: 'argument' | 'json' | 'body' | 'method' | 'answer' | 'everything'
  /** The field's name; `*` is all of them. */
  readonly field: string
  /** A group of the core rules, all of them, or single ones by id. */
  readonly rules: 'all' | 'remote file inclusion' | readonly string[]
  /** The lowest paranoia level at which the core rules block without this line. */
  readonly paranoia: 1 | 2
  readonly why: string
}

const file = join(import.meta.dirname, '../infra/front/wafExclusions.json')

/** The exclusions that `docs/front.md` lists and `test/front` runs. */
export function readExclusions(): readonly WafExclusion[] {
  return JSON.parse(readFileSync(file, 'utf8')) as WafExclusion[]
}

const begin =
  '<!-- Generated from infra/front/wafExclusions.json by scripts/generate-docs.ts; do not edit. -->'
const end = '<!-- End of the generated part. -->'

/**
 * The page with its table of exclusions.
 * @throws Error if the page has lost the marks around the table.
 */
export function withExclusions(page: string): string {
  const [before, after] = [page.indexOf(begin), page.indexOf(end)]
  if (before < 0 || after < before) throw new Error('docs/front.md has no marks around its table.')
  return `${page.slice(0, before)}${begin}\n${exclusionTable()}\n${page.slice(after)}`
}

function exclusionTable(): string {
  return table(
    ['route', 'field', 'rules', 'from level', 'why'],
    readExclusions().map((each) => [
      code([each.method, each.route].filter(Boolean).join(' ')),
      fieldText(each),
      typeof each.rules === 'string' ? ruleText[each.rules] : each.rules.map(code).join(', '),
      String(each.paranoia),
      each.why,
    ]),
  )
}

const ruleText = {
  all: 'all',
  'remote file inclusion': 'remote file inclusion (931)',
} as const

function fieldText({ part, field }: WafExclusion): string {
  switch (part) {
    case 'argument':
      return field === '*' ? 'every parameter' : `parameter ${code(field)}`
    case 'json':
      return field === '*' ? 'every member of the JSON body' : `JSON member ${code(field)}`
    case 'body':
      return 'the body as a whole'
    case 'method':
      return 'the method'
    case 'answer':
      return `the answer’s ${field}`
    case 'everything':
      return 'everything'
  }
}
