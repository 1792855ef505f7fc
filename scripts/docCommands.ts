import { parseArgs } from 'node:util'
import type { CommandLine } from './options.ts'

/** `npm start`, `npm test` and `npm run …`, up to the end of the line, the code span, or the table cell. */
const command = /\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)((?: [^`\n]*)?)/g

/**
 * Faults of the `npm` commands in a page's text: unknown scripts, options that a script doesn't
 * have, and missing options.
 * @param page a line that ends with a backslash goes on in the next one.
 * @param scripts the names in `package.json`.
 * @param known the arguments of each script; for other scripts, only the name is checked.
 */
export function faultsOfCommands(
  page: string,
  scripts: ReadonlySet<string>,
  known: Readonly<Record<string, CommandLine>>,
): string[] {
  const text = page.replaceAll(/ \\\n\s*/g, ' ')
  const found = [...text.matchAll(command)].flatMap((match) => {
    const [whole, run, bare, rest = ''] = match
    const name = run ?? bare ?? ''
    if (!scripts.has(name)) return [`npm run ${name} is no script`]
    const line = known[name]
    // In prose, a command without a code span has no recognizable end.
    if (!line || !isCode(text, match.index)) return []
    const fault = faultOf(name, toWords(rest), line)
    return fault ? [`${whole.trim()}: ${fault}`] : []
  })
  return [...new Set(found)]
}

/** Whether a position is in a code span or block. */
function isCode(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  const inSpan = (line.match(/`/g) ?? []).length % 2 === 1
  const fences = text.slice(0, at).match(/^ *```/gm) ?? []
  return inSpan || fences.length % 2 === 1
}

/** The words of a shell's line up to the next command, redirection or comment. */
function toWords(rest: string): string[] {
  const own = rest.split(/\s(?:&&|\|\|?|;|<|>|#|2>)(?:\s|$)|;/)[0] ?? ''
  return (own.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
}

function faultOf(name: string, words: readonly string[], line: CommandLine): string | undefined {
  const [first, ...args] = words
  if (first !== undefined && first !== '--') return `npm keeps what has no -- before it: npm run ${name} -- …`
  const [verb = '', ...rest] = args
  if (!line.verbs || verb.startsWith('--')) return faultOfArguments(args, line)
  const own = Object.hasOwn(line.verbs, verb) ? line.verbs[verb] : undefined
  // A page may name the command without a verb.
  if (!own) return verb === '' || verb === '<verb>' ? undefined : `${verb} is no verb of npm run ${name}`
  return faultOfArguments(rest, own)
}

function faultOfArguments(
  args: string[],
  { options, required = [], words: most = 0 }: CommandLine,
): string | undefined {
  try {
    const all: CommandLine['options'] = { ...options, help: { type: 'boolean' } }
    const { values, positionals } = parseArgs({ args, options: all, strict: true, allowPositionals: true })
    if (values.help) return undefined
    if (positionals.length > most) return `${positionals[most]} is a stray word`
    const missing = required.filter((option) => values[option] === undefined)
    return missing.length > 0 ? `--${missing[0]} is missing` : undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('. ')[0] : String(error)
  }
}
