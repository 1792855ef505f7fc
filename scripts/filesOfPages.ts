/** Options that are followed by an output file. */
const writers = ['-out', '-keyout', '--output-file', '--journal']
/** Extensions of files that contain secrets: if a page's code names one, someone is going to have it on disk. */
const secret = /^[\w$./{}<>"-]*\.(?:pem|key|pfx|p12|csv|journal|backup|settings\.json)$/

/**
 * Files that a page's code creates, or that contain secrets and are named there: redirections, options that name an
 * output, `--file` of a backup, and names by their extension. `check-published.ts` notices a new page with a new file.
 */
export function filesMadeBy(markdown: string): string[] {
  const text = markdown
    .replaceAll(/```(?:csv|json|kusto|ts|yaml)\n[\s\S]*?```/g, '')
    .replaceAll(/<[\w .'’-]+>/g, 'x')
  const code = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```|`([^`\n]+)`/g)]
  const found = code.flatMap(([, block = '', inline = '']) =>
    `${block}${inline}`.split('\n').flatMap(filesOfLine),
  )
  return [...new Set(found.map((file) => file.replaceAll(/["']|\.\.\.$|…/g, '')))]
}

/** A path that starts with a variable, the home or the root folder. */
export function isOutside(file: string): boolean {
  return /^[$~/&]/.test(file)
}

function filesOfLine(line: string): string[] {
  const words = line.replaceAll(/<\([^)]*\)/g, '').split(/[\s;|()]+/)
  const redirected = [...line.matchAll(/(?:^|[^<>&\d=-])>{1,2}\s*([\w$."/{}-]+)/g)].map(
    ([, file = '']) => file,
  )
  const written = words.filter((_, index) => writers.includes(words[index - 1] ?? ''))
  const backedUp = /\bbackup\b/.test(line) ? words.filter((_, index) => words[index - 1] === '--file') : []
  const ending = words.map((word) => word.replace(/^@/, '')).filter((word) => secret.test(word))
  return [...redirected, ...written, ...backedUp, ...ending].filter(isFile)
}

/** Neither a placeholder in a table nor a comparison in a query. */
function isFile(file: string): boolean {
  return /[./]/.test(file) && !/^\.\w*$|^\d/.test(file)
}
