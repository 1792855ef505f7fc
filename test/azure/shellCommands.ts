interface Cursor {
  readonly text: string
  at: number
  /** The commands read so far, those of substitutions too. */
  readonly commands: string[][]
}

/**
 * The commands in a piece of shell, each as its words without quotes: through pipes, lists, loops, functions,
 * substitutions (`$(…)`, `<(…)`), and lines that go on after a backslash. Assignments and keywords stay words.
 * A text that ends inside quotes or parentheses ends there.
 */
export function shellCommands(text: string): string[][] {
  const cursor: Cursor = { text: expandArrays(text), at: 0, commands: [] }
  while (cursor.at < cursor.text.length) readList(cursor)
  return cursor.commands
}

/** `"${names[@]}"` as the words of `names=(…)`. */
function expandArrays(text: string): string {
  const arrays = new Map(
    [...text.matchAll(/^ *(\w+)=\(([^)]*)\)$/gm)].map(([, name, words]) => [name, words]),
  )
  return text.replaceAll(/"\$\{(\w+)\[@\]\}"/g, (whole, name) => arrays.get(name) ?? whole)
}

/** Reads up to the parenthesis that closes the list, or to the end. */
function readList(cursor: Cursor): void {
  let words: string[] = []
  const end = () => {
    if (words.length > 0) cursor.commands.push(words)
    words = []
  }
  while (cursor.at < cursor.text.length) {
    const rest = cursor.text.slice(cursor.at)
    const [blank = ''] = /^(?:[ \t]|\\\n|#[^\n]*)+/.exec(rest) ?? []
    // 2> /dev/null, >> file, < file, 2>&1: the target is no argument.
    const [redirection = ''] = /^(?!<\()\d?[<>]+(?:&\d)?[ \t]*/.exec(rest) ?? []
    cursor.at += blank.length || redirection.length
    if (blank) continue
    if (redirection) {
      if (!redirection.includes('&')) readWord(cursor)
    } else if (/^[\n;|&()]/.test(rest)) {
      cursor.at += 1
      if (rest[0] === '(') readList(cursor)
      end()
      if (rest[0] === ')') return
    } else words.push(readWord(cursor))
  }
  end()
}

/** Reads one word; its substitutions become `$()`. */
function readWord(cursor: Cursor): string {
  let word = ''
  let quote = ''
  while (cursor.at < cursor.text.length) {
    const rest = cursor.text.slice(cursor.at)
    const [piece = ''] =
      /^(?:\\[^\n]|\$\{(?:[^{}]|\$\{[^}]*\})*\}|[$<]\()/.exec(quote === "'" ? '' : rest) ??
      /^[\s\S]/.exec(rest) ??
      []
    if (!quote && /^(?:[\s;|&()<>]|\\\n)/.test(rest) && piece !== '<(') return word
    cursor.at += piece.length
    if (piece.length === 2 && piece.endsWith('(')) {
      if (piece === '$(' || !quote) {
        readList(cursor)
        word += '$()'
      } else word += piece
    } else if (piece === quote) quote = ''
    else if (!quote && (piece === "'" || piece === '"')) quote = piece
    else word += piece.startsWith('\\') ? piece.slice(1) : piece
  }
  return word
}
