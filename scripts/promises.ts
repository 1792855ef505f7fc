import { testsNamedIn } from './namedTests.ts'

/** A sentence of a page that carries weight, with the tests that hold it. */
export interface Promised {
  /** Counted from 1. */
  readonly line: number
  readonly sentence: string
  /** Each as `file: beginning of the title`, without `test/` and the ending. */
  readonly tests: readonly string[]
}

/** What others do, with where they say so, is no promise of ours. */
const sourced = /\]\(https:\/\/|facts\.md/
/** `<!-- test: unit/vend: a token that is still good -->`, after the sentence; an example in a code span is none. */
const marker = /\s*(?<!`)<!-- test: (.+?) -->/g
/** What makes a sentence a promise: words without exception, bounds, numbers with a unit, in words too, statuses. */
const weighty = new RegExp(
  [
    String.raw`\b(never|always|at most|at least|no more than|immediately|at once|only once|exactly)\b`,
    String.raw`\b\d[\d,.]* ?(ms|s|KB|KiB|MB|MiB|GB|milliseconds?|seconds?|minutes?|hours?|days?|weeks?|times|%)(?!\w)`,
    String.raw`\b(a|an|one) (minute|hour|day|week|month)\b`,
    String.raw`\b(two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|half an?|a quarter of an)( and a half)? (milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|times|tries)\b`,
    String.raw`\b[45]\d\d\b`,
  ].join('|'),
  'i',
)

/**
 * Finds the promises of a page. Each sentence is judged by itself, and each row of a table as a whole. Code, headings,
 * what was measured (under a mark with its command), and what others do according to a link don't count. What is generated
 * counts only where it names a test.
 */
export function findPromises(text: string): Promised[] {
  return countedLines(text).flatMap(({ line, content, isGenerated }) =>
    sentencesOf(content).flatMap((marked) => {
      const sentence = marked.replaceAll(marker, '').trim()
      const tests = [...[...marked.matchAll(marker)].map(([, test = '']) => test), ...testsNamedIn(sentence)]
      const isOurs = !isGenerated && weighty.test(sentence) && !sourced.test(sentence)
      return tests.length > 0 || isOurs ? [{ line, sentence, tests }] : []
    }),
  )
}

/**
 * What is wrong with the test that a promise names, if anything.
 * @param read reads a file of the repository; undefined if there is none.
 */
export async function faultOfTest(
  test: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const [, file = '', title = ''] = /^([^:]+): (.+)$/.exec(test) ?? []
  const source = (await read(`test/${file}.test.ts`)) ?? (await read(`test/${file}.ts`))
  if (source === undefined) return `there is no test/${file}.test.ts`
  const isThere = [...`'"\``].some((quote) => source.includes(`${quote}${title}`))
  return isThere ? undefined : `test/${file} has no test “${title}”`
}

interface CountedLine {
  readonly line: number
  readonly content: string
  readonly isGenerated: boolean
}

function countedLines(text: string): CountedLine[] {
  let isCode = false
  let isMeasured = false
  let isGenerated = /^<!-- Generated .*do not edit/.test(text)
  return text.split('\n').flatMap((content, index) => {
    if (/^\s*```/.test(content)) isCode = !isCode
    if (/^<!-- Generated /.test(content)) isGenerated = true
    if (content.startsWith('#')) isMeasured = false
    if (/^<!-- Measured with `npm run /.test(content)) isMeasured = true
    if (/^<!-- End of (what is|the) generated/.test(content)) isGenerated = false
    return isCode || isMeasured || /^(#|\s*```)/.test(content)
      ? []
      : [{ line: index + 1, content, isGenerated }]
  })
}

function sentencesOf(line: string): string[] {
  if (line.startsWith('|')) return [line]
  const joined = line.replaceAll(marker, (whole) => whole.trimStart())
  return joined.split(/(?<=[.!?][)*”]*|[.!?][)*”]*(?:<!-- test: [^>]+ -->)+)\s+(?=[^a-z])/)
}
